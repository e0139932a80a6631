// SPDX-License-Identifier: Apache-2.0
import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DynamoDBClient,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { marshall } from '@aws-sdk/util-dynamodb';
import pLimit from 'p-limit';
import type { DemoExperiment } from './experiments.js';
import { DEMO_CREDENTIALS, DEMO_REGION } from './names.js';
import type { DemoStores } from './stores.js';

/** DynamoDB's own bound on one BatchWriteItem. */
const BATCH = 25;
const BATCHES_AT_ONCE = 4;
const UPLOADS_AT_ONCE = 16;

export interface SeedOptions {
  signal?: AbortSignal | undefined;
  /** Called as experiments are done: how many so far. */
  onProgress?: ((done: number) => void) | undefined;
}

/**
 * Puts experiments into the stores: documents first, then records. Those that are there are left as they are.
 * @returns how many were put and how many were there
 */
export async function seed(
  stores: DemoStores,
  experiments: Iterable<DemoExperiment>,
  { signal, onProgress }: SeedOptions = {},
): Promise<{ added: number; there: number }> {
  using clients = openClients(stores);
  const uploads = pLimit(UPLOADS_AT_ONCE);
  const source = batches(experiments);
  const count = { added: 0, there: 0 };

  const worker = async (): Promise<void> => {
    for (const batch of source) {
      signal?.throwIfAborted();
      const missing = await clients.missing(batch);
      const objects = missing.flatMap((experiment) => experiment.objects);
      await Promise.all(objects.map((object) => uploads(() => clients.put(object))));
      await clients.write(missing);
      count.added += missing.length;
      count.there += batch.length - missing.length;
      onProgress?.(count.added + count.there);
    }
  };
  await Promise.all(Array.from({ length: BATCHES_AT_ONCE }, worker));
  return count;
}

/**
 * Makes the links of some records that have one look expired, as a week would.
 * @returns how many
 */
export async function expireSome(stores: DemoStores, count: number): Promise<number> {
  using clients = openClients(stores);
  return clients.expire(count);
}

/** Raw clients of these stores alone, whatever the environment says. */
function openClients({ s3Url, dynamoDbUrl, bucket, table }: DemoStores) {
  const shared = { region: DEMO_REGION, credentials: DEMO_CREDENTIALS };
  const dynamoDb = new DynamoDBClient({ ...shared, endpoint: dynamoDbUrl });
  const s3 = new S3Client({
    ...shared,
    endpoint: s3Url,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return {
    async missing(batch: DemoExperiment[]): Promise<DemoExperiment[]> {
      const Keys = batch.map(({ item: { experiment_id, timestamp } }) => marshall({ experiment_id, timestamp }));
      const ProjectionExpression = 'experiment_id, #t';
      const ExpressionAttributeNames = { '#t': 'timestamp' };
      const RequestItems = { [table]: { Keys, ProjectionExpression, ExpressionAttributeNames } };
      const { Responses = {} } = await dynamoDb.send(new BatchGetItemCommand({ RequestItems }));
      const there = new Set(Responses[table]?.map(keyOf));
      return batch.filter((_, i) => !there.has(keyOf(Keys[i] as Record<string, AttributeValue>)));
    },

    async put({ key, body, contentType }: DemoExperiment['objects'][number]): Promise<void> {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: contentType }));
    },

    async write(experiments: DemoExperiment[]): Promise<void> {
      if (experiments.length === 0) return;
      const requests = experiments.map(({ item }) => ({ PutRequest: { Item: marshall(item) } }));
      await dynamoDb.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
    },

    async expire(count: number): Promise<number> {
      const { Items = [] } = await dynamoDb.send(
        new ScanCommand({ TableName: table, FilterExpression: 'attribute_exists(video_expires_at)' }),
      );
      const some = Items.slice(0, count);
      for (const { experiment_id, timestamp } of some) {
        const UpdateExpression = 'SET video_expires_at = :past';
        const ExpressionAttributeValues = { ':past': { N: String(Math.floor(Date.now() / 1000) - 1) } };
        const Key = { experiment_id, timestamp } as Record<string, AttributeValue>;
        await dynamoDb.send(
          new UpdateItemCommand({ TableName: table, Key, UpdateExpression, ExpressionAttributeValues }),
        );
      }
      return some.length;
    },

    [Symbol.dispose](): void {
      dynamoDb.destroy();
      s3.destroy();
    },
  };
}

function keyOf({ experiment_id, timestamp }: Record<string, AttributeValue>): string {
  return `${experiment_id?.S} ${timestamp?.N}`;
}

function* batches(experiments: Iterable<DemoExperiment>): Generator<DemoExperiment[]> {
  let batch: DemoExperiment[] = [];
  for (const experiment of experiments) {
    if (batch.push(experiment) === BATCH) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}
