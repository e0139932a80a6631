// SPDX-License-Identifier: Apache-2.0
import * as fs from 'node:fs';
import { type AttributeValue, DynamoDB } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { ExperimentsTable, type TableOptions } from '../../src/catalog/table.js';
import type { Stores } from '../support/stores.js';

export type Item = Record<string, AttributeValue>;

/** The framework's own records, as it wrote them. */
export const realItems: Item[] = JSON.parse(
  fs.readFileSync(new URL('../fixtures/records/experiments.json', import.meta.url), 'utf8'),
).map((record: object) => marshall(record));

export const item = (id: string, timestamp: number | string, rest: Item = {}): Item => ({
  experiment_id: { S: id },
  timestamp: { N: `${timestamp}` },
  ...rest,
});

/** A new table with these items: ours, and beside it the bare service. */
export async function filledTable(stores: Stores, name: string, items: readonly Item[], options?: TableOptions) {
  await stores.createTable(name);
  const dynamo = new DynamoDB();
  for (let i = 0; i < items.length; i += 25) {
    const puts = items.slice(i, i + 25).map((Item) => ({ PutRequest: { Item } }));
    await dynamo.batchWriteItem({ RequestItems: { [name]: puts } });
  }
  return {
    table: new ExperimentsTable(name, options),
    /** Whole items, in the order of the table. */
    async items(): Promise<Item[]> {
      const { Items = [], LastEvaluatedKey } = await dynamo.scan({ TableName: name, ConsistentRead: true });
      if (LastEvaluatedKey) throw new Error('more than one page');
      return Items;
    },
    put: (Item: Item) => dynamo.putItem({ TableName: name, Item }),
  };
}
