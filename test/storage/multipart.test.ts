// SPDX-License-Identifier: Apache-2.0
// Uploads in parts that end early: nothing may stay behind, or S3 charges for it.
import { createHash } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { ObjectStore } from '../../src/storage/object-store.js';
import { setEnvironment } from '../support/stores.js';
import { type Answer, type Asked, s3Double, s3Error } from './s3-double.js';

afterAll(
  setEnvironment({
    ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 'S' },
    ...{ AWS_PROFILE: undefined, AWS_SESSION_TOKEN: undefined },
  }),
);
const MP4 = { contentType: 'video/mp4', metadata: { fingerprint: 'f' } };
const BODY = Buffer.alloc(150_000_000, 'video');

/** What a request is in an upload of parts. */
function step({ method, query }: Asked): string {
  if (query.has('uploads')) return 'create';
  if (query.has('partNumber')) return `part ${query.get('partNumber')}`;
  return method === 'DELETE' ? 'abort' : 'complete';
}

function answer(asked: Asked): Answer {
  if (step(asked) === 'create') {
    return { body: '<InitiateMultipartUploadResult><UploadId>upload</UploadId></InitiateMultipartUploadResult>' };
  }
  if (step(asked) === 'complete') {
    return { body: '<CompleteMultipartUploadResult><ETag>"e"</ETag></CompleteMultipartUploadResult>' };
  }
  if (step(asked) === 'abort') return { status: 204 };
  return { headers: { etag: '"e"', 'x-amz-checksum-sha256': String(asked.headers['x-amz-checksum-sha256']) } };
}

test('each part has its checksum, and all of them make the body', async () => {
  await using double = await s3Double(answer);
  using store = new ObjectStore('bucket');
  await store.put('key', BODY, MP4);
  const [create, ...others] = double.asked;
  expect(create?.headers).toMatchObject({ 'content-type': 'video/mp4', 'x-amz-meta-fingerprint': 'f' });
  const complete = others.pop() as Asked;
  const parts = others.sort((a, b) => Number(a.query.get('partNumber')) - Number(b.query.get('partNumber')));
  expect(parts.map(step)).toEqual(Array.from({ length: 9 }, (_, index) => `part ${index + 1}`));
  expect(Buffer.concat(parts.map(({ body }) => body)).equals(BODY)).toBe(true);
  for (const { body, headers } of parts) {
    const sum = createHash('sha256').update(body).digest('base64');
    expect(headers['x-amz-checksum-sha256']).toBe(sum);
    expect(complete.body.toString()).toContain(`<ChecksumSHA256>${sum}</ChecksumSHA256>`);
  }
});

test('a part that fails once is sent again', async () => {
  let failed = false;
  await using double = await s3Double((asked) => {
    if (step(asked) !== 'part 2' || failed) return answer(asked);
    failed = true;
    return s3Error(500, 'InternalError');
  });
  using store = new ObjectStore('bucket');
  await store.put('key', BODY, MP4);
  expect(double.asked.filter((asked) => step(asked) === 'part 2')).toHaveLength(2);
});

test('a part that is refused ends it all', async () => {
  await using double = await s3Double((asked) =>
    step(asked) === 'part 2' ? s3Error(403, 'AccessDenied') : answer(asked),
  );
  using store = new ObjectStore('bucket');
  await expect(store.put('key', BODY, MP4)).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  const steps = double.asked.map(step);
  expect(steps.at(-1)).toBe('abort');
  expect(steps).not.toContain('complete');
  expect(steps).not.toContain('part 9');
});

test('a failure to clean up hides no other', async () => {
  await using double = await s3Double((asked) => {
    if (step(asked) === 'complete') return s3Error(400, 'InvalidPart');
    return step(asked) === 'abort' ? s3Error(403, 'AccessDenied') : answer(asked);
  });
  using store = new ObjectStore('bucket');
  const put = store.put('key', BODY, MP4);
  await expect(put).rejects.toMatchObject({ code: 'STORE_FAILED', message: expect.stringContaining('InvalidPart') });
  expect(double.asked.map(step).at(-1)).toBe('abort');
});

test('a signal stops the parts under way', async () => {
  const stop = new AbortController();
  await using double = await s3Double((asked) => {
    if (!step(asked).startsWith('part')) return answer(asked);
    setImmediate(() => stop.abort(new Error('stopped')));
    return 'silence';
  });
  using store = new ObjectStore('bucket');
  await expect(store.put('key', BODY, { ...MP4, signal: stop.signal })).rejects.toThrow('stopped');
  const steps = double.asked.map(step);
  expect(steps).toContain('abort');
  expect(steps).not.toContain('part 9');
});
