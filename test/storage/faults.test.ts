// SPDX-License-Identifier: Apache-2.0
// What s3rver cannot do: faults, slow answers and archived objects.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { ObjectStore, type ObjectStoreOptions } from '../../src/storage/object-store.js';
import { temporaryFolder } from '../support/folder.js';
import { setEnvironment } from '../support/stores.js';
import { type Answer, type Asked, s3Double, s3Error } from './s3-double.js';

afterAll(
  setEnvironment({
    ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 'S' },
    ...{ AWS_PROFILE: undefined, AWS_SESSION_TOKEN: undefined },
  }),
);
const folder = temporaryFolder();
const MP4 = { contentType: 'video/mp4', metadata: {} };
const FOUND: Answer = { headers: { etag: '"e"', 'content-length': 5 }, body: 'bytes' };

/** A store whose every request `answer` answers; says what was asked. */
async function withDouble<T>(
  answer: (asked: Asked, index: number) => Answer | 'silence' | 'reset',
  use: (store: ObjectStore) => Promise<T>,
  options: ObjectStoreOptions = {},
) {
  await using double = await s3Double(answer);
  using store = new ObjectStore('bucket', options);
  const [outcome] = await Promise.allSettled([use(store)]);
  return { asked: double.asked, outcome };
}

describe('retries', () => {
  const OK: Record<string, Answer> = {
    head: { headers: { etag: '"e"', 'content-length': 5 } },
    get: FOUND,
    put: { headers: { etag: '"e"' } },
    copy: { body: '<CopyObjectResult><ETag>"e"</ETag></CopyObjectResult>' },
  };
  const calls: Record<string, (store: ObjectStore) => Promise<unknown>> = {
    head: (store) => store.head('key'),
    get: (store) => store.get('key', 10),
    put: (store) => store.put('key', Buffer.from('bytes'), MP4),
    copy: (store) => store.copy({ key: 'key', etag: '"e"' }, 'other', MP4),
  };
  const faults: Record<string, Answer | 'silence' | 'reset'> = {
    'a 503': s3Error(503, 'SlowDown'),
    'a 500': s3Error(500, 'InternalError'),
    'a reset': 'reset',
    silence: 'silence',
  };
  const cases = Object.keys(calls).flatMap((call) => Object.keys(faults).map((fault) => ({ call, fault })));

  test.each(cases)('$call succeeds after $fault', async ({ call, fault }) => {
    const answer = (_: Asked, index: number) => (index === 0 ? faults[fault] : OK[call]) as Answer;
    const { asked, outcome } = await withDouble(answer, (store) => calls[call]?.(store) as Promise<unknown>, {
      idleMs: 200,
    });
    expect(outcome).toMatchObject({ status: 'fulfilled' });
    expect(asked).toHaveLength(2);
    if (call === 'put') expect(asked.map(({ body }) => body.toString())).toEqual(['bytes', 'bytes']);
  });

  test('a copy that fails in an answer of 200', async () => {
    const answer = (_: Asked, index: number) =>
      index === 0 ? { ...s3Error(503, 'InternalError'), status: 200 } : (OK.copy as Answer);
    const { asked, outcome } = await withDouble(answer, (store) => store.copy({ key: 'a', etag: '"e"' }, 'b', MP4));
    expect(outcome).toMatchObject({ status: 'fulfilled' });
    expect(asked).toHaveLength(2);
  });

  test('every one of many requests has all its attempts', async () => {
    const failures = new Map<string, number>();
    const answer = ({ path }: Asked): Answer => {
      const count = (failures.get(path) ?? 0) + 1;
      failures.set(path, count);
      return count <= 4 ? s3Error(500, 'InternalError') : FOUND;
    };
    const keys = Array.from({ length: 40 }, (_, index) => `key-${index}`);
    const { asked, outcome } = await withDouble(answer, (store) => Promise.all(keys.map((key) => store.get(key, 10))));
    expect(outcome).toMatchObject({ status: 'fulfilled' });
    expect(asked).toHaveLength(200);
  });

  test('a fault without end', async () => {
    const { asked, outcome } = await withDouble(
      () => s3Error(500, 'InternalError'),
      (store) => store.get('key', 10),
      { attempts: 3 },
    );
    expect(asked).toHaveLength(3);
    expect(outcome).toMatchObject({
      reason: {
        code: 'STORE_FAILED',
        message: 'Cannot read key from bucket after 3 attempts: InternalError (HTTP 500)',
      },
    });
  });

  test('silence without end', async () => {
    const { asked, outcome } = await withDouble(
      () => 'silence',
      (store) => store.get('key', 10),
      { attempts: 2, idleMs: 200 },
    );
    expect(asked).toHaveLength(2);
    expect(outcome).toMatchObject({ reason: { code: 'STORE_UNREACHABLE' } });
  });

  test('what is our own fault is not tried again', async () => {
    const { asked, outcome } = await withDouble(
      () => s3Error(403, 'AccessDenied'),
      (store) => store.get('key', 10),
    );
    expect(asked).toHaveLength(1);
    expect(outcome).toMatchObject({ reason: { code: 'ACCESS_DENIED' } });
  });

  test('a signal ends the wait for the next attempt', async () => {
    const stop = new AbortController();
    const answer = () => {
      setImmediate(() => stop.abort(new Error('stopped')));
      return s3Error(503, 'SlowDown');
    };
    const { asked, outcome } = await withDouble(answer, (store) => store.get('key', 10, stop.signal));
    expect(outcome).toMatchObject({ reason: { message: 'stopped' } });
    expect(asked.length).toBeLessThan(10);
  });

  test('a signal ends a request without an answer', async () => {
    const stop = new AbortController();
    const answer = () => {
      setImmediate(() => stop.abort(new Error('stopped')));
      return 'silence' as const;
    };
    const { outcome } = await withDouble(answer, (store) =>
      store.put('key', Buffer.alloc(10), { ...MP4, signal: stop.signal }),
    );
    expect(outcome).toMatchObject({ reason: { message: 'stopped' } });
  });
});

