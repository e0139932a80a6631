// SPDX-License-Identifier: Apache-2.0
// The videos of an experiment that the API serves: found, signed, and made when they are missing.
import { describe, expect, test } from 'vitest';
import { useBackfillStores } from '../support/backfill-stores.js';
import { scheduled } from '../support/documents.js';
import { NEURAL, record, scheduleEntry, smallDocument } from '../support/records.js';
import { expectNothingUnhandled, rejection } from '../support/unhandled.js';

const stores = await useBackfillStores();
expectNothingUnhandled();

const inline = (id: string, attributes: Record<string, unknown> = {}) =>
  record(id, { parameters: JSON.stringify(smallDocument(1)), ...attributes });

async function opened(...items: ReturnType<typeof record>[]) {
  const here = await stores.open();
  await here.put(...items);
  const kiln = here.kiln();
  return { here, kiln, experiments: await kiln.experiments() };
}

/** What is behind a link. */
async function fetched(url: string) {
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  return { type: answer.headers.get('content-type'), bytes: Buffer.from(await answer.arrayBuffer()) };
}

describe('the video', () => {
  test('is made, recorded and then located by one HEAD', async () => {
    const { here, kiln, experiments } = await opened(inline('one'));
    expect(await experiments.locate('one', 'video')).toEqual({ state: 'missing' });
    const told: unknown[] = [];
    const onPrepared = (prepared: unknown) => void told.push(prepared);
    const outcome = await experiments.make('one', 'video', { onPrepared });
    expect(outcome).toMatchObject({ outcome: 'regenerated', key: 'reconstructed/one.mp4', frames: 6 });
    expect(told).toEqual([{ frames: 6, width: 32, height: 24, rate: '10/1', source: 'parameters' }]);
    expect((await here.items())['one 1760000000']?.reconstructed_video_s3_key?.S).toBe('reconstructed/one.mp4');

    stores.forgetRequests();
    const located = await experiments.locate('one', 'video');
    expect(stores.s3.requests).toEqual({ HeadObject: 1 });
    expect(stores.dynamoDb.requests).toEqual({});
    if (located.state !== 'ready') return expect.fail(located.state);
    const { video } = await kiln.render(smallDocument(1));
    expect(await fetched(located.link.url)).toEqual({ type: 'video/mp4', bytes: Buffer.from(video) });
    expect(located).toMatchObject({ bytes: video.length, frames: 6 });
    // Nothing is left to do, and nobody is told that there is.
    expect(await experiments.make('one', 'video', { onPrepared })).toMatchObject({ outcome: 'current' });
    expect(told).toHaveLength(1);
  });

  test('is there, but archived', async () => {
    const { here, experiments } = await opened(inline('one'));
    await here.putObject('reconstructed/one.mp4', 'x', { storageClass: 'GLACIER', metadata: { fingerprint: 'f' } });
    await here.putObject('reconstructed/one.exact.mp4', 'x', {
      storageClass: 'GLACIER',
      metadata: { fingerprint: 'f', 'exact-of': 'one' },
    });
    for (const [variant, key] of [
      ['video', 'reconstructed/one.mp4'],
      ['exact', 'reconstructed/one.exact.mp4'],
    ] as const) {
      expect(await experiments.locate('one', variant)).toEqual({ state: 'archived', key });
      expect(await experiments.make('one', variant)).toMatchObject({ outcome: 'regenerated' });
      expect(await experiments.locate('one', variant)).toMatchObject({ state: 'ready' });
    }
  });

  test('cannot be made', async () => {
    const { experiments } = await opened(
      record('neural', { experiments: NEURAL }),
      record('broken', { parameters: '{"version": "1.0"' }),
    );
    for (const variant of ['video', 'exact'] as const) {
      expect(await experiments.make('neural', variant)).toMatchObject({ outcome: 'not_regenerable' });
      expect(await experiments.make('broken', variant)).toMatchObject({ outcome: 'invalid_document' });
      expect(await rejection(experiments.make('nobody', variant))).toMatchObject({ code: 'EXPERIMENT_NOT_FOUND' });
      expect(await rejection(experiments.make('../x', variant))).toMatchObject({ code: 'INVALID_ID' });
      expect(await rejection(experiments.locate('<script>', variant))).toMatchObject({ code: 'INVALID_ID' });
      expect(await experiments.locate('nobody', variant)).toEqual({ state: 'missing' });
    }
  });
});

