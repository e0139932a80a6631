// SPDX-License-Identifier: Apache-2.0
// Several items of one experiment, and several experiments with one video.
import { describe, expect, onTestFinished, test } from 'vitest';
import { useBackfillStores } from '../support/backfill-stores.js';
import { startFaultProxy } from '../support/fault-proxy.js';
import { backfill } from '../support/outcomes.js';
import { expectRecorded, type Item, record, smallDocument } from '../support/records.js';
import { setEnvironment } from '../support/stores.js';

const stores = await useBackfillStores();
const video = (id: string) => `reconstructed/${id}.mp4`;
const TWENTY = Array.from({ length: 20 }, (_, i) => `twin_${i}`);

/** Experiments with the same video, whose documents differ in what no pixel shows. */
const twins = (ids: readonly string[]): Item[] =>
  ids.map((id) => record(id, { parameters: { ...smallDocument(1), experiment: id } }));

describe('several items of one experiment', () => {
  const older = record('one', { parameters: smallDocument(1) }, '9');
  const newest = record('one', { parameters: smallDocument(2) }, '10.5');
  const running = record('one', { parameters: smallDocument(3), status: 'running' }, '11');

  test.each<[string, object]>([
    ['of a scan', { status: 'completed' }],
    ['of any status', {}],
    ['of ids', { ids: ['one'] }],
    ['of ids, in a shard', { ids: ['one'], shard: { index: 0, count: 1 } }],
  ])('the newest completed one counts, %s', async (_, selection) => {
    const here = await stores.open();
    await here.put(older, newest, running);
    const kiln = here.kiln();
    const { outcomes } = await backfill(kiln, selection);
    const { report } = await kiln.render(smallDocument(2));
    expect(outcomes.one).toMatchObject({
      ...{ outcome: 'regenerated', timestamp: '10.5', others: ['11', '9'], framesDigest: report.framesDigest },
    });
    const items = await here.items();
    const { fingerprint = '', framesDigest = '' } = outcomes.one ?? {};
    expectRecorded(newest, items['one 10.5'], { fingerprint, digest: framesDigest });
    expect([items['one 9'], items['one 11']]).toEqual([older, running]);
  });

  test('an older one that was asked for gives way to the newest', async () => {
    const here = await stores.open();
    await here.put(older, newest, running);
    const kiln = here.kiln();
    for (const selection of [{ until: 10 }, { status: 'running' }]) {
      expect((await backfill(kiln, selection)).outcomes).toEqual({});
    }
    expect((await backfill(kiln, { since: 10, until: 10.9 })).names).toEqual({ one: 'regenerated' });
  });

  test('without a completed one, the newest', async () => {
    const here = await stores.open();
    const failed = { ...older, status: { S: 'failed' } };
    await here.put(failed, running);
    const { outcomes } = await backfill(here.kiln(), { status: 'any' });
    expect(outcomes.one).toMatchObject({ timestamp: '11', others: ['9'] });
  });

  test('one experiment alone', async () => {
    const here = await stores.open();
    await here.put(older, newest, running);
    const kiln = here.kiln();
    expect(await kiln.regenerate('one')).toMatchObject({ timestamp: '10.5', others: ['11', '9'] });
    const link = await kiln.link('one');
    const items = await here.items();
    expect(items['one 10.5']?.reconstructed_video_url?.S).toBe(link.url);
    expect([items['one 9'], items['one 11']]).toEqual([older, running]);
  });
});

