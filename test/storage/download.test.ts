// SPDX-License-Identifier: Apache-2.0
// Objects brought to files: whole or not at all, whatever the line does.
import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { ObjectStore, type ObjectStoreOptions } from '../../src/storage/object-store.js';
import { temporaryFolder } from '../support/folder.js';
import { setEnvironment } from '../support/stores.js';
import { expectNothingUnhandled } from '../support/unhandled.js';
import { type Answer, type Asked, s3Double, s3Error } from './s3-double.js';

expectNothingUnhandled();
afterAll(
  setEnvironment({
    ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 'S' },
    ...{ AWS_PROFILE: undefined, AWS_SESSION_TOKEN: undefined },
  }),
);
const folder = temporaryFolder();
const WHOLE = randomBytes(3_000_000);
const HEADERS = { etag: '"e"', 'content-length': WHOLE.length };
const FOUND: Answer = { headers: HEADERS, body: WHOLE };
const CUT: Answer = { headers: HEADERS, body: WHOLE.subarray(0, 1_000_000), cut: true };

let files = 0;
const newPath = () => join(folder, `${files++}.mp4`);

/** Downloads `key` from a store whose every request `answer` answers. */
async function download(
  answer: (asked: Asked, index: number) => Answer | 'silence' | 'reset',
  options: ObjectStoreOptions & { path?: string; maxBytes?: number; signal?: AbortSignal } = {},
) {
  const { path = newPath(), maxBytes = 1e9, signal, ...rest } = options;
  await using double = await s3Double(answer);
  using store = new ObjectStore('bucket', rest);
  const [outcome] = await Promise.allSettled([store.download('a key/ü.mp4', path, maxBytes, signal)]);
  return { asked: double.asked, outcome, path };
}

const isWhole = (path: string) => fs.readFileSync(path).equals(WHOLE);

describe('whole', () => {
  test('in one request', async () => {
    const { asked, outcome, path } = await download(() => FOUND);
    expect(outcome).toEqual({ status: 'fulfilled', value: undefined });
    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /bucket/a key/ü.mp4']);
    expect(isWhole(path)).toBe(true);
  });

  test('nothing at all', async () => {
    const { outcome, path } = await download(() => ({ headers: { etag: '"e"', 'content-length': 0 }, body: '' }));
    expect(outcome.status).toBe('fulfilled');
    expect(fs.statSync(path).size).toBe(0);
  });

  test('as large as may be', async () => {
    expect((await download(() => FOUND, { maxBytes: WHOLE.length })).outcome.status).toBe('fulfilled');
  });

  test('over what the file held', async () => {
    const path = newPath();
    fs.writeFileSync(path, randomBytes(WHOLE.length + 100));
    await download(() => FOUND, { path });
    expect(isWhole(path)).toBe(true);
  });

  test('of a length that nobody says', async () => {
    const answer = (): Answer => ({ headers: { etag: '"e"', 'transfer-encoding': 'chunked' }, body: WHOLE });
    const { asked, outcome, path } = await download(answer);
    expect(outcome.status).toBe('fulfilled');
    expect(asked).toHaveLength(1);
    expect(isWhole(path)).toBe(true);
  });
});

