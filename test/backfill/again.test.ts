// SPDX-License-Identifier: Apache-2.0
// Run again: nothing is done twice, and what is no longer right is made right.
import { expect, test } from 'vitest';
import { useBackfillStores } from '../support/backfill-stores.js';
import { backfill } from '../support/outcomes.js';
import { entry, expectRecorded, type Item, NEURAL, record, smallDocument } from '../support/records.js';

const stores = await useBackfillStores();

/** What a backfill asks of S3 before it begins. */
const PREFLIGHT = { GetObject: 1, CreateMultipartUpload: 1, AbortMultipartUpload: 1 };

const stored = (id: string) => `parameters/${id}.json`;
const video = (id: string) => `reconstructed/${id}.mp4`;

/** A table with a document in each kind of place, all backfilled. */
async function finished() {
  const here = await stores.open();
  const before = [
    record('inline', { parameters: smallDocument(1) }),
    record('in_entry', { experiments: `[${entry({ parameters: smallDocument(2) })}]` }),
    record('stored'),
    record('twin'),
  ];
  await here.put(...before);
  for (const id of ['stored', 'twin']) await here.putObject(stored(id), JSON.stringify(smallDocument(3)));
  const kiln = here.kiln();
  const { summary } = await backfill(kiln);
  expect(summary.outcomes).toMatchObject({ regenerated: 3, copied: 1 });
  return { here, kiln, before };
}

const ALL_CURRENT = { inline: 'current', in_entry: 'current', stored: 'current', twin: 'current' };

test('a second run renders and writes nothing, and asks S3 once for each record', async () => {
  const { here, kiln } = await finished();
  const everything = await here.everything();
  for (const again of [kiln, here.kiln()]) {
    stores.forgetRequests();
    const { summary, names } = await backfill(again);
    expect(names).toEqual(ALL_CURRENT);
    expect([summary.frames, summary.bytes, summary.poolBusy]).toEqual([0, 0, 0]);
    expect(stores.s3.requests).toEqual({ ...PREFLIGHT, HeadObject: 4 });
    // The one update is that of the preflight, whose condition cannot hold.
    expect(stores.dynamoDb.requests).toEqual({ DescribeTable: 1, Scan: 4, UpdateItem: 1 });
  }
  expect(await here.everything()).toEqual(everything);
});

test('one experiment alone: current, with a link', async () => {
  const { here, kiln } = await finished();
  const everything = await here.everything();
  const { outcome, link, ...rest } = await kiln.regenerate('stored');
  expect(outcome).toBe('current');
  expect(rest).toMatchObject({ key: video('stored'), frames: 6, linkExpiresAt: expect.any(Number) });
  const answer = await fetch(link?.url ?? '', { headers: { range: 'bytes=4-7' } });
  expect([answer.status, await answer.text()]).toEqual([206, 'ftyp']);
  expect(await here.everything()).toEqual(everything);
});

test('--force renders all again', async () => {
  const { here, kiln } = await finished();
  const { items, objects } = { items: await here.items(), objects: await here.objects() };
  const { summary } = await backfill(kiln, { force: true });
  expect(summary.outcomes.regenerated + summary.outcomes.copied).toBe(4);
  expect(summary.outcomes.regenerated).toBeGreaterThanOrEqual(3);
  expect(await here.objects()).toEqual(objects);
  const after = await here.items();
  for (const [key, item] of Object.entries(items)) {
    const fingerprint = item.reconstructed_fingerprint?.S ?? '';
    expectRecorded(item, after[key], { fingerprint, digest: item.reconstructed_frames_digest?.S ?? '' });
    expect(after[key]?.reconstructed_at).not.toEqual(item.reconstructed_at);
  }
});

test('other settings render again, and the first ones once more', async () => {
  const { here, kiln, before } = await finished();
  const first = await here.objects();
  for (const settings of [{ crf: 40 }, {}]) {
    const { summary, outcomes } = await backfill(kiln, { settings });
    expect(summary.outcomes).toMatchObject({ regenerated: 3, copied: 1 });
    const items = await here.items();
    for (const item of before) {
      const { fingerprint = '', framesDigest = '' } = outcomes[item.experiment_id?.S ?? ''] ?? {};
      expectRecorded(item, items[`${item.experiment_id?.S} 1760000000`], { fingerprint, digest: framesDigest });
    }
    expect((await backfill(here.kiln(), { settings })).names).toEqual(ALL_CURRENT);
  }
  expect(await here.objects()).toEqual(first);
});

test('a stored document that changed is seen with --recheck, one on the record always', async () => {
  const { here, kiln, before } = await finished();
  await here.putObject(stored('stored'), JSON.stringify(smallDocument(30)));
  expect((await backfill(kiln)).names).toEqual(ALL_CURRENT);
  const { outcomes, names } = await backfill(kiln, { recheck: true });
  expect(names).toEqual({ ...ALL_CURRENT, stored: 'regenerated' });
  const { fingerprint = '', framesDigest = '' } = outcomes.stored ?? {};
  const item = before[2] as Item;
  expectRecorded(item, (await here.items())['stored 1760000000'], { fingerprint, digest: framesDigest });

  const written = (await here.items())['inline 1760000000'];
  await here.put({ ...written, ...record('inline', { parameters: smallDocument(31) }) });
  expect((await backfill(kiln)).names).toEqual({ ...ALL_CURRENT, inline: 'regenerated' });
});

