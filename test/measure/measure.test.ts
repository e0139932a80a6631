// SPDX-License-Identifier: Apache-2.0
// kiln.measure over documents, videos and raw pixels: the same numbers, whatever they come from and whoever computes.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKiln, type Kiln, type Progress } from 'framekiln';
import { type CpuLevel, loadAddon } from 'framekiln/native';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scheduled, stored } from '../support/documents.js';
import { make, PICTURE } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/folder.js';
import { run, runScript } from '../support/process.js';
import { expectNothingUnhandled } from '../support/unhandled.js';

expectNothingUnhandled();
const folder = temporaryFolder();
const kiln = createKiln({ threads: 2 });
afterAll(() => kiln[Symbol.asyncDispose]());

const CLIP = scheduled(64, 48, 30);
/** 194 of its frames make a chunk. */
const LONG = scheduled(320, 180, 450);
const at = (name: string) => join(folder, name);

async function video(name: string, document: object, settings: Parameters<Kiln['render']>[1] = {}) {
  writeFileSync(at(name), (await kiln.render(document, settings)).video);
  return { video: at(name) };
}

async function raw(name: string, document: object, width: number, height: number) {
  const frames: Uint8Array[] = [];
  for await (const { data } of kiln.frames(document)) frames.push(Uint8Array.from(data));
  writeFileSync(at(name), Buffer.concat(frames));
  return { rgb: at(name), width, height };
}

const IDENTICAL = {
  psnr: { mean: null, min: null, max: null, pooled: null, meanOfDiffering: null },
  ssim: { mean: 1, min: 1, max: 1 },
  notes: [],
};

describe('the same frames', () => {
  test.each<[string, () => Promise<object>]>([
    ['the document', async () => CLIP],
    ['the document as bytes', async () => Buffer.from(JSON.stringify(CLIP))],
    ['the document, opened', async () => kiln.open(CLIP)],
    ['the document with a name', async () => ({ document: CLIP, label: 'a clip' })],
    ['its lossless video', () => video('lossless.mp4', CLIP, { lossless: true })],
    ['its lossless MKV', () => video('lossless.mkv', CLIP, { lossless: true, container: 'matroska' })],
    ['its raw pixels', () => raw('clip.rgb', CLIP, 64, 48)],
  ])('%s', async (_, other) => {
    const input = await other();
    for (const measured of [await kiln.measure(CLIP, input), await kiln.measure(input, CLIP)]) {
      expect(measured).toMatchObject({ ...IDENTICAL, frames: 30, width: 64, height: 48 });
      expect(measured.psnr.identicalFrames).toBe(30);
      expect(measured.psnr.perFrame).toEqual(Array.from({ length: 30 }, () => null));
      expect(measured.ssim.perFrame).toEqual(Array.from({ length: 30 }, () => 1));
      expect(measured).not.toHaveProperty('luma');
      // Nothing is lost on the way through JSON.
      expect(JSON.parse(JSON.stringify(measured))).toEqual(measured);
    }
  });

  test('of odd sizes, and one alone', async () => {
    for (const [width, height] of [
      [7, 7],
      [7, 90],
      [33, 9],
      [65, 49],
    ] as const) {
      const one = scheduled(width, height, 1);
      const lossless = await video(`${width}x${height}.mp4`, one, { lossless: true });
      expect(await kiln.measure(one, lossless)).toMatchObject({ ...IDENTICAL, frames: 1, width, height });
    }
  });

  test('luma', async () => {
    const { luma } = await kiln.measure(CLIP, CLIP, { luma: 'bt601' });
    const none = { mean: null, min: null, max: null, pooled: null };
    expect(luma).toMatchObject({ matrix: 'bt601', psnr: none, ssim: { mean: 1, min: 1, max: 1 } });
  });
});

