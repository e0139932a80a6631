// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { DynamoDB, type UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { type AwsOptions, abortedBy, clientConfig } from '../aws/client.js';
import { fromAws, isNamed } from '../aws/errors.js';
import { describe, FramekilnError } from '../errors.js';
import { type Item, itemKey } from './attributes.js';
import { attributesOf, type ExperimentRecord, KEY_ATTRIBUTES, recordOf } from './record.js';
import { type Page, type PageRequest, type RecordGroup, type ScanOptions, scanGroups } from './scan.js';
import { checkTable } from './schema.js';
import { type RecordChange, updateInput } from './update.js';

export interface TableOptions extends AwsOptions {
  /** Attributes that name a document's key; default KEY_ATTRIBUTES. */
  keyAttributes?: readonly string[] | undefined;
}

interface Projection {
  ProjectionExpression: string;
  ExpressionAttributeNames: Record<string, string>;
  FilterExpression?: string;
}

/**
 * The table of experiments. Its methods throw a FramekilnError for what AWS refuses (`TABLE_NOT_FOUND`,
 * `ACCESS_DENIED`, `NO_CREDENTIALS`, `STORE_UNREACHABLE`, ...) and the signal's reason when it is aborted.
 */
export class ExperimentsTable {
  readonly name: string;
  readonly #dynamo: DynamoDB;
  readonly #keyAttributes: readonly string[];
  /** Asks for what is read and nothing more; behind placeholders, as `timestamp` and `status` are reserved words. */
  readonly #projection: Projection;

  /** Nothing is sent yet. */
  constructor(name: string, { keyAttributes = KEY_ATTRIBUTES, ...aws }: TableOptions = {}) {
    this.name = name;
    this.#dynamo = new DynamoDB(clientConfig(aws));
    this.#keyAttributes = keyAttributes;
    this.#projection = projectionOf(attributesOf(keyAttributes));
  }

