// SPDX-License-Identifier: Apache-2.0
import { DynamoDB, type KeyType, type ScalarAttributeType } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { checkTable } from '../../src/catalog/schema.js';
import { ExperimentsTable } from '../../src/catalog/table.js';
import { setEnvironment, useStores } from '../support/stores.js';
import { expectNothingUnhandled, rejection } from '../support/unhandled.js';
import { DENIED, dynamoDouble } from './dynamo-double.js';
import { filledTable, item, realItems } from './items.js';

expectNothingUnhandled();
const stores = await useStores();

function makeTable(name: string, key: readonly string[]) {
  const parts = key.map((part) => part.split(' ') as [KeyType, string, ScalarAttributeType]);
  return new DynamoDB().createTable({
    TableName: name,
    KeySchema: parts.map(([KeyType, AttributeName]) => ({ KeyType, AttributeName })),
    AttributeDefinitions: parts.map(([, AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
    BillingMode: 'PAY_PER_REQUEST',
  });
}

describe('check', () => {
  it('accepts a table of experiments', async () => {
    const { table } = await filledTable(stores, 'good', realItems);
    expect(await table.check()).toEqual({ items: expect.any(Number), bytes: expect.any(Number) });
  });

  it.each<[string, string[]]>([
    ['no-range', ['HASH experiment_id S']],
    ['strings', ['HASH experiment_id S', 'RANGE timestamp S']],
    ['other-names', ['HASH id S', 'RANGE timestamp N']],
    ['swapped', ['HASH timestamp N', 'RANGE experiment_id S']],
  ])('refuses a table with another key: %s', async (name, key) => {
    await makeTable(name, key);
    expect(await rejection(new ExperimentsTable(name).check())).toMatchObject({
      code: 'TABLE_SCHEMA',
      expected: 'HASH experiment_id S, RANGE timestamp N',
      received: key.join(', '),
      remedy: expect.stringContaining('--table'),
    });
  });

  it('says that a table is not ready', () => {
    expect(() => checkTable('t', { TableStatus: 'DELETING' })).toThrow('The table t cannot be used: it is DELETING');
  });

  it('names a table that is not there', async () => {
    const failure = await rejection(new ExperimentsTable('missing').check());
    expect(failure).toMatchObject({
      code: 'TABLE_NOT_FOUND',
      message: 'Cannot describe table missing: there is no such table',
    });
  });

  it.each<[string, Record<string, string | undefined>, string]>([
    ['credentials', { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined }, 'NO_CREDENTIALS'],
    ['region', { AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined }, 'NO_REGION'],
  ])('says what is missing: %s', async (_, unset, code) => {
    const nowhere = { AWS_CONFIG_FILE: '/nowhere', AWS_SHARED_CREDENTIALS_FILE: '/nowhere' };
    const restore = setEnvironment({ ...unset, ...nowhere });
    try {
      expect(await rejection(new ExperimentsTable('good').check())).toMatchObject({ code });
    } finally {
      restore();
    }
  });
});

describe('canUpdate', () => {
  it('proves it without a trace', async () => {
    const { table, items } = await filledTable(stores, 'doctor', [item('exp', 1)]);
    await table.canUpdate();
    expect(await items()).toEqual([item('exp', 1)]);
  });

  it('says that it is not allowed', async () => {
    await using _ = await dynamoDouble(stores.dynamoUrl, ({ operation }) =>
      operation === 'UpdateItem' ? DENIED : undefined,
    );
    expect(await rejection(new ExperimentsTable('doctor').canUpdate())).toMatchObject({ code: 'ACCESS_DENIED' });
  });

  it('names a table that is not there', async () => {
    expect(await rejection(new ExperimentsTable('missing').canUpdate())).toMatchObject({ code: 'TABLE_NOT_FOUND' });
  });
});

describe('query', () => {
  it('gives the items of one experiment, newest first, over all pages', async () => {
    const filler = { S: 'x'.repeat(300_000) };
    const { table, put } = await filledTable(stores, 'query', [item('exp', 5), item('exp2', 1)]);
    for (const timestamp of ['9', '10', '-1', '1e3', '0.5']) await put(item('exp', timestamp, { parameters: filler }));
    const records = await table.query('exp');
    expect(records.map(({ timestamp }) => Number(timestamp))).toEqual([1000, 10, 9, 5, 0.5, -1]);
    expect(records.every(({ id }) => id === 'exp')).toBe(true);
  });

  it('gives nothing for an experiment that is not there', async () => {
    expect(await new ExperimentsTable('query').query('no such')).toEqual([]);
  });

  it('reads attributes whose names need quoting, and those that are configured twice', async () => {
    const keys = { 'a.b-c d': { S: 'one' }, size: { S: 'two' } };
    const { table } = await filledTable(stores, 'names2', [item('exp', 1, { status: { S: 'ok' }, ...keys })], {
      keyAttributes: ['a.b-c d', 'size', 'size', 'status'],
    });
    expect(await table.query('exp')).toMatchObject([
      { status: 'ok', documentKeys: [{ key: 'one' }, { key: 'two' }, { attribute: 'status', key: 'ok' }] },
    ]);
  });

  it('stops with the reason of the signal', async () => {
    expect(await rejection(new ExperimentsTable('query').query('exp', AbortSignal.abort('enough')))).toBe('enough');
  });
});