describe('other frames', () => {
  test('an MP4, as the ffmpeg command measures it', async () => {
    const document = scheduled(96, 64, 40);
    const compressed = await video('compressed.mp4', document, { crf: 30 });
    const { rgb } = await raw('uncompressed.rgb', document, 96, 64);
    const measured = await kiln.measure(document, compressed);
    expect(measured.psnr.identicalFrames).toBe(0);

    const flags = 'flags=bicubic+accurate_rnd+full_chroma_int';
    const graph = `[0:v]scale=${flags},format=gbrp[v];[1:v]format=gbrp[r];[v][r]psnr=stats_file=${at('frames.log')}`;
    const source = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', '96x64', '-r', '30', '-i', rgb];
    const args = ['-v', 'info', '-nostats', '-i', compressed.video, ...source, '-lavfi', graph, '-f', 'null', '-'];
    const { stderr } = await run('ffmpeg', args);
    const [, average, min, max] = /average:([\d.]+) min:([\d.]+) max:([\d.]+)/.exec(stderr) ?? [];
    const { pooled, ...psnr } = measured.psnr;
    expect([pooled, psnr.min, psnr.max].map((value) => value?.toFixed(6))).toEqual([average, min, max]);
  });

  test('one pixel of one frame', async () => {
    const { rgb, ...size } = await raw('before.rgb', CLIP, 64, 48);
    const bytes = readFileSync(rgb);
    const wrong = 64 * 48 * 3 * 17 + 1234;
    bytes[wrong] = (bytes[wrong] as number) ^ 16;
    writeFileSync(at('after.rgb'), bytes);
    const { psnr, ssim } = await kiln.measure(CLIP, { rgb: at('after.rgb'), ...size });
    const decibels = 10 * Math.log10((255 ** 2 * 64 * 48 * 3) / 16 ** 2);
    expect(psnr.perFrame.flatMap((value, i) => (value === null ? [] : [i]))).toEqual([17]);
    expect(psnr).toMatchObject({ mean: null, max: null, identicalFrames: 29 });
    expect(psnr.min).toBeCloseTo(decibels, 9);
    expect(psnr.meanOfDiffering).toBeCloseTo(decibels, 9);
    expect(psnr.pooled).toBeCloseTo(decibels + 10 * Math.log10(30), 9);
    expect(ssim.perFrame.filter((value) => value !== 1)).toEqual([ssim.min]);
    expect(ssim.mean).toBeCloseTo((29 + (ssim.min as number)) / 30, 12);
  });

  test('the worst that can be: black against white', async () => {
    const size = { width: 16, height: 9 };
    writeFileSync(at('black.rgb'), new Uint8Array(16 * 9 * 3 * 2));
    writeFileSync(at('white.rgb'), new Uint8Array(16 * 9 * 3 * 2).fill(255));
    const measured = await kiln.measure({ rgb: at('black.rgb'), ...size }, { rgb: at('white.rgb'), ...size });
    expect(measured.psnr).toMatchObject({ mean: 0, min: 0, max: 0, pooled: 0, perFrame: [0, 0] });
    expect(measured.ssim.mean).toBeGreaterThan(0);
    expect(measured.ssim.mean).toBeLessThan(1e-3);
  });
});

describe('the same numbers', () => {
  let compressed: { video: string };
  beforeAll(async () => {
    compressed = await video('long.mp4', LONG, { crf: 35, preset: 'ultrafast' });
  });

  test('with any number of threads, in chunks', async () => {
    const measured = await kiln.measure(LONG, compressed);
    expect(measured.psnr.perFrame).toHaveLength(450);
    expect(new Set(measured.psnr.perFrame).size).toBeGreaterThan(400);
    for (const threads of [1, 4]) {
      await using other = createKiln({ threads });
      expect(await other.measure(LONG, compressed)).toEqual(measured);
    }
  });

  test.each(loadAddon().about().cpuLevels)('at the level %s', async (cpu: CpuLevel) => {
    await using other = createKiln({ threads: 2, cpu });
    const range = { start: 190, end: 200 };
    const [ours, theirs] = await Promise.all(
      [kiln, other].map((one) => one.measure(LONG, compressed, { range, luma: 'bt709' })),
    );
    expect(theirs?.psnr).toEqual(ours?.psnr);
    expect(theirs?.luma?.psnr).toEqual(ours?.luma?.psnr);
    const closely = (values: readonly (number | null)[] = []) => values.map((value) => value?.toFixed(10));
    expect(closely(theirs?.ssim.perFrame)).toEqual(closely(ours?.ssim.perFrame));
    expect(closely(theirs?.luma?.ssim.perFrame)).toEqual(closely(ours?.luma?.ssim.perFrame));
  });

  test('of a part', async () => {
    const all = await kiln.measure(LONG, compressed);
    for (const [start, end] of [
      [0, 1],
      [193, 196],
      [3, 399],
      [449, 450],
    ] as const) {
      const part = await kiln.measure(LONG, compressed, { range: { start, end } });
      expect(part.frames).toBe(end - start);
      expect(part.psnr.perFrame).toEqual(all.psnr.perFrame.slice(start, end));
      expect(part.ssim.perFrame).toEqual(all.ssim.perFrame.slice(start, end));
    }
  });

  test('in several calls at once', async () => {
    const range = { start: 0, end: 250 };
    const alone = await kiln.measure(LONG, compressed, { range });
    const calls = Array.from({ length: 6 }, () => kiln.measure(LONG, compressed, { range }));
    for (const measured of await Promise.all(calls)) expect(measured).toEqual(alone);
  });

  test('with all frames told of on the way', async () => {
    const seen: Progress[] = [];
    await kiln.measure(LONG, compressed, { onProgress: (progress) => seen.push(progress) });
    const done = seen.map(({ framesDone }) => framesDone);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toMatchObject({ framesDone: 450, frames: 450 });
  });
});