  /**
   * Whether this is a table of experiments that can be used.
   * @returns about how many items and bytes it has; AWS counts a few times a day
   * @throws FramekilnError `TABLE_SCHEMA`
   */
  async check(signal?: AbortSignal): Promise<{ items: number; bytes: number }> {
    const { Table = {} } = await this.#send('describe', signal, (options) =>
      this.#dynamo.describeTable({ TableName: this.name }, options),
    );
    checkTable(this.name, Table);
    return { items: Table.ItemCount ?? 0, bytes: Table.TableSizeBytes ?? 0 };
  }

  /** Proves that items may be updated, without writing: the condition of this update cannot hold. */
  async canUpdate(signal?: AbortSignal): Promise<void> {
    const input = {
      TableName: this.name,
      Key: itemKey(`framekiln-doctor-${randomUUID()}`, '0'),
      ConditionExpression: 'attribute_exists(experiment_id)',
    };
    await this.#updateIf(input, signal);
  }

  /** All experiments, each once with all its items; see scanGroups. Eventually consistent, at half the price. */
  groups(options?: ScanOptions): AsyncGenerator<RecordGroup, void> {
    return scanGroups((request, signal) => this.#page(request, signal, this.#projection), options);
  }

  /** The same, but without the documents on the records: they read as absent. */
  leanGroups(options?: ScanOptions): AsyncGenerator<RecordGroup, void> {
    const attributes = attributesOf(this.#keyAttributes).filter((name) => name !== 'parameters');
    const projection = projectionOf(attributes);
    return scanGroups((request, signal) => this.#page(request, signal, projection), options);
  }

  /** The same, but only of items that have a document, and nothing but their keys. */
  groupsWithDocuments(options?: ScanOptions): AsyncGenerator<RecordGroup, void> {
    const projection = projectionOf(['experiment_id', 'timestamp', 'parameters']);
    const only = {
      ...projection,
      ProjectionExpression: '#0, #1',
      FilterExpression: 'attribute_exists(#2)',
    };
    return scanGroups((request, signal) => this.#page(request, signal, only), options);
  }

  /** The items of one experiment as they are now, newest first; empty when there is none. */
  async query(id: string, signal?: AbortSignal): Promise<readonly ExperimentRecord[]> {
    const records: ExperimentRecord[] = [];
    let from: Item | undefined;
    do {
      const input = {
        TableName: this.name,
        ...this.#projection,
        KeyConditionExpression: 'experiment_id = :id',
        ExpressionAttributeValues: { ':id': { S: id } },
        ScanIndexForward: false,
        ConsistentRead: true,
        ExclusiveStartKey: from,
      };
      const page = await this.#send('read', signal, (options) => this.#dynamo.query(input, options));
      records.push(...this.#records(page.Items));
      from = page.LastEvaluatedKey;
    } while (from);
    return records;
  }

  /**
   * Records a video, or a new link, on the item that was read; all its other attributes stay as they are.
   * @returns `changed` when the item is gone or no longer what was read: read it again, and see isOurs
   * @throws FramekilnError `RECORD_TOO_LARGE`
   */
  async update(record: ExperimentRecord, change: RecordChange, signal?: AbortSignal): Promise<'written' | 'changed'> {
    const done = await this.#updateIf(updateInput(this.name, record, change), signal);
    return done ? 'written' : 'changed';
  }

  close(): void {
    this.#dynamo.destroy();
  }

  async #page(
    { segment, segments, from, limit }: PageRequest,
    signal: AbortSignal,
    projection: Projection,
  ): Promise<Page> {
    const input = {
      TableName: this.name,
      ...projection,
      Segment: segment,
      TotalSegments: segments,
      ExclusiveStartKey: from && itemKey(from.experiment_id, from.timestamp),
      Limit: limit,
      ReturnConsumedCapacity: 'TOTAL' as const,
    };
    const page = await this.#send('read', signal, (options) => this.#dynamo.scan(input, options));
    const { experiment_id, timestamp } = page.LastEvaluatedKey ?? {};
    return {
      records: this.#records(page.Items),
      next: experiment_id?.S && timestamp?.N ? { experiment_id: experiment_id.S, timestamp: timestamp.N } : undefined,
      units: page.ConsumedCapacity?.CapacityUnits ?? 0,
      scanned: page.ScannedCount ?? 0,
    };
  }

  #records(items: Item[] = []): ExperimentRecord[] {
    return items.map((item) => recordOf(item, this.#keyAttributes));
  }

  /** Whether the update's condition held. */
  async #updateIf(input: UpdateItemCommandInput, signal: AbortSignal | undefined): Promise<boolean> {
    try {
      await this.#send('update', signal, (options) => this.#dynamo.updateItem(input, options));
      return true;
    } catch (error) {
      const cause = error instanceof FramekilnError ? error.cause : undefined;
      if (isNamed(cause, 'ConditionalCheckFailedException')) return false;
      throw /exceeded the maximum allowed size/.test(`${cause}`) ? tooLarge(input, cause) : error;
    }
  }

  async #send<T>(
    doing: 'describe' | 'read' | 'update',
    signal: AbortSignal | undefined,
    request: (options: { abortSignal?: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    try {
      return await request(abortedBy(signal) ?? {});
    } catch (cause) {
      throw fromAws(cause, `${doing} table ${this.name}`, signal);
    }
  }
}

function projectionOf(attributes: readonly string[]): Projection {
  const names = Object.fromEntries(attributes.map((attribute, i) => [`#${i}`, attribute]));
  return { ProjectionExpression: Object.keys(names).join(', '), ExpressionAttributeNames: names };
}

function tooLarge({ Key }: UpdateItemCommandInput, cause: unknown): FramekilnError {
  const remedy = 'Move its parameters to an S3 object, and name that in parameters_s3_key.';
  const message = `The record of ${describe(Key?.experiment_id?.S)} has no room left for a link: 400 KB at most`;
  return new FramekilnError('RECORD_TOO_LARGE', message, { remedy, cause });
}
