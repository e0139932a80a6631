// SPDX-License-Identifier: Apache-2.0
// Wrong names, credentials and endpoints: each must say what it is and what to do.

import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { LinkSigner } from '../../src/storage/link.js';
import { ObjectStore } from '../../src/storage/object-store.js';
import { temporaryFolder } from '../support/folder.js';
import { setEnvironment, useStores } from '../support/stores.js';
import { s3Double, s3Error } from './s3-double.js';

const stores = await useStores();
await stores.createBucket('bucket');
const folder = temporaryFolder();
const NOWHERE = { AWS_CONFIG_FILE: join(folder, 'config'), AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials') };
const NO_KEYS = { ...NOWHERE, AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };

function environment(values: Record<string, string | undefined>): void {
  onTestFinished(setEnvironment(values));
}

/** What each of the store's ways in answers. */
const WAYS: Record<string, (store: ObjectStore) => Promise<unknown>> = {
  check: (store) => store.check(),
  head: (store) => store.head('key'),
  get: (store) => store.get('key', 10),
  put: (store) => store.put('key', Buffer.from('x'), { contentType: 'text/plain', metadata: {} }),
};
const ways = Object.entries(WAYS);

test('check accepts what is right', async () => {
  using store = new ObjectStore('bucket');
  await store.check();
});

test.each(['nothing-here', 'Not A Bucket', 'no/bucket'])('the bucket %j', async (name) => {
  using store = new ObjectStore(name);
  await expect(store.check()).rejects.toMatchObject({ code: 'BUCKET_NOT_FOUND', remedy: expect.any(String) });
});

describe.each(ways)('%s', (_, way) => {
  test('without credentials', async () => {
    environment(NO_KEYS);
    using store = new ObjectStore('bucket');
    await expect(way(store)).rejects.toMatchObject({
      code: 'NO_CREDENTIALS',
      message: expect.stringContaining('found'),
    });
  });

  test('with a profile that is not there', async () => {
    environment({ ...NO_KEYS, AWS_PROFILE: 'other' });
    using store = new ObjectStore('bucket');
    await expect(way(store)).rejects.toMatchObject({ code: 'NO_CREDENTIALS' });
  });

  test('with credentials that nobody knows', async () => {
    environment({ AWS_ACCESS_KEY_ID: 'UNKNOWN' });
    using store = new ObjectStore('bucket');
    await expect(way(store)).rejects.toMatchObject({
      code: 'NO_CREDENTIALS',
      message: expect.stringContaining('does not accept'),
    });
  });

  test('without a region', async () => {
    environment({ ...NOWHERE, AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined });
    using store = new ObjectStore('bucket');
    await expect(way(store)).rejects.toMatchObject({ code: 'NO_REGION' });
  });

  test('without a server', async () => {
    environment({ AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${await freePort()}` });
    using store = new ObjectStore('bucket', { attempts: 2 });
    await expect(way(store)).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
      message: expect.stringMatching(/after 2 attempts: the service cannot be reached \(ECONNREFUSED\)$/),
      remedy: expect.stringContaining('AWS_ENDPOINT_URL_S3'),
    });
  });

  test('with a bucket in another region', async () => {
    await using _double = await s3Double(({ method }) =>
      method === 'HEAD'
        ? { status: 301, headers: { 'x-amz-bucket-region': 'eu-west-1' } }
        : s3Error(301, 'PermanentRedirect', { 'x-amz-bucket-region': 'eu-west-1' }),
    );
    using store = new ObjectStore('bucket');
    await expect(way(store)).rejects.toMatchObject({
      code: 'BUCKET_NOT_FOUND',
      message: expect.stringContaining('in another region (eu-west-1)'),
    });
  });

  test('with credentials that have expired', async () => {
    await using _double = await s3Double(({ method }) =>
      method === 'HEAD' ? { status: 400 } : s3Error(400, 'ExpiredToken'),
    );
    using store = new ObjectStore('bucket');
    await expect(way(store)).rejects.toMatchObject({ code: 'NO_CREDENTIALS' });
  });

  test('without permission', async () => {
    await using _double = await s3Double(({ method }) =>
      method === 'HEAD' ? { status: 403 } : s3Error(403, 'AccessDenied'),
    );
    using store = new ObjectStore('bucket');
    await expect(way(store)).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      remedy: expect.stringContaining('framekiln doctor'),
    });
  });
});

describe('links', () => {
  test('without credentials', async () => {
    environment(NO_KEYS);
    using signer = new LinkSigner('bucket');
    await expect(signer.sign('key', 'a.mp4')).rejects.toMatchObject({ code: 'NO_CREDENTIALS' });
  });

  test('without a region', async () => {
    environment({ ...NOWHERE, AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined });
    using signer = new LinkSigner('bucket');
    await expect(signer.sign('key', 'a.mp4')).rejects.toMatchObject({ code: 'NO_REGION' });
  });
});

/** A port at which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address ? address.port : 0;
}
