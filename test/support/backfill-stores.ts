// SPDX-License-Identifier: Apache-2.0
// S3 and DynamoDB for the tests of a backfill: a bucket and a table of its own for each test, read whole, and every
// request counted.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { createKiln, type Kiln, type KilnOptions } from 'framekiln';
import { afterAll, onTestFinished } from 'vitest';
import { DEMO_CREDENTIALS, DEMO_REGION } from '../../src/demo/names.js';
import { openServers } from '../../src/demo/servers.js';
import { experimentsTable } from '../../src/demo/table.js';
import { type FaultProxy, startFaultProxy } from './fault-proxy.js';
import { temporaryFolder } from './folder.js';
import type { Item } from './records.js';
import { setEnvironment } from './stores.js';

export interface TestObject {
  bytes: Buffer;
  contentType: string | undefined;
  metadata: Record<string, string>;
}

/** One test's table and bucket. */
export interface TestStores {
  table: string;
  bucket: string;
  put(...items: Item[]): Promise<void>;
  deleteItem(id: string, timestamp: string): Promise<void>;
  putObject(key: string, body: Uint8Array | string, options?: StoredAs): Promise<void>;
  deleteObject(key: string): Promise<void>;
  /** Deletes it at this very moment, behind the server's back. */
  deleteObjectNow(key: string): void;
  /** Whole items by `id timestamp`. */
  items(): Promise<Record<string, Item>>;
  objects(): Promise<Record<string, TestObject>>;
  /** All of both, to compare. */
  everything(): Promise<object>;
  /** A kiln on these stores, with one thread unless told otherwise; closed when the test ends. */
  kiln(options?: KilnOptions): Kiln;
}

export interface StoredAs {
  metadata?: Record<string, string>;
  storageClass?: 'GLACIER';
}

export interface BackfillStores {
  /** Every request of a kiln and of the command line passes through these. */
  s3: FaultProxy;
  dynamoDb: FaultProxy;
  /** Sets both counts to zero. */
  forgetRequests(): void;
  /** What the environment of a child process needs. */
  env: Record<string, string | undefined>;
  /** An empty table and bucket. */
  open(): Promise<TestStores>;
}

/** Both servers for one test file, with its environment leading there. */
export async function useBackfillStores(): Promise<BackfillStores> {
  const folder = temporaryFolder();
  const servers = await openServers(folder, []);
  const s3Url = `http://127.0.0.1:${servers.ports.s3}`;
  const dynamoDbUrl = `http://127.0.0.1:${servers.ports.dynamoDb}`;
  const proxies = {
    s3: await startFaultProxy(s3Url, { rate: 0 }),
    dynamoDb: await startFaultProxy(dynamoDbUrl, { rate: 0 }),
  };
  const env = {
    AWS_ENDPOINT_URL_S3: proxies.s3.url,
    AWS_ENDPOINT_URL_DYNAMODB: proxies.dynamoDb.url,
    AWS_REGION: DEMO_REGION,
    AWS_ACCESS_KEY_ID: DEMO_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: DEMO_CREDENTIALS.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_PROFILE: undefined,
    AWS_SESSION_TOKEN: undefined,
    AWS_ENDPOINT_URL: undefined,
    FRAMEKILN_TABLE: undefined,
    FRAMEKILN_BUCKET: undefined,
  };
  const restore = setEnvironment(env);
  const aws = { region: DEMO_REGION, credentials: DEMO_CREDENTIALS };
  const checksums = {
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  } as const;
  const s3 = new S3Client({ ...aws, ...checksums, endpoint: s3Url, forcePathStyle: true });
  const dynamoDb = new DynamoDBClient({ ...aws, endpoint: dynamoDbUrl });
  afterAll(async () => {
    restore();
    await Promise.all([proxies.s3.close(), proxies.dynamoDb.close()]);
    s3.destroy();
    dynamoDb.destroy();
    await servers.close();
  });
  let count = 0;
  return {
    ...proxies,
    env,
    forgetRequests() {
      proxies.s3.reset();
      proxies.dynamoDb.reset();
    },
    async open() {
      const bucket = `bucket-${++count}`;
      const table = `table-${count}`;
      await s3.send(new CreateBucketCommand({ Bucket: bucket }));
      await dynamoDb.send(new CreateTableCommand(experimentsTable(table)));
      await waitUntilTableExists(
        { client: dynamoDb, minDelay: 0.02, maxDelay: 0.1, maxWaitTime: 20 },
        { TableName: table },
      );
      return testStores(table, bucket, s3, dynamoDb, join(folder, 's3'));
    },
  };
}

function testStores(table: string, bucket: string, s3: S3Client, dynamoDb: DynamoDBClient, folder: string): TestStores {
  const items = async (): Promise<Record<string, Item>> => {
    const { Items = [], LastEvaluatedKey } = await dynamoDb.send(new ScanCommand({ TableName: table }));
    if (LastEvaluatedKey) throw new Error('more than one page');
    const sorted = Items.map((item) => [`${item.experiment_id?.S} ${item.timestamp?.N}`, item] as const);
    return Object.fromEntries(sorted.sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  const objects = async (): Promise<Record<string, TestObject>> => {
    const { Contents = [], IsTruncated } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
    if (IsTruncated) throw new Error('more than one page');
    const read = Contents.map(async ({ Key = '' }) => {
      const { Body, ContentType, Metadata = {} } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
      return [Key, { bytes, contentType: ContentType, metadata: Metadata }] as const;
    });
    return Object.fromEntries(await Promise.all(read));
  };
  return {
    table,
    bucket,
    items,
    objects,
    everything: async () => ({ items: await items(), objects: await objects() }),
    async put(...all) {
      for (const Item of all) await dynamoDb.send(new PutItemCommand({ TableName: table, Item }));
    },
    async deleteItem(id, timestamp) {
      const Key = { experiment_id: { S: id }, timestamp: { N: timestamp } };
      await dynamoDb.send(new DeleteItemCommand({ TableName: table, Key }));
    },
    async putObject(Key, Body, { metadata, storageClass } = {}) {
      const object = { Bucket: bucket, Key, Body, Metadata: metadata, StorageClass: storageClass };
      await s3.send(new PutObjectCommand(object));
    },
    async deleteObject(Key) {
      await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
    },
    deleteObjectNow(key) {
      for (const part of ['object', 'object.md5', 'metadata.json'])
        rmSync(join(folder, bucket, `${key}._S3rver_${part}`));
    },
    kiln(options) {
      const kiln = createKiln({ threads: 1, table, bucket, ...options });
      onTestFinished(() => kiln[Symbol.asyncDispose]());
      return kiln;
    },
  };
}