test('the exact video has the frames to the bit, and leaves the record alone', async () => {
  const { here, kiln, experiments } = await opened(inline('one'));
  const before = await here.items();
  const outcome = await experiments.make('one', 'exact');
  expect(outcome).toMatchObject({ outcome: 'regenerated', key: 'reconstructed/one.exact.mp4' });
  expect(await here.items()).toEqual(before);
  const { video } = await kiln.render(smallDocument(1), { chroma: '444', crf: 0 });
  const object = (await here.objects())['reconstructed/one.exact.mp4'];
  expect(object?.bytes.equals(video)).toBe(true);
  expect(object?.metadata).toMatchObject({ 'exact-of': 'one', fingerprint: outcome.fingerprint });
  expect(await experiments.make('one', 'exact')).toMatchObject({ outcome: 'current' });
  stores.forgetRequests();
  expect(await experiments.locate('one', 'exact')).toMatchObject({ state: 'ready', bytes: video.length, frames: 6 });
  expect(stores.s3.requests).toEqual({ HeadObject: 1 });
});

test('an exact video is copied from an experiment of the same document', async () => {
  const { here, experiments } = await opened(inline('one'), inline('two'));
  await experiments.make('one', 'exact');
  const outcome = await experiments.make('two', 'exact');
  expect(outcome).toMatchObject({ outcome: 'copied', copiedFrom: 'reconstructed/one.exact.mp4' });
  expect((await here.objects())['reconstructed/two.exact.mp4']?.metadata['exact-of']).toBe('two');
  expect(await experiments.locate('two', 'exact')).toMatchObject({ state: 'ready' });
  expect(await experiments.make('two', 'exact', { force: true })).toMatchObject({ outcome: 'regenerated' });
});

describe('an experiment whose id ends in .exact', () => {
  test('keeps its video; the other has no exact one', async () => {
    const other = JSON.stringify(smallDocument(2));
    const { here, experiments } = await opened(inline('a'), inline('a.exact', { parameters: other }));
    await experiments.make('a.exact', 'video');
    const before = await here.everything();
    expect(await experiments.locate('a', 'exact')).toEqual({ state: 'missing' });
    expect(await rejection(experiments.make('a', 'exact'))).toMatchObject({
      ...{ code: 'KEY_TAKEN', message: expect.stringContaining('the experiment a.exact') },
    });
    expect(await here.everything()).toEqual(before);
    expect((await experiments.describe('a')).videos).toEqual({});
  });

  test("gets its video where the other's exact one was", async () => {
    const other = JSON.stringify(smallDocument(2));
    const { experiments, kiln } = await opened(inline('a'), inline('a.exact', { parameters: other }));
    await experiments.make('a', 'exact');
    expect(await experiments.locate('a.exact', 'video')).toEqual({ state: 'missing' });
    expect(await rejection(kiln.link('a.exact'))).toMatchObject({ code: 'NO_VIDEO' });
    expect((await experiments.describe('a.exact')).videos).toEqual({});
    expect(await experiments.make('a.exact', 'video')).toMatchObject({ outcome: 'regenerated' });
    expect(await experiments.locate('a.exact', 'video')).toMatchObject({ state: 'ready' });
    expect(await experiments.locate('a', 'exact')).toEqual({ state: 'missing' });
  });
});

describe('the original', () => {
  test('is the default schedule, one for all of its shape', async () => {
    const schedule = (id: string) => record(id, { experiments: `[${scheduleEntry()}]` });
    const { here, kiln, experiments } = await opened(schedule('one'), schedule('two'));
    for (const [variant, key, settings] of [
      ['original', 'reconstructed/.schedule/32x24-10-1-6.mp4', { crf: 12 }],
      ['original-exact', 'reconstructed/.schedule/32x24-10-1-6.exact.mp4', { chroma: '444', crf: 0 }],
    ] as const) {
      expect(await experiments.locate('one', variant)).toEqual({ state: 'missing' });
      expect(await experiments.make('one', variant)).toMatchObject({ outcome: 'regenerated', key });
      expect(await experiments.make('two', variant)).toMatchObject({ outcome: 'current', key });
      const located = await experiments.locate('two', variant);
      if (located.state !== 'ready') return expect.fail(located.state);
      const { video } = await kiln.render(scheduled(32, 24, 6, 10), settings);
      expect((await fetched(located.link.url)).bytes.equals(video)).toBe(true);
    }
    expect(Object.keys(await here.objects())).toHaveLength(2);
    expect((await experiments.describe('one')).original).toBe('schedule');
  });
});
