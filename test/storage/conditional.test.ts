// SPDX-License-Identifier: Apache-2.0
// Writes that must not go over what somebody else wrote meanwhile.
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { DEMO_CREDENTIALS, DEMO_REGION } from '../../src/demo/names.js';
import { openServers } from '../../src/demo/servers.js';
import { ObjectStore, type StoredObject } from '../../src/storage/object-store.js';
import { temporaryFolder } from '../support/folder.js';
import { setEnvironment } from '../support/stores.js';
import { type Asked, s3Double, s3Error } from './s3-double.js';

const servers = await openServers(join(temporaryFolder(), 'stores'), ['bucket']);
const restore = setEnvironment({
  AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${servers.ports.s3}`,
  AWS_REGION: DEMO_REGION,
  AWS_ACCESS_KEY_ID: DEMO_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: DEMO_CREDENTIALS.secretAccessKey,
});
const store = new ObjectStore('bucket');
afterAll(async () => {
  store.close();
  restore();
  await servers.close();
});

const PUT = { contentType: 'video/mp4', metadata: {} };
const CHANGED = expect.objectContaining({ code: 'OBJECT_CHANGED' });
const text = (key: string) => store.get(key, 100).then((object) => object && Buffer.from(object.bytes).toString());

test('an upload or a copy only where there is nothing', async () => {
  await store.put('a', Buffer.from('first'), { ...PUT, replaces: null });
  await expect(store.put('a', Buffer.from('second'), { ...PUT, replaces: null })).rejects.toEqual(CHANGED);
  const first = (await store.head('a')) as StoredObject;
  await store.copy(first, 'b', { ...PUT, replaces: null });
  await expect(store.copy(first, 'b', { ...PUT, replaces: null })).rejects.toEqual(CHANGED);
  expect([await text('a'), await text('b')]).toEqual(['first', 'first']);
});

test('an upload only over what was seen', async () => {
  await store.put('c', Buffer.from('first'), PUT);
  const { etag } = (await store.head('c')) as StoredObject;
  await store.put('c', Buffer.from('second'), { ...PUT, replaces: etag });
  await expect(store.put('c', Buffer.from('third'), { ...PUT, replaces: etag })).rejects.toEqual(CHANGED);
  await expect(store.put('nothing', Buffer.from('x'), { ...PUT, replaces: etag })).rejects.toEqual(CHANGED);
  expect(await text('c')).toBe('second');
});

test('an upload in parts asks for it when it is completed', async () => {
  const isComplete = ({ method, query }: Asked) => method === 'POST' && query.has('uploadId');
  await using double = await s3Double((asked) => {
    if (asked.query.has('uploads')) {
      return { body: '<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>' };
    }
    return isComplete(asked) ? s3Error(412, 'PreconditionFailed') : { headers: { etag: '"e"' } };
  });
  using parts = new ObjectStore('bucket', { partsFrom: 10 });
  await expect(parts.put('d', Buffer.alloc(20), { ...PUT, replaces: '"seen"' })).rejects.toEqual(CHANGED);
  expect(double.asked.find(isComplete)?.headers['if-match']).toBe('"seen"');
});