test('a link that has ended is renewed, and only the link', async () => {
  const { here, kiln, before } = await finished();
  const items = await here.items();
  const old: Item = { ...items['stored 1760000000'], video_expires_at: { N: '1600000000' } };
  const { reconstructed_video_url: _, ...linkless } = items['twin 1760000000'] as Item;
  await here.put(old, linkless);
  const { names } = await backfill(kiln);
  expect(names).toEqual({ ...ALL_CURRENT, stored: 'relinked', twin: 'relinked' });
  const after = await here.items();
  for (const [i, item] of [old, linkless as Item].entries()) {
    const key = `${item.experiment_id?.S} 1760000000`;
    const fingerprint = item.reconstructed_fingerprint?.S ?? '';
    expectRecorded(before[i + 2] as Item, after[key], {
      fingerprint,
      digest: item.reconstructed_frames_digest?.S ?? '',
    });
    expect(after[key]?.reconstructed_at).toEqual(item.reconstructed_at);
  }
});

test('--relink renews every link there can be, without rendering', async () => {
  const { here, kiln } = await finished();
  await here.put(record('no_video', { parameters: smallDocument(5) }));
  await here.putObject(video('glacier'), 'old', { metadata: { fingerprint: 'f' }, storageClass: 'GLACIER' });
  await here.put(record('glacier'));
  const items = await here.items();
  stores.forgetRequests();
  const { names, summary } = await backfill(kiln, { relink: true });
  const relinked = Object.fromEntries(Object.keys(ALL_CURRENT).map((id) => [id, 'relinked']));
  expect(names).toEqual({ ...relinked, no_video: 'no_video', glacier: 'archived' });
  expect(summary.poolBusy).toBe(0);
  expect(stores.s3.requests).toEqual({ GetObject: 1, HeadObject: 6 });
  for (const [key, item] of Object.entries(await here.items())) {
    const { reconstructed_video_url: _, video_expires_at: __, experiments: ___, ...rest } = items[key] as Item;
    expect(item).toMatchObject(rest);
  }
});

test('a video that is gone is made again', async () => {
  const { here, kiln } = await finished();
  const { objects } = { objects: await here.objects() };
  for (const id of ['inline', 'stored']) await here.deleteObject(video(id));
  const { names } = await backfill(kiln);
  // The twin's is still there to copy.
  expect(names).toMatchObject({
    ...ALL_CURRENT,
    inline: 'regenerated',
    stored: expect.stringMatching(/copied|regenerated/),
  });
  expect(await here.objects()).toEqual(objects);
  expect((await backfill(kiln)).names).toEqual(ALL_CURRENT);
});

test('a video that was archived is made again', async () => {
  const { here, kiln } = await finished();
  const { metadata = {}, bytes } = (await here.objects())[video('inline')] ?? {};
  await here.putObject(video('inline'), bytes ?? '', { metadata, storageClass: 'GLACIER' });
  await expect(kiln.link('inline')).rejects.toMatchObject({ code: 'OBJECT_ARCHIVED' });
  expect((await backfill(kiln)).names).toEqual({ ...ALL_CURRENT, inline: 'regenerated' });
  expect((await backfill(kiln)).names).toEqual(ALL_CURRENT);
});

test('a video that is there but not on its record, as after a crash, is recorded without rendering', async () => {
  const { here, kiln, before } = await finished();
  const items = await here.items();
  await here.put(...before);
  stores.forgetRequests();
  const { names, summary } = await backfill(here.kiln());
  expect(names).toEqual(Object.fromEntries(Object.keys(ALL_CURRENT).map((id) => [id, 'relinked'])));
  expect([summary.frames, stores.s3.requests.PutObject, stores.s3.requests.CopyObject]).toEqual([
    0,
    undefined,
    undefined,
  ]);
  const after = await here.items();
  for (const [key, item] of Object.entries(items)) {
    const fingerprint = item.reconstructed_fingerprint?.S ?? '';
    expectRecorded(item, after[key], { fingerprint, digest: item.reconstructed_frames_digest?.S ?? '' });
  }
  expect((await backfill(kiln)).names).toEqual(ALL_CURRENT);
});

test('an object that nobody says anything of is no video', async () => {
  const here = await stores.open();
  await here.put(record('one', { parameters: smallDocument(1) }), record('neural', { experiments: NEURAL }));
  for (const id of ['one', 'neural']) await here.putObject(video(id), 'something else');
  const kiln = here.kiln();
  expect((await backfill(kiln)).names).toEqual({ one: 'regenerated', neural: 'not_procedural' });
  expect((await here.objects())[video('neural')]?.bytes.toString()).toBe('something else');
});

test('entries that the framework wrote anew get their link again', async () => {
  const { here, kiln, before } = await finished();
  const rewritten = (await here.items())['inline 1760000000'] as Item;
  await here.put({ ...rewritten, experiments: (before[0] as Item).experiments as Item['experiments'] } as Item);
  const { names } = await backfill(kiln);
  expect(names).toEqual({ ...ALL_CURRENT, inline: 'relinked' });
  const { reconstructed_video_url: url, experiments } = (await here.items())['inline 1760000000'] as Item;
  expect(experiments?.S).toContain(JSON.stringify(url?.S));
});
