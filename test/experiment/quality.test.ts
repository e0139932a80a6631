// SPDX-License-Identifier: Apache-2.0
// PSNR and SSIM of experiments: measured once, stored, and no longer used when what they are of has changed.
import { describe, expect, test } from 'vitest';
import { useBackfillStores } from '../support/backfill-stores.js';
import { scheduled } from '../support/documents.js';
import { NEURAL, record, smallDocument } from '../support/records.js';
import { expectNothingUnhandled, rejection } from '../support/unhandled.js';

const stores = await useBackfillStores();
expectNothingUnhandled();

const inline = (id: string, document: object, attributes: Record<string, unknown> = {}) =>
  record(id, { parameters: JSON.stringify(document), ...attributes });

async function opened(...items: ReturnType<typeof record>[]) {
  const here = await stores.open();
  await here.put(...items);
  const kiln = here.kiln();
  stores.forgetRequests();
  return { here, kiln, experiments: await kiln.experiments() };
}

const KEY = 'reconstructed/one.json';

describe('against the default schedule', () => {
  test('it is measured once, stored, and read by others', async () => {
    const { here, kiln, experiments } = await opened(inline('one', smallDocument(1), { source: 'schedule' }));
    expect(await experiments.findQuality('one', 'original')).toBeUndefined();
    const progress: number[] = [];
    const onProgress = ({ framesDone }: { framesDone: number }) => void progress.push(framesDone);
    const made = await experiments.makeQuality('one', 'original', { onProgress });
    const measurement = await kiln.measure(scheduled(32, 24, 6, 10), smallDocument(1));
    expect(made).toEqual({ a: 'the default schedule', b: 'one', rate: '10/1', measurement });
    expect(progress.at(-1)).toBe(6);
    expect(Object.keys(await here.objects())).toEqual([KEY]);
    expect((await here.objects())[KEY]?.contentType).toBe('application/json');
    expect(await experiments.findQuality('one', 'original')).toEqual(made);

    const others = await here.kiln().experiments();
    expect(await others.findQuality('one', 'original')).toEqual(made);
    expect(await others.makeQuality('one', 'original')).toEqual(made);
    expect(experiments.qualityPlot(made)).toContain('<svg');
    expect(experiments.qualityPlot(made)).toContain('the default schedule');
  });

  test('equal frames have an infinite PSNR, which is null', async () => {
    const { here, experiments } = await opened(inline('one', scheduled(32, 24, 6, 10), { source: 'schedule' }));
    const made = await experiments.makeQuality('one', 'original');
    expect(made.measurement.psnr).toMatchObject({
      mean: null,
      pooled: null,
      identicalFrames: 6,
      meanOfDiffering: null,
    });
    expect(await (await here.kiln().experiments()).findQuality('one', 'original')).toEqual(made);
  });

  test('of another document it is measured anew', async () => {
    const { here, experiments } = await opened(inline('one', smallDocument(1), { source: 'schedule' }));
    const first = await experiments.makeQuality('one', 'original');
    await here.put(inline('one', smallDocument(2), { source: 'schedule' }));
    expect(await experiments.findQuality('one', 'original')).toBeUndefined();
    const second = await experiments.makeQuality('one', 'original');
    expect(second.measurement.psnr.mean).not.toBe(first.measurement.psnr.mean);
    expect(await experiments.findQuality('one', 'original')).toEqual(second);
  });
});

