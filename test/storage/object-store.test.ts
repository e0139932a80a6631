// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ObjectStore } from '../../src/storage/object-store.js';
import { temporaryFolder } from '../support/folder.js';
import { useStores } from '../support/stores.js';

const BUCKET = 'videos';
const folder = temporaryFolder();
const stores = await useStores();
await stores.createBucket(BUCKET);
const store = new ObjectStore(BUCKET);
const inParts = new ObjectStore(BUCKET, { partsFrom: 1_000_000 });
afterAll(() => {
  store.close();
  inParts.close();
});

const MP4 = { contentType: 'video/mp4', metadata: { fingerprint: 'abc', 'frames-digest': 'xxh3:0123' } };
const read = async (key: string) => (await store.get(key, 1e9))?.bytes;
/** Vitest compares megabytes one by one. */
const holds = async (key: string, bytes: Buffer) => (await read(key))?.equals(bytes);

describe('put, head, get', () => {
  test('a whole object comes back, with what was said about it', async () => {
    const bytes = randomBytes(1043);
    await store.put('reconstructed/a.mp4', bytes, MP4);
    expect(await store.head('reconstructed/a.mp4')).toEqual({
      key: 'reconstructed/a.mp4',
      bytes: 1043,
      etag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
      ...MP4,
      storageClass: 'STANDARD',
      readable: true,
      lastModified: expect.any(Date),
    });
    const got = await store.get('reconstructed/a.mp4', 1043);
    expect(got?.bytes).toEqual(bytes);
    expect(got?.etag).toBe((await store.head('reconstructed/a.mp4'))?.etag);
  });

  test('a view of a larger buffer, a plain Uint8Array, and nothing at all', async () => {
    const large = randomBytes(5_000_000);
    await store.put('view', large.subarray(1_000_000, 4_500_000), MP4);
    expect(await holds('view', large.subarray(1_000_000, 4_500_000))).toBe(true);
    await store.put('plain', new Uint8Array([1, 2, 3]), MP4);
    expect(await read('plain')).toEqual(Buffer.from([1, 2, 3]));
    await store.put('empty', new Uint8Array(), MP4);
    expect(await read('empty')).toEqual(Buffer.alloc(0));
  });

  test('a file', async () => {
    const bytes = randomBytes(3_000_000);
    const path = join(folder, 'video.mp4');
    writeFileSync(path, bytes);
    await store.put('file', { path }, MP4);
    expect(await holds('file', bytes)).toBe(true);
    await inParts.put('file-in-parts', { path }, MP4);
    expect(await holds('file-in-parts', bytes)).toBe(true);
  });

  test('a file that cannot be read', async () => {
    const missing = store.put('missing', { path: join(folder, 'nothing.mp4') }, MP4);
    await expect(missing).rejects.toMatchObject({
      code: 'INPUT_UNREADABLE',
      message: expect.stringContaining('ENOENT'),
    });
    const directory = store.put('directory', { path: folder }, MP4);
    await expect(directory).rejects.toMatchObject({
      code: 'INPUT_UNREADABLE',
      message: expect.stringContaining('EISDIR'),
    });
  });

  test('a later object replaces an earlier one, and its description', async () => {
    await store.put('again', Buffer.from('long and old'), MP4);
    await store.put('again', Buffer.from('new'), { contentType: 'text/plain', metadata: {} });
    expect(await read('again')).toEqual(Buffer.from('new'));
    expect(await store.head('again')).toMatchObject({ bytes: 3, contentType: 'text/plain', metadata: {} });
  });

  test('what is not there', async () => {
    expect(await store.head('reconstructed/none.mp4')).toBeUndefined();
    expect(await store.get('reconstructed/none.mp4', 10)).toBeUndefined();
  });

  test('more than was asked for', async () => {
    await store.put('eleven', Buffer.alloc(11), MP4);
    await expect(store.get('eleven', 10)).rejects.toMatchObject({
      code: 'INVALID_DOCUMENT',
      message: 'The object eleven is larger than 10 bytes',
    });
    expect(await read('eleven')).toHaveLength(11);
  });

  test.each(['a b', 'plus+sign', 'per%cent', 'ümläut/日本語', "quote's", 'and&equals=?#', '~tilde!(1)*', '{brace}'])(
    'the odd key %j',
    async (key) => {
      await store.put(`odd/${key}`, Buffer.from(key), MP4);
      expect(await read(`odd/${key}`)).toEqual(Buffer.from(key));
      expect((await store.head(`odd/${key}`))?.bytes).toBe(Buffer.byteLength(key));
    },
  );
});

describe('copy', () => {
  test('the same bytes under another key, newly described', async () => {
    const bytes = randomBytes(70_000);
    await store.put('reconstructed/one.mp4', bytes, MP4);
    const source = await store.head('reconstructed/one.mp4');
    if (!source) throw new Error('nothing was stored');
    const metadata = { fingerprint: 'other' };
    await store.copy(source, 'reconstructed/two.mp4', { contentType: 'video/mp4', metadata });
    expect(await holds('reconstructed/two.mp4', bytes)).toBe(true);
    expect((await store.head('reconstructed/two.mp4'))?.metadata).toEqual(metadata);
    expect((await store.head('reconstructed/one.mp4'))?.metadata).toEqual(MP4.metadata);
  });

  test('of what is not there', async () => {
    const copy = store.copy({ key: 'none', etag: '"x"' }, 'two', MP4);
    await expect(copy).rejects.toMatchObject({ code: 'STORE_FAILED', message: expect.stringContaining('NoSuchKey') });
  });
});

describe('in parts', () => {
  test('a body of several parts, from memory and from a file', async () => {
    const bytes = randomBytes(40_000_000);
    const path = join(folder, 'large.mp4');
    writeFileSync(path, bytes);
    for (const body of [bytes, { path }]) {
      await inParts.put('large', body, MP4);
      expect(await holds('large', bytes)).toBe(true);
      expect(await store.head('large')).toMatchObject({ bytes: bytes.length, ...MP4 });
    }
  });
});

describe('signals', () => {
  test('a signal that is given already', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(store.put('never', Buffer.alloc(10), { ...MP4, signal })).rejects.toThrow('enough');
    await expect(inParts.put('never', Buffer.alloc(2_000_000), { ...MP4, signal })).rejects.toThrow('enough');
    await expect(store.get('never', 10, signal)).rejects.toThrow('enough');
    await expect(store.head('never', signal)).rejects.toThrow('enough');
    await expect(store.check(signal)).rejects.toThrow('enough');
    expect(await store.head('never')).toBeUndefined();
  });

  test('one signal for many requests at once', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 50 }, () => store.head('view', signal)));
    await new Promise(setImmediate);
    process.off('warning', note);
    expect(warnings.map(({ name }) => name)).not.toContain('MaxListenersExceededWarning');
  });
});