describe('faults', () => {
  test.each<[string, Answer | 'silence' | 'reset']>([
    ['a 503', s3Error(503, 'SlowDown')],
    ['a reset', 'reset'],
    ['silence', 'silence'],
    ['a body that is cut short', CUT],
  ])('%s: tried again', async (_, fault) => {
    const { asked, outcome, path } = await download((_, index) => (index < 2 ? fault : FOUND), { idleMs: 200 });
    expect(outcome.status).toBe('fulfilled');
    expect(asked).toHaveLength(3);
    expect(isWhole(path)).toBe(true);
  });

  test('the second answer is another object, and shorter: nothing of the first stays', async () => {
    const short = WHOLE.subarray(0, 400_000);
    const answer = (_: Asked, index: number): Answer =>
      index === 0 ? CUT : { headers: { etag: '"f"', 'content-length': short.length }, body: short };
    const { outcome, path } = await download(answer);
    expect(outcome.status).toBe('fulfilled');
    expect(fs.readFileSync(path).equals(short)).toBe(true);
  });

  test('always cut short', async () => {
    const { asked, outcome } = await download(() => CUT);
    expect(asked).toHaveLength(5);
    expect(outcome).toMatchObject({ reason: { code: 'STORE_UNREACHABLE' } });
  });

  test('a checksum that is wrong', async () => {
    const right = createHash('sha256').update(WHOLE).digest('base64');
    const sums = [Buffer.alloc(32).toString('base64'), right];
    const path = newPath();
    await using double = await s3Double((_, i) => ({
      ...{ headers: { ...HEADERS, 'x-amz-checksum-sha256': sums[i] as string }, body: WHOLE },
    }));
    // A configuration file's endpoint is used as AWS itself is, checksums included.
    const AWS_CONFIG_FILE = join(folder, 'config');
    fs.writeFileSync(AWS_CONFIG_FILE, `[default]\nendpoint_url = ${process.env.AWS_ENDPOINT_URL_S3}\n`);
    onTestFinished(setEnvironment({ AWS_CONFIG_FILE, AWS_ENDPOINT_URL_S3: undefined }));
    using store = new ObjectStore('bucket');
    await store.download('key', path, 1e9);
    expect(double.asked).toHaveLength(2);
    expect(isWhole(path)).toBe(true);
  });
});

describe('refusals, all at the first attempt', () => {
  test.each<[string, Answer, string]>([
    ['no such object', s3Error(404, 'NoSuchKey'), 'NO_VIDEO There is no object a key/ü.mp4 in the bucket bucket'],
    ['no such bucket', s3Error(404, 'NoSuchBucket'), 'BUCKET_NOT_FOUND Cannot read a key/ü.mp4 from bucket: '],
    ['no permission', s3Error(403, 'AccessDenied'), 'ACCESS_DENIED Cannot read a key/ü.mp4 from bucket: '],
    ['archived', s3Error(403, 'InvalidObjectState'), 'OBJECT_ARCHIVED Cannot read a key/ü.mp4 from bucket: '],
  ])('%s', async (_, answer, expected) => {
    const { asked, outcome, path } = await download(() => answer);
    const { code, message } = (outcome as PromiseRejectedResult).reason;
    expect(`${code} ${message}`.slice(0, expected.length)).toBe(expected);
    expect(asked).toHaveLength(1);
    expect(fs.existsSync(path)).toBe(false);
  });

  test('too large: none of it is read', async () => {
    const { asked, outcome, path } = await download(() => FOUND, { maxBytes: WHOLE.length - 1 });
    expect(outcome).toMatchObject({ reason: { code: 'INVALID_VIDEO', expected: 'up to 2999999 bytes' } });
    expect(asked).toHaveLength(1);
    expect(fs.existsSync(path)).toBe(false);
  });

  test('a file that cannot be written', async () => {
    const path = join(folder, 'no', 'where.mp4');
    const { asked, outcome } = await download(() => FOUND, { path });
    expect(outcome).toMatchObject({ status: 'rejected', reason: { message: expect.stringContaining('ENOENT') } });
    expect(asked).toHaveLength(1);
  });
});

describe('a signal', () => {
  test('that is aborted already', async () => {
    const { asked, outcome } = await download(() => FOUND, { signal: AbortSignal.abort('already') });
    expect(outcome).toEqual({ status: 'rejected', reason: 'already' });
    expect(asked).toHaveLength(0);
  });

  test.each<[string, Answer | 'silence']>([
    ['before an answer', 'silence'],
    ['in the wait for the next attempt', s3Error(503, 'SlowDown')],
    ['within a body', CUT],
  ])('%s', async (_, fault) => {
    const stop = new AbortController();
    const reason = { why: 'enough' };
    const answer = () => {
      setTimeout(() => stop.abort(reason), 20);
      return fault;
    };
    const { asked, outcome } = await download(answer, { signal: stop.signal });
    expect(outcome).toEqual({ status: 'rejected', reason });
    expect(asked.length).toBeLessThan(10);
  });
});
