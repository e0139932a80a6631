// SPDX-License-Identifier: Apache-2.0
import { CreateTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { openServers } from '../../src/demo/servers.js';
import { FAULTS, type FaultProxyOptions, startFaultProxy } from './fault-proxy.js';
import { temporaryFolder } from './folder.js';

const Bucket = 'faults';
const TableName = 'faults';
const BODY = Buffer.alloc(200_000, 'body ');
const AWS = { region: 'us-east-1', credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' } };

const servers = await openServers(temporaryFolder(), [Bucket]);
afterAll(() => servers.close());
await directDynamoDb().send(
  new CreateTableCommand({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  }),
);

function s3At(endpoint: string, maxAttempts: number): S3Client {
  return new S3Client({ ...AWS, endpoint, maxAttempts, requestChecksumCalculation: 'WHEN_REQUIRED' });
}

function dynamoDbAt(endpoint: string, maxAttempts: number): DynamoDBClient {
  return new DynamoDBClient({ ...AWS, endpoint, maxAttempts });
}

function directDynamoDb(): DynamoDBClient {
  return dynamoDbAt(`http://127.0.0.1:${servers.ports.dynamoDb}`, 1);
}

async function s3Proxy(options: FaultProxyOptions, maxAttempts = 1) {
  const proxy = await startFaultProxy(`http://127.0.0.1:${servers.ports.s3}`, options);
  const s3 = s3At(proxy.url, maxAttempts);
  onTestFinished(async () => {
    s3.destroy();
    await proxy.close();
  });
  return { proxy, s3, direct: s3At(`http://127.0.0.1:${servers.ports.s3}`, 1) };
}

async function dynamoDbProxy(options: FaultProxyOptions, maxAttempts = 1) {
  const proxy = await startFaultProxy(`http://127.0.0.1:${servers.ports.dynamoDb}`, options);
  const dynamoDb = dynamoDbAt(proxy.url, maxAttempts);
  onTestFinished(async () => {
    dynamoDb.destroy();
    await proxy.close();
  });
  return { proxy, dynamoDb, direct: directDynamoDb() };
}

const put = (Key: string, Body = BODY) => new PutObjectCommand({ Bucket, Key, Body });
const head = (Key: string) => new HeadObjectCommand({ Bucket, Key });
const putItem = (id: string) =>
  new PutItemCommand({ TableName, Item: { id: { S: id }, value: { S: 'x'.repeat(2000) } } });
const getItem = (id: string) => new GetItemCommand({ TableName, Key: { id: { S: id } }, ConsistentRead: true });

const get = async (s3: S3Client, Key: string): Promise<Buffer> => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
};

describe('S3', () => {
  test('switched off it only counts, by operation', async () => {
    const { proxy, s3 } = await s3Proxy({ rate: 1 });
    proxy.enabled = false;
    await s3.send(put('counted'));
    await s3.send(head('counted'));
    expect(await get(s3, 'counted')).toEqual(BODY);
    expect(proxy.requests).toEqual({ PutObject: 1, HeadObject: 1, GetObject: 1 });
    expect(Object.values(proxy.injected).every((count) => count === 0)).toBe(true);
    proxy.reset();
    expect(proxy.requests).toEqual({});
  });

  test.each(['error', 'reset', 'cutRequest'] as const)('%s: an upload fails and the old object stays', async (kind) => {
    const { proxy, s3, direct } = await s3Proxy({ rate: 1, kinds: [kind] });
    await direct.send(put(kind, Buffer.from('old')));
    await expect(s3.send(put(kind))).rejects.toThrow();
    expect((await get(direct, kind)).toString()).toBe('old');
    expect(proxy.injected).toMatchObject({ [kind]: 1 });
  });

  test('errors are in the form of S3', async () => {
    const { s3 } = await s3Proxy({ rate: 1, kinds: ['error'] });
    const errors = await Promise.all(Array.from({ length: 20 }, () => s3.send(put('no')).catch((error) => error)));
    expect(new Set(errors.map(({ name }) => name))).toEqual(new Set(['SlowDown', 'InternalError']));
    expect(new Set(errors.map(({ $metadata }) => $metadata.httpStatusCode))).toEqual(new Set([503, 500]));
  });

  test('lostAnswer: the upload fails, but the object is there', async () => {
    const { s3, direct } = await s3Proxy({ rate: 1, kinds: ['lostAnswer'] });
    await expect(s3.send(put('lost'))).rejects.toThrow();
    expect(await get(direct, 'lost')).toEqual(BODY);
  });

  test('cutAnswer: the body breaks off', async () => {
    const { s3, direct } = await s3Proxy({ rate: 1, kinds: ['cutAnswer'] });
    await direct.send(put('cut'));
    const { Body, ContentLength } = await s3.send(new GetObjectCommand({ Bucket, Key: 'cut' }));
    expect(ContentLength).toBe(BODY.length);
    await expect(Body?.transformToByteArray()).rejects.toThrow();
  });

  test('only: other operations pass', async () => {
    const { s3 } = await s3Proxy({ rate: 1, only: (operation) => operation === 'HeadObject' });
    await s3.send(put('only'));
    await expect(s3.send(head('only'))).rejects.toThrow();
  });
});

describe('DynamoDB', () => {
  test.each(['error', 'reset', 'cutRequest'] as const)('%s: a write fails and nothing is written', async (kind) => {
    const { proxy, dynamoDb, direct } = await dynamoDbProxy({ rate: 1, kinds: [kind] });
    await expect(dynamoDb.send(putItem(kind))).rejects.toThrow();
    expect((await direct.send(getItem(kind))).Item).toBeUndefined();
    expect(proxy.requests).toEqual({ PutItem: 1 });
    expect(proxy.injected).toMatchObject({ [kind]: 1 });
  });

  test.each(['lostAnswer', 'cutAnswer'] as const)('%s: a write fails, but the item is there', async (kind) => {
    const { dynamoDb, direct } = await dynamoDbProxy({ rate: 1, kinds: [kind] });
    await expect(dynamoDb.send(putItem(kind))).rejects.toThrow();
    expect((await direct.send(getItem(kind))).Item).toBeDefined();
  });

  test('errors are in the form of DynamoDB', async () => {
    const { dynamoDb } = await dynamoDbProxy({ rate: 1, kinds: ['error'] });
    const errors = await Promise.all(
      Array.from({ length: 40 }, () => dynamoDb.send(getItem('x')).catch((error) => error)),
    );
    expect(new Set(errors.map(({ name }) => name))).toEqual(
      new Set([
        'ProvisionedThroughputExceededException',
        'ThrottlingException',
        'InternalServerError',
        'ServiceUnavailable',
      ]),
    );
  });
});

test('with retries everything arrives through every kind of fault', async () => {
  const { proxy, s3, direct } = await s3Proxy({ rate: 0.3, delay: 20 }, 10);
  const keys = Array.from({ length: 40 }, (_, i) => `many/${i}`);
  await Promise.all(keys.map((key) => s3.send(put(key, Buffer.from(key.repeat(500))))));
  for (const key of keys) expect((await get(direct, key)).toString()).toBe(key.repeat(500));
  expect(proxy.requests.PutObject).toBeGreaterThan(keys.length);

  const { dynamoDb, direct: table, proxy: faults } = await dynamoDbProxy({ rate: 0.3, delay: 20 }, 10);
  await Promise.all(keys.map((key) => dynamoDb.send(putItem(key))));
  await Promise.all(keys.map((key) => dynamoDb.send(getItem(key))));
  for (const key of keys) expect((await table.send(getItem(key))).Item).toBeDefined();
  for (const kind of FAULTS) expect(faults.injected[kind], kind).toBeGreaterThan(0);
});

test('the same seed makes the same faults', async () => {
  const sequence = async (seed: number): Promise<string[]> => {
    const { proxy, dynamoDb } = await dynamoDbProxy({ rate: 0.5, kinds: ['error', 'delay'], delay: 1, seed });
    const outcomes: string[] = [];
    for (let i = 0; i < 20; i++) {
      const name = await dynamoDb.send(getItem('x')).then(
        () => 'done',
        (error) => error.name,
      );
      outcomes.push(`${name} ${proxy.injected.delay}`);
    }
    return outcomes;
  };
  expect(await sequence(5)).toEqual(await sequence(5));
  expect(await sequence(5)).not.toEqual(await sequence(6));
});
