// SPDX-License-Identifier: Apache-2.0
// What bars the way is said before any work; what fails on the way is one experiment's outcome.
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createKiln, type KilnOptions, type Outcome } from 'framekiln';
import { describe, expect, onTestFinished, test } from 'vitest';
import { s3Double, s3Error } from '../storage/s3-double.js';
import { useBackfillStores } from '../support/backfill-stores.js';
import { type FaultProxyOptions, startFaultProxy } from '../support/fault-proxy.js';
import { backfill } from '../support/outcomes.js';
import { expectRecorded, record, smallDocument } from '../support/records.js';
import { setEnvironment } from '../support/stores.js';
import { rejection } from '../support/unhandled.js';

const stores = await useBackfillStores();

function kilnOf(options: KilnOptions) {
  const kiln = createKiln({ threads: 1, attempts: 1, ...options });
  onTestFinished(() => kiln[Symbol.asyncDispose]());
  return kiln;
}

/** That a backfill is refused like this, before any request that could read or write an experiment. */
async function expectRefused(options: KilnOptions, wanted: object, how = {}): Promise<void> {
  stores.forgetRequests();
  const outcomes: unknown[] = [];
  const error = await rejection(kilnOf(options).backfill({ ...how, onOutcome: (outcome) => outcomes.push(outcome) }));
  expect(error).toMatchObject({ name: 'FramekilnError', remedy: expect.any(String), ...wanted });
  expect(outcomes).toEqual([]);
  expect(Object.keys({ ...stores.s3.requests, ...stores.dynamoDb.requests })).not.toContain('Scan');
}

async function hashOnlyTable(): Promise<string> {
  const client = new DynamoDBClient();
  const AttributeDefinitions = [{ AttributeName: 'experiment_id', AttributeType: 'S' as const }];
  const KeySchema = [{ AttributeName: 'experiment_id', KeyType: 'HASH' as const }];
  const TableName = 'hash-only';
  await client.send(
    new CreateTableCommand({ TableName, AttributeDefinitions, KeySchema, BillingMode: 'PAY_PER_REQUEST' }),
  );
  client.destroy();
  return TableName;
}

describe('before any work', async () => {
  const { table, bucket } = await stores.open();
  const NOWHERE = 'http://127.0.0.1:9';

  test.each<[string, KilnOptions, object]>([
    ['a table that is not there', { table: 'elsewhere' }, { code: 'TABLE_NOT_FOUND', message: /elsewhere/ }],
    ['a bucket that is not there', { bucket: 'elsewhere' }, { code: 'BUCKET_NOT_FOUND', message: /elsewhere/ }],
    ['no table', { table: undefined }, { code: 'INVALID_SETTING', remedy: /--table.*FRAMEKILN_TABLE/ }],
    ['no bucket', { bucket: undefined }, { code: 'INVALID_SETTING', remedy: /--bucket.*FRAMEKILN_BUCKET/ }],
    ['no name of a table', { table: 'a b' }, { code: 'INVALID_SETTING', setting: 'table' }],
    ['no name of a bucket', { bucket: '../up' }, { code: 'INVALID_SETTING', setting: 'bucket' }],
  ])('%s', async (_, options, wanted) => {
    const matching = Object.entries(wanted).map(([name, value]) => {
      return [name, value instanceof RegExp ? expect.stringMatching(value) : value];
    });
    await expectRefused({ table, bucket, ...options }, Object.fromEntries(matching));
  });

  test('a template that is none', async () => {
    const error = await rejection(kilnOf({ table, bucket, templates: ['parameters.json'] }).backfill());
    expect(error).toMatchObject({ code: 'INVALID_SETTING', setting: 'template' });
  });

  test('settings that are none', async () => {
    const error = await rejection(kilnOf({ table, bucket }).backfill({ settings: { crf: 99 } }));
    expect(error).toMatchObject({ code: 'INVALID_SETTING', setting: 'crf' });
  });

  test('a table with another key', async () => {
    const wanted = { code: 'TABLE_SCHEMA', expected: 'HASH experiment_id S, RANGE timestamp N' };
    await expectRefused({ table: await hashOnlyTable(), bucket }, wanted);
  });

  test('no credentials', async () => {
    onTestFinished(setEnvironment({ AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined }));
    await expectRefused({ table, bucket }, { code: 'NO_CREDENTIALS' });
  });

  test('no region', async () => {
    onTestFinished(setEnvironment({ AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined }));
    await expectRefused({ table, bucket }, { code: 'NO_REGION' });
  });

  test.each(['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL_DYNAMODB'])('an endpoint that refuses: %s', async (name) => {
    onTestFinished(setEnvironment({ [name]: NOWHERE }));
    await expectRefused(
      { table, bucket },
      { code: 'STORE_UNREACHABLE', message: expect.stringContaining('ECONNREFUSED') },
    );
  });

  test('a bucket that may not be read, or not be written', async () => {
    const denied = s3Error(403, 'AccessDenied');
    for (const writing of [false, true]) {
      await using _ = await s3Double(({ method }) =>
        writing && method === 'GET' ? s3Error(404, 'NoSuchKey') : denied,
      );
      await expectRefused({ table, bucket }, { code: 'ACCESS_DENIED', remedy: expect.stringContaining('doctor') });
      // Who writes no video needs no permission to.
      if (writing) expect((await kilnOf({ table, bucket }).backfill({ relink: true })).experiments).toBe(0);
    }
  });
});

