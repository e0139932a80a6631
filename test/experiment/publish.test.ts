// SPDX-License-Identifier: Apache-2.0
// Somebody's own MP4 as an experiment's video, and links to videos.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kiln, RenderSettings } from 'framekiln';
import { expect, test } from 'vitest';
import { type TestStores, useBackfillStores } from '../support/backfill-stores.js';
import { make } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/folder.js';
import { backfill } from '../support/outcomes.js';
import { expectRecorded, record, smallDocument } from '../support/records.js';

const stores = await useBackfillStores();
const folder = temporaryFolder();
const KEY = 'reconstructed/one.mp4';
const BEFORE = record('one', { parameters: smallDocument(1) });

async function opened(): Promise<{ here: TestStores; kiln: Kiln }> {
  const here = await stores.open();
  await here.put(BEFORE);
  return { here, kiln: here.kiln() };
}

/** Renders a video of its own to a file. */
async function video(
  kiln: Kiln,
  name: string,
  settings: RenderSettings = {},
): Promise<{ path: string; bytes: Buffer }> {
  const { video: bytes } = await kiln.render(smallDocument(7, { width: 64, frames: 8 }), settings);
  return { path: written(name, bytes), bytes: Buffer.from(bytes) };
}

function written(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

test('an MP4 is uploaded, linked and recorded', async () => {
  const { here, kiln } = await opened();
  const { path, bytes } = await video(kiln, 'own.mp4');
  const fingerprint = `file-sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const published = await kiln.publish('one', path);
  const { url, expiresAt } = published;
  expect(published).toEqual({
    ...{ experimentId: 'one', key: KEY, bytes: bytes.length, fingerprint, url, expiresAt, seconds: expect.any(Object) },
    video: expect.objectContaining({ codec: 'h264', width: 64, height: 24, frames: 8, container: 'mp4' }),
  });
  expect((await here.objects())[KEY]).toEqual({
    ...{ bytes, contentType: 'video/mp4', metadata: { fingerprint, renderer: 'published', frames: '8' } },
  });
  expect(expectRecorded(BEFORE, (await here.items())['one 1760000000'], { fingerprint })).toBe(url);
  const answer = await fetch(url);
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes);
});

test('a backfill leaves it alone, unless it is forced', async () => {
  const { here, kiln } = await opened();
  await backfill(kiln);
  const { path, bytes } = await video(kiln, 'own.mp4');
  const { fingerprint } = await kiln.publish('one', path);
  // The digest of the video before it has gone from the record.
  expectRecorded(BEFORE, (await here.items())['one 1760000000'], { fingerprint });
  const everything = await here.everything();
  for (const options of [{}, { settings: { crf: 40 } }, { recheck: true }]) {
    expect((await backfill(here.kiln(), options)).names).toEqual({ one: 'current' });
  }
  expect(await here.everything()).toEqual(everything);
  expect((await backfill(kiln, { relink: true })).names).toEqual({ one: 'relinked' });
  expect((await here.objects())[KEY]?.bytes).toEqual(bytes);
  const { names, outcomes } = await backfill(kiln, { force: true });
  expect(names).toEqual({ one: 'regenerated' });
  const forced = { fingerprint: outcomes.one?.fingerprint ?? '', digest: outcomes.one?.framesDigest ?? '' };
  expectRecorded(BEFORE, (await here.items())['one 1760000000'], forced);
});

test('an archived one is not replaced either', async () => {
  const { here, kiln } = await opened();
  const metadata = { fingerprint: 'file-sha256:x', renderer: 'published' };
  await here.putObject(KEY, 'mine', { metadata, storageClass: 'GLACIER' });
  const everything = await here.everything();
  expect((await backfill(kiln)).names).toEqual({ one: 'archived' });
  await expect(kiln.link('one')).rejects.toMatchObject({
    ...{ code: 'OBJECT_ARCHIVED', remedy: expect.stringContaining('restore-object') },
  });
  expect(await here.everything()).toEqual(everything);
});

test('a second one takes the place of the first', async () => {
  const { here, kiln } = await opened();
  await kiln.publish('one', (await video(kiln, 'first.mp4')).path);
  const { path, bytes } = await video(kiln, 'second.mp4', { crf: 45 });
  const { fingerprint } = await kiln.publish('one', path);
  expect((await here.objects())[KEY]?.bytes).toEqual(bytes);
  expectRecorded(BEFORE, (await here.items())['one 1760000000'], { fingerprint });
});

test('what is no MP4 that browsers play is refused before anything is sent', async () => {
  const { here, kiln } = await opened();
  const good = await video(kiln, 'good.mp4');
  mkdirSync(join(folder, 'directory.mp4'));
  const refused: [path: string, code: string, message: RegExp][] = [
    [(await video(kiln, 'mp4v.mp4', { asRecorded: true })).path, 'INVALID_VIDEO', /MPEG-4 Part 2.*re-encode as H\.264/],
    [(await video(kiln, 'own.mkv', { container: 'matroska' })).path, 'INVALID_VIDEO', /it is not an MP4/],
    [(await video(kiln, 'rgb.mp4', { lossless: true })).path, 'INVALID_VIDEO', /do not play H\.264.*yuv420p/],
    [await make(join(folder, 'own.avi'), '-i', good.path, '-c', 'copy'), 'INVALID_VIDEO', /it is not an MP4/],
    [await make(join(folder, 'own.y4m'), '-i', good.path), 'INVALID_VIDEO', /do not play rawvideo/],
    [written('cut.mp4', good.bytes.subarray(0, good.bytes.length - 300)), 'INVALID_VIDEO', /is cut short/],
    [written('head.mp4', good.bytes.subarray(0, 100)), 'INVALID_VIDEO', /cut short|not a video/],
    [written('text.mp4', 'not a video'), 'INVALID_VIDEO', /is not a video/],
    [written('empty.mp4', ''), 'INVALID_VIDEO', /is empty/],
    [join(folder, 'missing.mp4'), 'INPUT_UNREADABLE', /missing\.mp4: it does not exist/],
    [join(folder, 'directory.mp4'), 'INPUT_UNREADABLE', /is a directory/],
  ];
  const everything = await here.everything();
  stores.forgetRequests();
  for (const [path, code, message] of refused) {
    await expect(kiln.publish('one', path), path).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  }
  await expect(kiln.publish('unknown', good.path)).rejects.toMatchObject({ code: 'EXPERIMENT_NOT_FOUND' });
  expect(stores.s3.requests).toEqual({});
  expect(await here.everything()).toEqual(everything);
});

test('a link to a video that is not there', async () => {
  const { here, kiln } = await opened();
  await expect(kiln.link('one')).rejects.toMatchObject({
    ...{ code: 'NO_VIDEO', remedy: expect.stringContaining('framekiln regenerate one') },
  });
  await expect(kiln.link('unknown')).rejects.toMatchObject({ code: 'EXPERIMENT_NOT_FOUND' });
  await expect(kiln.regenerate('unknown')).rejects.toMatchObject({ code: 'EXPERIMENT_NOT_FOUND' });
  expect(await here.items()).toEqual({ 'one 1760000000': BEFORE });
});

test('a fresh link is written to the record, and nothing else', async () => {
  const { here, kiln } = await opened();
  const { fingerprint = '', framesDigest = '' } = await kiln.regenerate('one');
  const item = (await here.items())['one 1760000000'];
  await here.put({ ...item, video_expires_at: { N: '1600000000' } } as typeof BEFORE);
  const { url, expiresAt, ...rest } = await kiln.link('one');
  expect(rest).toEqual({ experimentId: 'one', key: KEY });
  const after = (await here.items())['one 1760000000'];
  expect(expectRecorded(BEFORE, after, { fingerprint, digest: framesDigest })).toBe(url);
  expect([after?.video_expires_at?.N, after?.reconstructed_at]).toEqual([String(expiresAt), item?.reconstructed_at]);
});

test('a signal ends it, and leaves the record as it was', async () => {
  const { here, kiln } = await opened();
  const { path } = await video(kiln, 'own.mp4');
  const reason = new Error('no longer wanted');
  const signal = AbortSignal.abort(reason);
  await expect(kiln.publish('one', path, { signal })).rejects.toBe(reason);
  await expect(kiln.regenerate('one', { signal })).rejects.toBe(reason);
  await expect(kiln.link('one', { signal })).rejects.toBe(reason);
  expect(await here.items()).toEqual({ 'one 1760000000': BEFORE });
});

test('a backfill that was rendering meanwhile leaves it there', async () => {
  const { here, kiln } = await opened();
  const { path, bytes } = await video(kiln, 'meanwhile.mp4');
  let published: Promise<unknown> | undefined;
  const other = here.kiln();
  // The first look found no video; another one is there when the upload comes.
  const document = smallDocument(1, { width: 320, height: 180, frames: 60 });
  await here.put(record('two', { parameters: document }));
  const outcome = await kiln.regenerate('two', {
    settings: { preset: 'placebo' },
    onProgress: () => {
      published ??= other.publish('two', path);
    },
  });
  await published;
  expect(outcome.outcome).toBe('current');
  expect((await here.objects())['reconstructed/two.mp4']?.bytes).toEqual(bytes);
});
