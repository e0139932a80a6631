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

test('what would fill a disk is not made without loss', async () => {
  const { here, experiments } = await opened(
    record('long', { parameters: scheduled(640, 360, 100_000), source: 'schedule' }),
  );
  for (const variant of ['exact', 'original', 'original-exact'] as const) {
    const outcome = await experiments.make('long', variant, { onPrepared: () => expect.fail('prepared') });
    expect(outcome).toMatchObject({ outcome: 'not_regenerable', code: 'too_long' });
  }
  expect(await here.objects()).toEqual({});
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

  test('of a rounded rate is another one', async () => {
    const ntsc = (id: string, fps: number) =>
      record(id, {
        parameters: JSON.stringify({ ...smallDocument(1), fps }),
        source: 'schedule',
      });
    const { experiments } = await opened(ntsc('rounded', 29.97), ntsc('exact', 30000 / 1001));
    const keys = await Promise.all(['rounded', 'exact'].map((id) => experiments.make(id, 'original')));
    expect(keys.map(({ key }) => key)).toEqual([
      'reconstructed/.schedule/32x24-30000-1001-6-29.97.mp4',
      'reconstructed/.schedule/32x24-30000-1001-6.mp4',
    ]);
  });

  test('is an object: as its record says, or as the setting says', async () => {
    const here = await stores.open();
    const other = await stores.open();
    await here.put(inline('one', { source: 'clips/ö 1.mov' }), inline('two'));
    await here.putObject('clips/ö 1.mov', 'mine');
    await other.putObject('all.webm', 'all');
    const experiments = await here.kiln({ source: `s3://${other.bucket}/all.webm` }).experiments();
    for (const [id, original, type, text] of [
      ['one', `s3://${here.bucket}/clips/ö 1.mov`, 'video/mp4', 'mine'],
      ['two', `s3://${other.bucket}/all.webm`, 'video/webm', 'all'],
    ] as const) {
      expect(await experiments.describe(id)).toMatchObject({ original });
      const located = await experiments.locate(id, 'original');
      if (located.state !== 'ready') return expect.fail(located.state);
      expect(await fetched(located.link.url)).toEqual({ type, bytes: Buffer.from(text) });
      expect(await experiments.make(id, 'original')).toMatchObject({ outcome: 'current', bytes: text.length });
      for (const call of ['locate', 'make'] as const) {
        expect(await rejection(experiments[call](id, 'original-exact'))).toMatchObject({ code: 'NO_ORIGINAL' });
      }
    }
    await other.deleteObject('all.webm');
    expect(await experiments.locate('two', 'original')).toEqual({ state: 'missing' });
    expect(await experiments.make('two', 'original')).toMatchObject({ outcome: 'not_regenerable', code: 'no_video' });
    await other.putObject('all.webm', 'all', { storageClass: 'GLACIER' });
    expect(await experiments.locate('two', 'original')).toEqual({ state: 'archived', key: 'all.webm' });
    expect(await experiments.make('two', 'original')).toMatchObject({ outcome: 'not_regenerable', code: 'archived' });
  });

  test('is not known, or not to be told', async () => {
    const { here, experiments } = await opened(
      inline('none'),
      inline('other', { source: 's3://somebody-elses/video.mp4' }),
      inline('link', { source: 'https://example.com/?X-Amz-Signature=secret' }),
      inline('secret', { source: 'config/secrets.json' }),
      inline('up', { source: 'a/../b.mp4' }),
      inline('script', { source: '<script>alert(1)</script>.mp4'.repeat(100) }),
      inline('number', { source: 7 }),
    );
    for (const id of ['none', 'other', 'link', 'secret', 'up', 'script', 'number']) {
      for (const call of ['locate', 'make'] as const) {
        const error = await rejection(experiments[call](id, 'original'));
        expect(error, id).toMatchObject({ code: 'NO_ORIGINAL', remedy: expect.stringContaining('FRAMEKILN_SOURCE') });
        expect((error as Error).message).not.toContain('Signature');
      }
      const { original, faults } = await experiments.describe(id);
      expect(original).toBeUndefined();
      expect(faults.length, id).toBe(id === 'none' ? 0 : 1);
    }
    expect(await here.objects()).toEqual({});
    expect(await rejection(experiments.locate('nobody', 'original'))).toMatchObject({ code: 'EXPERIMENT_NOT_FOUND' });
  });

  test('is the schedule of something whose size nobody knows', async () => {
    const { experiments } = await opened(record('one', { source: 'schedule', experiments: NEURAL }));
    expect(await rejection(experiments.locate('one', 'original'))).toMatchObject({ code: 'NO_ORIGINAL' });
    expect(await experiments.make('one', 'original')).toMatchObject({ outcome: 'not_regenerable' });
  });

  test.each(['x', 's3://b/x.mp4', 's3://bucket/x.txt', 's3://bucket/../x.mp4', 's3://Bucket/x.mp4'])(
    'is not %s: the setting is checked when the stores open',
    async (source) => {
      const here = await stores.open();
      const error = await rejection(here.kiln({ source }).experiments());
      expect(error).toMatchObject({ code: 'INVALID_SETTING', setting: 'source' });
    },
  );
});

describe('what is told while it is made', () => {
  test('every segment once', async () => {
    const { here, experiments } = await opened(
      inline('one', { parameters: JSON.stringify(smallDocument(1, { frames: 60 })) }),
    );
    for (const variant of ['video', 'exact'] as const) {
      let frames = 0;
      let prepared = 0;
      const key = `reconstructed/one${variant === 'exact' ? '.exact' : ''}.mp4`;
      const outcome = await experiments.make('one', variant, {
        onPrepared: () => void prepared++,
        onSegment: (segment) => {
          frames += segment.frames;
        },
      });
      expect(outcome).toMatchObject({ outcome: 'regenerated', key, frames: 60 });
      expect({ frames, prepared }).toEqual({ frames: 60, prepared: 1 });
    }
    expect(Object.keys(await here.objects())).toHaveLength(2);
  });

  test('what holds the work back is waited for, and stops it', async () => {
    const { here, experiments } = await opened(inline('one'));
    for (const variant of ['video', 'exact'] as const) {
      const refused = new Error('no room');
      const onPrepared = async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        expect(await here.objects()).toEqual({});
        throw refused;
      };
      expect(await rejection(experiments.make('one', variant, { onPrepared }))).toBe(refused);
    }
    expect(await here.objects()).toEqual({});
  });
});