describe('one video of several experiments', () => {
  test('twenty at once: rendered once, copied nineteen times', async () => {
    const here = await stores.open();
    const items = twins(TWENTY);
    await here.put(...items);
    const kiln = here.kiln({ threads: 2 });
    stores.forgetRequests();
    const { summary, outcomes } = await backfill(kiln);
    expect(summary.outcomes).toMatchObject({ regenerated: 1, copied: 19 });
    expect(summary.frames).toBe(6);
    expect(stores.s3.requests).toMatchObject({ PutObject: 1, CopyObject: 19 });
    const { video: bytes, report } = await kiln.render(smallDocument(1));
    const objects = await here.objects();
    const after = await here.items();
    const original = Object.values(outcomes).find(({ outcome }) => outcome === 'regenerated')?.key ?? '';
    for (const item of items) {
      const id = item.experiment_id?.S ?? '';
      const { fingerprint = '', copiedFrom } = outcomes[id] ?? {};
      expectRecorded(item, after[`${id} 1760000000`], { fingerprint, digest: report.framesDigest });
      expect(objects[video(id)]).toEqual({ ...objects[original], bytes: Buffer.from(bytes), contentType: 'video/mp4' });
      expect(copiedFrom).toBe(video(id) === original ? undefined : original);
    }
    expect((await backfill(here.kiln())).summary.outcomes).toMatchObject({ current: 20 });
  });

  test('of an earlier run, also one that another kiln made', async () => {
    const here = await stores.open();
    await here.put(...twins(['first']));
    await backfill(here.kiln());
    await here.put(...twins(['second', 'third']));
    const { names, summary } = await backfill(here.kiln());
    expect(names.first).toBe('current');
    expect(summary.outcomes).toMatchObject({ copied: 2, regenerated: 0 });
    expect(summary.poolBusy).toBe(0);
  });

  test('of an earlier run, whose object has gone: rendered', async () => {
    const here = await stores.open();
    await here.put(...twins(['first']));
    const kiln = here.kiln();
    await backfill(kiln);
    await here.deleteObject(video('first'));
    await here.put(...twins(['second']));
    expect((await backfill(kiln, { ids: ['second'] })).names).toEqual({ second: 'regenerated' });
    expect((await backfill(kiln)).names).toEqual({
      first: expect.stringMatching(/copied|regenerated/),
      second: 'current',
    });
  });

  test('of an earlier run, whose object is another video now: rendered', async () => {
    const here = await stores.open();
    await here.put(...twins(['first']));
    const kiln = here.kiln();
    await backfill(kiln);
    await here.putObject(video('first'), 'mine', { metadata: { fingerprint: 'mine', renderer: 'published' } });
    await here.put(...twins(['second']));
    expect((await backfill(here.kiln())).names).toEqual({ first: 'relinked', second: 'regenerated' });
  });

  test('of an earlier run, whose object goes when it is about to be copied: rendered', async () => {
    const here = await stores.open();
    await here.put(...twins(['first']));
    await backfill(here.kiln());
    const proxy = await startFaultProxy(stores.s3.url, {
      rate: 0,
      only(operation) {
        if (operation === 'CopyObject') here.deleteObjectNow(video('first'));
        return false;
      },
    });
    onTestFinished(() => proxy.close());
    onTestFinished(setEnvironment({ AWS_ENDPOINT_URL_S3: proxy.url }));
    await here.put(...twins(['second']));
    expect((await backfill(here.kiln())).names).toEqual({ first: 'current', second: 'regenerated' });
    expect(proxy.requests).toMatchObject({ CopyObject: 1, PutObject: 1 });
    expect(Object.keys(await here.objects())).toEqual([video('second')]);
  });

  test('an archived one cannot be copied', async () => {
    const here = await stores.open();
    await here.put(...twins(['first']));
    const kiln = here.kiln();
    await backfill(kiln);
    const { bytes = '', metadata = {} } = (await here.objects())[video('first')] ?? {};
    await here.putObject(video('first'), bytes, { metadata, storageClass: 'GLACIER' });
    await here.put(...twins(['second']));
    expect((await backfill(kiln, { ids: ['second'] })).names).toEqual({ second: 'regenerated' });
  });

  test('a record that names a strange key as its video misleads nobody', async () => {
    const here = await stores.open();
    const kiln = here.kiln();
    await here.put(...twins(['first']));
    await backfill(kiln);
    const first = (await here.items())['first 1760000000'] as Item;
    const strange = ['', '../first', 'elsewhere/x.mp4', 'a\u0000b'].map((key, i) => ({
      ...first,
      experiment_id: { S: `strange_${i}` },
      reconstructed_video_s3_key: { S: key },
      status: { S: 'failed' },
    }));
    const hostile = { ...first, experiment_id: { S: '../x' }, status: { S: 'failed' } };
    await here.put(...strange, hostile, ...twins(['second']));
    const { names } = await backfill(here.kiln(), { status: 'completed' });
    expect(names).toEqual({ first: 'current', second: expect.stringMatching(/copied|regenerated/) });
  });

  test('other settings make another video', async () => {
    const here = await stores.open();
    await here.put(...twins(['first', 'second']));
    const kiln = here.kiln();
    await backfill(kiln, { ids: ['first'] });
    const { names } = await backfill(kiln, { ids: ['second'], settings: { crf: 40 } });
    expect(names).toEqual({ second: 'regenerated' });
  });
});