describe('bodies', () => {
  const whole = Buffer.alloc(300_000, 'x');
  const headers = { etag: '"e"', 'content-length': whole.length };
  const cut: Answer = { headers, body: whole.subarray(0, 100_000), cut: true };

  test('one cut short is read again', async () => {
    const answer = (_: Asked, index: number) => (index < 2 ? cut : { headers, body: whole });
    const { asked, outcome } = await withDouble(answer, (store) => store.get('key', 1e6));
    expect(asked).toHaveLength(3);
    expect(outcome.status === 'fulfilled' && outcome.value?.bytes.equals(whole)).toBe(true);
  });

  test('one that is always cut short', async () => {
    const { asked, outcome } = await withDouble(
      () => cut,
      (store) => store.get('key', 1e6),
    );
    expect(asked).toHaveLength(5);
    expect(outcome).toMatchObject({ reason: { code: 'STORE_UNREACHABLE' } });
  });

  test('one whose checksum is another is read again', async () => {
    const wrong = { ...headers, 'x-amz-checksum-sha256': Buffer.alloc(32).toString('base64') };
    await using double = await s3Double((_, index) => ({ headers: index === 0 ? wrong : headers, body: whole }));
    // A configuration file's endpoint is used as AWS itself is, checksums included.
    const AWS_CONFIG_FILE = join(folder, 'config');
    writeFileSync(AWS_CONFIG_FILE, `[default]\nendpoint_url = ${process.env.AWS_ENDPOINT_URL_S3}\n`);
    onTestFinished(setEnvironment({ AWS_CONFIG_FILE, AWS_ENDPOINT_URL_S3: undefined }));
    using store = new ObjectStore('bucket');
    const read = await store.get('key', 1e6);
    expect(read?.bytes.equals(whole)).toBe(true);
    expect(double.asked.map((asked) => asked.headers['x-amz-checksum-mode'])).toEqual(['ENABLED', 'ENABLED']);
    await store.put('key', whole, MP4);
    expect(double.asked[2]?.headers['x-amz-checksum-sha256']).toBe(createHash('sha256').update(whole).digest('base64'));
    expect(double.asked[2]?.body.equals(whole)).toBe(true);
  });

  test('one of unknown length that is too long', async () => {
    const answer = (): Answer => ({ headers: { etag: '"e"', 'transfer-encoding': 'chunked' }, body: whole });
    const { asked, outcome } = await withDouble(answer, (store) => store.get('key', 299_999));
    expect(asked).toHaveLength(1);
    expect(outcome).toMatchObject({ reason: { code: 'INVALID_DOCUMENT' } });
  });
});

describe('archived objects', () => {
  const RESTORED = { 'x-amz-restore': 'ongoing-request="false", expiry-date="Fri, 21 Dec 2096 00:00:00 GMT"' };
  test.each([
    [{}, true],
    [{ 'x-amz-storage-class': 'GLACIER' }, false],
    [{ 'x-amz-storage-class': 'DEEP_ARCHIVE' }, false],
    [{ 'x-amz-storage-class': 'GLACIER', 'x-amz-restore': 'ongoing-request="true"' }, false],
    [{ 'x-amz-storage-class': 'GLACIER', ...RESTORED }, true],
    [{ 'x-amz-storage-class': 'GLACIER_IR' }, true],
    [{ 'x-amz-storage-class': 'STANDARD_IA' }, true],
    [{ 'x-amz-storage-class': 'INTELLIGENT_TIERING' }, true],
    [{ 'x-amz-storage-class': 'INTELLIGENT_TIERING', 'x-amz-archive-status': 'ARCHIVE_ACCESS' }, false],
  ] as [Record<string, string>, boolean][])('HEAD with %j: readable %s', async (headers, readable) => {
    const { outcome } = await withDouble(
      () => ({ headers: { etag: '"e"', 'content-length': 5, ...headers } }),
      (store) => store.head('key'),
    );
    const storageClass = headers['x-amz-storage-class'] ?? 'STANDARD';
    expect(outcome).toMatchObject({ value: { readable, storageClass } });
  });

  test('GET', async () => {
    const { outcome } = await withDouble(
      () => s3Error(403, 'InvalidObjectState'),
      (store) => store.get('key', 10),
    );
    expect(outcome).toMatchObject({
      reason: { code: 'OBJECT_ARCHIVED', message: expect.stringContaining('archived'), remedy: expect.any(String) },
    });
  });
});