/** New clients of this test pass through a proxy with faults. */
async function withFaults(service: 's3' | 'dynamoDb', options: FaultProxyOptions) {
  const proxy = await startFaultProxy(stores[service].url, { rate: 1, kinds: ['error'], ...options });
  const name = service === 's3' ? 'AWS_ENDPOINT_URL_S3' : 'AWS_ENDPOINT_URL_DYNAMODB';
  onTestFinished(() => proxy.close());
  onTestFinished(setEnvironment({ [name]: proxy.url }));
  return proxy;
}

async function opened(count = 4) {
  const here = await stores.open();
  const items = Array.from({ length: count }, (_, i) => record(`exp_${i}`, { parameters: smallDocument(i) }));
  await here.put(...items);
  return { here, items };
}

describe('on the way', () => {
  test('an upload that fails is the failure of its experiment, which the next run mends', async () => {
    const { here, items } = await opened();
    let uploads = 0;
    await withFaults('s3', { only: (operation) => operation === 'PutObject' && ++uploads === 2 });
    const kiln = here.kiln({ attempts: 1 });
    const first = await backfill(kiln);
    expect(first.summary.outcomes).toMatchObject({ failed: 1, regenerated: 3 });
    expect(first.summary.interrupted).toBe(false);
    const [failed] = Object.values(first.outcomes).filter(({ outcome }) => outcome === 'failed');
    expect(failed).toMatchObject({
      code: 'STORE_FAILED',
      message: expect.stringMatching(/^Cannot write reconstructed\/exp_/),
    });
    const id = failed?.experimentId ?? '';
    const item = items.find(({ experiment_id }) => experiment_id?.S === id);
    expect((await here.items())[`${id} 1760000000`]).toEqual(item);
    expect((await backfill(kiln, { ids: [id] })).names).toEqual({ [id]: 'regenerated' });
    expect((await backfill(kiln)).summary.outcomes).toMatchObject({ current: 4 });
  });

  test('an outage ends the run before everything has failed', async () => {
    const { here } = await opened(90);
    const names: string[] = [];
    await withFaults('s3', { only: (operation) => operation === 'HeadObject' });
    const onOutcome = ({ outcome }: Outcome) => void names.push(outcome);
    const run = here.kiln({ attempts: 1 }).backfill({ onOutcome });
    await expect(run).rejects.toMatchObject({
      code: 'STORE_FAILED',
      remedy: expect.stringContaining('--retry-failed'),
    });
    expect(new Set(names)).toEqual(new Set(['failed']));
    expect(names.length).toBeLessThan(90);
  });

  test('an update that fails leaves the video for the next run', async () => {
    const { here, items } = await opened(1);
    let updates = 0;
    // The first one is the preflight's.
    await withFaults('dynamoDb', { only: (operation) => operation === 'UpdateItem' && ++updates === 2 });
    const kiln = here.kiln({ attempts: 1 });
    expect((await backfill(kiln)).outcomes.exp_0).toMatchObject({ outcome: 'failed', timestamp: '1760000000' });
    expect(Object.keys(await here.objects())).toEqual(['reconstructed/exp_0.mp4']);
    expect(await here.items()).toEqual({ 'exp_0 1760000000': items[0] });
    expect((await backfill(kiln)).names).toEqual({ exp_0: 'relinked' });
  });

  test('one of the ids whose items cannot be read', async () => {
    const { here } = await opened();
    let queries = 0;
    await withFaults('dynamoDb', { only: (operation) => operation === 'Query' && ++queries === 2 });
    const { outcomes, names } = await backfill(here.kiln({ attempts: 1 }), { ids: ['exp_0', 'exp_1', 'exp_2'] });
    const code = expect.stringMatching(/STORE_FAILED|STORE_THROTTLED/);
    expect(names).toEqual({ exp_0: 'regenerated', exp_1: code, exp_2: 'regenerated' });
    expect(outcomes.exp_1).toMatchObject({ outcome: 'failed', message: expect.stringMatching(/^Cannot read table/) });
  });

  test('a record that has no room for a link', async () => {
    const { here } = await opened(1);
    const full = record('full', { parameters: smallDocument(9), filling: 'x'.repeat(409_600 - 2200) });
    await here.put(full);
    const { outcomes, names } = await backfill(here.kiln());
    expect(names).toEqual({ exp_0: 'regenerated', full: 'RECORD_TOO_LARGE' });
    expect(outcomes.full?.remedy).toContain('parameters_s3_key');
    expect((await here.items())['full 1760000000']).toEqual(full);
  });

  test('a table that can no longer be read ends the run', async () => {
    const { here } = await opened();
    await withFaults('dynamoDb', { only: (operation) => operation === 'Scan' });
    const error = await rejection(here.kiln({ attempts: 1 }).backfill());
    expect(error).toMatchObject({ name: 'FramekilnError', message: expect.stringMatching(/^Cannot read table/) });
  });

  test('credentials that end are the end of the run, not the failure of every experiment', async () => {
    const { here } = await opened(30);
    let ended = false;
    const credentials = async () => {
      if (ended) throw Object.assign(new Error('expired'), { name: 'CredentialsProviderError' });
      // Asked for again at every request.
      return { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER', expiration: new Date(Date.now() + 1000) };
    };
    const names: string[] = [];
    const running = here.kiln({ credentials }).backfill({
      onOutcome({ outcome }) {
        names.push(outcome);
        ended = true;
      },
    });
    expect(await rejection(running)).toMatchObject({ code: 'NO_CREDENTIALS' });
    expect(names.filter((name) => name !== 'regenerated')).toEqual([]);
    ended = false;
    const { summary } = await backfill(here.kiln());
    expect(summary.outcomes.failed).toBe(0);
  });

  test('credentials that end before the links would: the record says when, and the summary why', async () => {
    const { here, items } = await opened(1);
    const expiration = new Date(Date.now() + 3600_000);
    const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER', sessionToken: 'token', expiration };
    const { summary, outcomes } = await backfill(here.kiln({ credentials }));
    const warning = expect.stringContaining(`at ${expiration.toISOString()}`);
    expect([summary.warnings, outcomes.exp_0?.warnings]).toEqual([[warning], [warning]]);
    const item = (await here.items())['exp_0 1760000000'];
    expect(Number(item?.video_expires_at?.N)).toBe(Math.floor(expiration.getTime() / 1000));
    expect(outcomes.exp_0?.linkExpiresAt).toBe(Math.floor(expiration.getTime() / 1000));
    const { fingerprint = '', framesDigest = '' } = outcomes.exp_0 ?? {};
    await backfill(here.kiln(), { relink: true });
    expectRecorded(items[0] ?? {}, (await here.items())['exp_0 1760000000'], { fingerprint, digest: framesDigest });
  });
});