describe('many frames', () => {
  test('that are tiny, of a video too', async () => {
    const document = scheduled(16, 16, 10_100, 60);
    const tiny = await video('tiny.mp4', document, { lossless: true, preset: 'ultrafast' });
    const measured = await kiln.measure(document, tiny);
    expect(measured).toMatchObject({ frames: 10_100, psnr: { identicalFrames: 10_100 } });
    const last = await kiln.measure(tiny, document, { range: { start: 10_050, end: 10_100 } });
    expect(last.psnr.identicalFrames).toBe(50);
  });

  test('do not fill the memory', async () => {
    const noise = ['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=30:duration=40', '-c:v', 'libx264'];
    const large = await make(at('large.mp4'), ...noise, '-preset', 'ultrafast');
    const { stdout, stderr } = await runScript(`
      import { createKiln } from 'framekiln';
      const kiln = createKiln({ threads: 2 });
      const { frames, psnr } = await kiln.measure({ video: '${large}' }, { video: '${large}' });
      console.log(JSON.stringify([frames, psnr.identicalFrames, process.resourceUsage().maxRSS / 1024]));
      await kiln[Symbol.asyncDispose]();
    `);
    expect(stderr).toBe('');
    const [frames, identical, megabytes] = JSON.parse(stdout.toString());
    expect([frames, identical]).toEqual([1200, 1200]);
    // Its pixels are 415 MB as they are decoded, 830 MB as RGB, on each side.
    expect(megabytes).toBeLessThan(500);
  });
});

describe('sizes', () => {
  test('are brought to the first one on demand, and it is said', async () => {
    const [small, large] = [scheduled(48, 36, 10), scheduled(96, 72, 10)];
    const down = await kiln.measure({ document: small, label: 's' }, { document: large, label: 'l' }, { resize: true });
    expect(down).toMatchObject({ width: 48, height: 36, frames: 10 });
    expect(down.notes).toEqual(['l is scaled from 96x72 to 48x36 (OpenCV INTER_LINEAR).']);
    const up = await kiln.measure(large, small, { resize: true });
    expect(up).toMatchObject({ width: 96, height: 72 });
    expect(await kiln.measure(small, small, { resize: true })).toMatchObject(IDENTICAL);
  });

  test('may differ by far: many small frames against many large ones', async () => {
    const more = ['-vf', 'fps=450,scale=640:360', '-c:v', 'libx264', '-preset', 'ultrafast'];
    const large = { video: await make(at('hd.mkv'), ...PICTURE, ...more) };
    const small = scheduled(16, 9, 900, 450);
    const measured = await kiln.measure(small, large, { resize: true });
    expect(measured.frames).toBe(900);
    expect(await kiln.measure(large, small, { resize: true })).toMatchObject({ frames: 900, width: 640 });
  });

  test('scaled as the addon scales', async () => {
    const [small, large] = [
      stored(20, 15, 10, [[1, 0.4, 'pastel']]),
      await raw('one.rgb', scheduled(51, 33, 1), 51, 33),
    ];
    const scaled = loadAddon().resizeLinear(new Uint8Array(readFileSync(large.rgb)), 51, 33, 20, 15);
    writeFileSync(at('scaled.rgb'), scaled);
    const wanted = await kiln.measure(small, { rgb: at('scaled.rgb'), width: 20, height: 15 });
    const measured = await kiln.measure(small, large, { resize: true });
    expect(measured.psnr).toEqual(wanted.psnr);
    expect(measured.ssim).toEqual(wanted.ssim);
  });
});
