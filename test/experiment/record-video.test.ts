// SPDX-License-Identifier: Apache-2.0
// Writing a record that somebody else writes too.
import { expect, onTestFinished, test } from 'vitest';
import type { ExperimentRecord } from '../../src/catalog/record.js';
import type { ExperimentContext } from '../../src/experiment/context.js';
import { recordVideo } from '../../src/experiment/record-video.js';
import type { StoredVideo } from '../../src/experiment/stored-video.js';
import { openStores } from '../../src/experiment/stores.js';
import { type TestStores, useBackfillStores } from '../support/backfill-stores.js';
import { startFaultProxy } from '../support/fault-proxy.js';
import { entry, expectRecorded, type Item, record } from '../support/records.js';
import { setEnvironment } from '../support/stores.js';

const servers = await useBackfillStores();
const KEY = 'reconstructed/one.mp4';
const BEFORE = record('one');
const FINGERPRINT = { fingerprint: 'ours', digest: 'digest of ours' };

const video = (fingerprint: string): StoredVideo => ({
  ...{
    key: KEY,
    etag: '"x"',
    bytes: 1,
    readable: true,
    recipe: 'recipe',
    frames: 1,
    published: false,
    exactOf: undefined,
  },
  ...{ fingerprint, framesDigest: `digest of ${fingerprint}` },
});

const recorded = (fingerprint: string, at: string, item = BEFORE): Item => ({
  ...item,
  reconstructed_video_url: { S: 'https://example.com/theirs' },
  reconstructed_video_s3_key: { S: KEY },
  video_expires_at: { N: '2000000000' },
  reconstructed_fingerprint: { S: fingerprint },
  reconstructed_frames_digest: { S: `digest of ${fingerprint}` },
  reconstructed_at: { S: at },
});

/** The record as it was read before `meanwhile` happened to the table. */
async function opened(before: Item, meanwhile: (here: TestStores) => Promise<unknown>) {
  const here = await servers.open();
  await here.put(before);
  const stores = openStores({ table: here.table, bucket: here.bucket });
  onTestFinished(() => stores[Symbol.dispose]());
  const [read] = await stores.table.query('one');
  await meanwhile(here);
  const context = { stores } as ExperimentContext;
  return {
    here,
    write: (kind: 'video' | 'link') => recordVideo(context, read as ExperimentRecord, video('ours'), kind, undefined),
    item: async () => (await here.items())['one 1760000000'],
  };
}

test('other attributes that changed meanwhile stay as they are now', async () => {
  const now = { ...BEFORE, status: { S: 'archived' }, new: { N: '1' } };
  const { write, item } = await opened(BEFORE, (here) => here.put(now));
  expect(await write('video')).toMatchObject({ state: 'written' });
  expectRecorded(now, await item(), FINGERPRINT);
});

test('an experiments string that was rewritten meanwhile gets the link as it is now', async () => {
  const experiments = { S: `[ {"status": "failed"}, ${entry({ new: 'caf\u00e9' })}]` };
  const now = { ...BEFORE, experiments };
  const { write, item } = await opened(BEFORE, (here) => here.put(now));
  expect(await write('video')).toMatchObject({ state: 'written' });
  expectRecorded(now, await item(), FINGERPRINT);
});

test('the same video that somebody recorded meanwhile stays theirs', async () => {
  const now = recorded('ours', '2026-01-01T00:00:00.000Z');
  const { write, item } = await opened(BEFORE, (here) => here.put(now));
  expect(await write('video')).toMatchObject({ state: 'theirs' });
  expect(await item()).toEqual(now);
});

test('another video that somebody recorded meanwhile stays when it is the one in the bucket', async () => {
  const now = recorded('theirs', '2026-01-01T00:00:00.000Z');
  const { write, item } = await opened(BEFORE, async (here) => {
    await here.put(now);
    await here.putObject(KEY, 'x', { metadata: { fingerprint: 'theirs' } });
  });
  expect(await write('video')).toMatchObject({ state: 'theirs' });
  expect(await item()).toEqual(now);
});

test('another video that somebody recorded meanwhile gives way to the one in the bucket', async () => {
  const now = recorded('theirs', '2026-01-01T00:00:00.000Z');
  const { write, item } = await opened(BEFORE, async (here) => {
    await here.put(now);
    await here.putObject(KEY, 'x', { metadata: { fingerprint: 'ours' } });
  });
  expect(await write('video')).toMatchObject({ state: 'written' });
  expectRecorded(BEFORE, await item(), FINGERPRINT);
});

test('a new link gives way to a new video', async () => {
  const now = recorded('theirs', '2026-01-01T00:00:00.000Z');
  const { write, item } = await opened(recorded('ours', '2025-01-01T00:00:00.000Z'), (here) => here.put(now));
  expect(await write('link')).toMatchObject({ state: 'theirs' });
  expect(await item()).toEqual(now);
});

test('a record that was deleted meanwhile is not made anew', async () => {
  const { here, write } = await opened(BEFORE, (stores) => stores.deleteItem('one', '1760000000'));
  await expect(write('video')).rejects.toMatchObject({
    ...{ code: 'RECORD_CHANGED', message: expect.stringContaining('deleted meanwhile') },
  });
  expect(await here.items()).toEqual({});
});

test('an update whose answer was lost counts as written', async () => {
  let lost = 0;
  const proxy = await startFaultProxy(servers.dynamoDb.url, {
    ...{ rate: 1, kinds: ['lostAnswer'] },
    only: (operation) => operation === 'UpdateItem' && ++lost === 1,
  });
  onTestFinished(() => proxy.close());
  onTestFinished(setEnvironment({ AWS_ENDPOINT_URL_DYNAMODB: proxy.url }));
  const { write, item } = await opened(BEFORE, async () => undefined);
  expect(await write('video')).toMatchObject({ state: 'written' });
  expect(proxy.requests).toMatchObject({ UpdateItem: 2 });
  expectRecorded(BEFORE, await item(), FINGERPRINT);
});

test('a record that always changes is given up', async () => {
  let updates = 0;
  const changing = {
    signer: { sign: async () => ({ url: 'https://example.com/ours', expiresAt: 1 }) },
    table: {
      update: async () => 'changed',
      query: async () => [{ id: 'one', timestamp: '1', entries: [], reconstructed: {}, experiments: `${++updates}` }],
    },
  };
  const context = { stores: changing } as unknown as ExperimentContext;
  const read = { id: 'one', timestamp: '1', entries: [], reconstructed: {} } as unknown as ExperimentRecord;
  const writing = recordVideo(context, read, video('ours'), 'video', undefined);
  await expect(writing).rejects.toMatchObject({
    code: 'RECORD_CHANGED',
    message: expect.stringContaining('keeps changing'),
  });
  expect(updates).toBe(5);
});