describe('against a video in S3', () => {
  test('of this experiment, until that changes', async () => {
    const { here, kiln, experiments } = await opened(inline('one', smallDocument(1), { source: 'clip.mp4' }));
    expect(await rejection(experiments.makeQuality('one', 'original'))).toMatchObject({ code: 'NO_VIDEO' });
    const put = async (seed: number) =>
      here.putObject('clip.mp4', (await kiln.render(smallDocument(seed), { chroma: '444', crf: 0 })).video);
    await put(1);
    const first = await experiments.makeQuality('one', 'original');
    expect(first).toMatchObject({ a: `s3://${here.bucket}/clip.mp4`, b: 'one' });
    expect(first.measurement.psnr.mean).toBeGreaterThan(30);
    expect(await experiments.findQuality('one', 'original')).toEqual(first);
    await put(2);
    expect(await experiments.findQuality('one', 'original')).toBeUndefined();
    const second = await experiments.makeQuality('one', 'original');
    expect(second.measurement.psnr.mean).toBeLessThan(30);
    // It is the other video now, also for those who verify.
    const source = `s3://${here.bucket}/clip.mp4`;
    await kiln.verify('one', { source });
    expect(stores.s3.requests.GetObject).toBeGreaterThan(2);
  });

  test('of another size and length, which the notes say', async () => {
    const { here, kiln, experiments } = await opened(inline('one', smallDocument(1), { source: 'clip.mp4' }));
    await here.putObject('clip.mp4', (await kiln.render(smallDocument(1, { width: 64, height: 48, frames: 9 }))).video);
    const { measurement } = await experiments.makeQuality('one', 'original');
    expect(measurement).toMatchObject({ frames: 6, width: 64, height: 48 });
    expect(measurement.notes.join('\n')).toMatch(
      /one is scaled from 32x24 to 64x48(?:.|\n)*9 frames, one 6: the first 6/,
    );
  });

  test('that is none', async () => {
    const { here, experiments } = await opened(inline('one', smallDocument(1), { source: 'clip.mp4' }));
    await here.putObject('clip.mp4', 'no video');
    expect(await rejection(experiments.makeQuality('one', 'original'))).toMatchObject({ code: 'INVALID_VIDEO' });
    expect(Object.keys(await here.objects())).toEqual(['clip.mp4']);
  });
});

test('against another experiment, which is not stored', async () => {
  const { here, kiln, experiments } = await opened(inline('one', smallDocument(1)), inline('two', smallDocument(2)));
  expect(await experiments.findQuality('one', 'two')).toBeUndefined();
  const made = await experiments.makeQuality('one', 'two');
  const measurement = await kiln.measure(smallDocument(2), smallDocument(1));
  expect(made).toEqual({ a: 'two', b: 'one', rate: '10/1', measurement });
  expect(await experiments.findQuality('one', 'two')).toEqual(made);
  expect(await experiments.findQuality('two', 'one')).toBeUndefined();
  expect(await here.objects()).toEqual({});
});

test('what cannot be measured', async () => {
  const { experiments } = await opened(
    inline('one', smallDocument(1)),
    record('neural', { experiments: NEURAL, source: 'schedule' }),
    inline('long', scheduled(32, 24, 100_001), { source: 'schedule' }),
    inline('tiny', scheduled(4, 4, 5), { source: 'schedule' }),
  );
  for (const call of ['findQuality', 'makeQuality'] as const) {
    const of = async (id: string, against: string) => rejection(experiments[call](id, against));
    expect(await of('one', 'original')).toMatchObject({ code: 'NO_ORIGINAL' });
    expect(await of('neural', 'original')).toMatchObject({ code: 'NO_PARAMETERS' });
    expect(await of('one', 'neural')).toMatchObject({ code: 'NO_PARAMETERS' });
    expect(await of('one', 'nobody')).toMatchObject({ code: 'EXPERIMENT_NOT_FOUND' });
    expect(await of('one', '../two')).toMatchObject({ code: 'INVALID_ID' });
    expect(await of('nobody', 'one')).toMatchObject({ code: 'EXPERIMENT_NOT_FOUND' });
  }
  expect(await rejection(experiments.makeQuality('long', 'original'))).toMatchObject({
    ...{ code: 'NOT_COMPARABLE', remedy: expect.stringContaining('framekiln measure') },
  });
  expect(await rejection(experiments.makeQuality('tiny', 'original'))).toMatchObject({ code: 'NOT_COMPARABLE' });
});

describe('what somebody else put in its place', () => {
  /** An experiment that was measured, its stored measurement, and a kiln that knows nothing of it. */
  async function measured() {
    const { here, experiments } = await opened(inline('one', smallDocument(1), { source: 'schedule' }));
    const made = await experiments.makeQuality('one', 'original');
    const good = JSON.parse((await here.objects())[KEY]?.bytes.toString() ?? '') as Record<string, unknown>;
    return { here, made, good, experiments: await here.kiln().experiments() };
  }

  test.each<[string, (value: Record<string, unknown>) => unknown]>([
    ['nothing', () => ' '],
    ['no JSON', () => '{'],
    ['a list', () => []],
    ['null', () => null],
    ['another version', (value) => ({ ...value, version: 2 })],
    ['another document', (value) => ({ ...value, fingerprint: 'x' })],
    ['another source', (value) => ({ ...value, source: 's3://b/k.mp4' })],
    ['an etag', (value) => ({ ...value, etag: 'x' })],
    ['text for numbers', (value) => ({ ...value, ssim: { perFrame: Array(6).fill('<script>') } })],
    ['NaN', (value) => JSON.stringify({ ...value, width: '!' }).replace('"!"', 'NaN')],
    ['fewer numbers', (value) => ({ ...value, ssim: { perFrame: [1] } })],
    ['no frames', (value) => ({ ...value, ssim: { perFrame: [] }, psnr: { pooled: 1, perFrame: [] } })],
    [
      'too many frames',
      (value) => {
        const perFrame = Array(100_001).fill(1);
        return { ...value, ssim: { perFrame }, psnr: { pooled: 1, perFrame } };
      },
    ],
    ['long notes', (value) => ({ ...value, notes: ['x'.repeat(10_000)] })],
    ['too much', (value) => ({ ...value, more: 'x'.repeat(17 * 2 ** 20) })],
  ])('%s: it is measured again', async (_, change) => {
    const { here, experiments, made, good } = await measured();
    const changed = change(structuredClone(good));
    await here.putObject(KEY, typeof changed === 'string' ? changed : JSON.stringify(changed));
    expect(await experiments.findQuality('one', 'original')).toBeUndefined();
    expect(await experiments.makeQuality('one', 'original')).toEqual(made);
    expect(JSON.parse((await here.objects())[KEY]?.bytes.toString() ?? '')).toEqual(good);
  });

  test('what is well-formed counts, its members that nobody knows do not', async () => {
    const { here, experiments, made, good } = await measured();
    await here.putObject(KEY, JSON.stringify({ ...good, a: '<script>', mean: 99, __proto__: { x: 1 } }));
    expect(await experiments.findQuality('one', 'original')).toEqual(made);
  });
});

test('a hundred who ask at once get one measurement, and each hears of its progress', async () => {
  const { experiments } = await opened(
    inline('one', smallDocument(1, { width: 320, height: 180, frames: 60 }), { source: 'schedule' }),
  );
  let heard = 0;
  const ask = () => {
    let frames = 0;
    const onProgress = ({ framesDone }: { framesDone: number }) => {
      frames = framesDone;
    };
    return experiments.makeQuality('one', 'original', { onProgress }).then((quality) => {
      if (frames === 60) heard++;
      return quality;
    });
  };
  const all = await Promise.all(Array.from({ length: 100 }, ask));
  expect(new Set(all).size).toBe(1);
  expect(heard).toBe(100);
  expect(stores.s3.requests.PutObject).toBe(1);
});

test('it is stopped by its signal, and by the last who waits only', async () => {
  const { here, kiln, experiments } = await opened(inline('one', scheduled(320, 180, 20_000), { source: 'schedule' }));
  const [first, second] = [new AbortController(), new AbortController()];
  const asked = [first, second].map(({ signal }) => rejection(experiments.makeQuality('one', 'original', { signal })));
  await new Promise((resolve) => setTimeout(resolve, 200));
  first.abort('first');
  expect(await asked[0]).toBe('first');
  await new Promise((resolve) => setTimeout(resolve, 50));
  second.abort('second');
  expect(await asked[1]).toBe('second');
  const again = rejection(experiments.makeQuality('one', 'original'));
  await new Promise((resolve) => setTimeout(resolve, 100));
  await kiln[Symbol.asyncDispose]();
  expect(await again).toMatchObject({ code: 'CLOSED' });
  expect(await here.objects()).toEqual({});
});
