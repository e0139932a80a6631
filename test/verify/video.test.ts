// SPDX-License-Identifier: Apache-2.0
// kiln.verify(document, { video }): whether a file shows a document.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKiln, type RenderSettings } from 'framekiln';
import { afterAll, describe, expect, test } from 'vitest';
import { scheduled, stored } from '../support/documents.js';
import { make } from '../support/ffmpeg.js';
import { listing, temporaryFolder } from '../support/folder.js';
import { smallDocument } from '../support/records.js';
import { expectNothingUnhandled, rejection } from '../support/unhandled.js';

expectNothingUnhandled();
const folder = temporaryFolder();
const kiln = createKiln({ threads: 2 });
afterAll(() => kiln[Symbol.asyncDispose]());

type Palette = 'vibrant' | 'pastel' | 'monochrome';
/** Twenty frames of one scene. */
const scene = (complexity: number, palette: Palette, from = 0) =>
  stored(
    64,
    48,
    30,
    Array.from({ length: 20 }, (_, i) => [from + i / 30, complexity, palette]),
  );
const DOCUMENT = scene(0.1, 'vibrant');

let files = 0;
async function rendered(document: object, settings: RenderSettings = {}): Promise<string> {
  const path = join(folder, `${files++}.video`);
  writeFileSync(path, (await kiln.render(document, settings)).video);
  return path;
}

/** The verdict, and the check that decides after those of the shape. */
async function verdict(document: object, video: string): Promise<string> {
  const verification = await kiln.verify(document, { video });
  expect(JSON.parse(JSON.stringify(verification))).toEqual(verification);
  return `${verification.verdict}: ${verification.evidence.at(-1)?.check}`;
}

describe('its own video', () => {
  test.each<[string, RenderSettings, string]>([
    ['the default', {}, 'proven: sha256 of the video'],
    ['MKV', { container: 'matroska' }, 'proven: sha256 of the video'],
    ['4:4:4', { chroma: '444' }, 'proven: sha256 of the video'],
    ['lossless', { lossless: true }, 'proven: sha256 of the video'],
    ['lossless MKV', { lossless: true, container: 'matroska' }, 'proven: sha256 of the video'],
    ['lossless, at another speed', { lossless: true, preset: 'slow' }, 'proven: identical frames'],
    ['as recorded', { asRecorded: true }, 'proven: sha256 of the video'],
    ['as good as can be', { crf: 1, preset: 'slow' }, 'consistent: worst frame of the video, dB'],
    ['as bad as can be', { crf: 51, preset: 'ultrafast' }, 'consistent: worst frame of the video, dB'],
    ['in other segments', { segmentSeconds: 0.1 }, 'consistent: worst frame of the video, dB'],
  ])('%s', async (_, settings, expected) => {
    for (const document of [DOCUMENT, smallDocument(5), scene(0.7, 'vibrant'), scene(0.45, 'monochrome')]) {
      expect(await verdict(document, await rendered(document, settings))).toBe(expected);
    }
  });

  test('as another program wrote it, whose colours are not ours', async () => {
    const video = await rendered(DOCUMENT, { lossless: true });
    const others = [
      ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-crf', '30'],
      ['-c:v', 'mpeg4', '-q:v', '5'],
      ['-c:v', 'mjpeg', '-q:v', '5'],
    ];
    for (const [i, how] of others.entries()) {
      const path = await make(join(folder, `other-${i}.mkv`), '-i', video, ...how);
      expect(await verdict(DOCUMENT, path)).toBe('consistent: worst frame of the video, dB');
    }
    const ffv1 = await make(join(folder, 'ffv1.mkv'), '-i', video, '-c:v', 'ffv1', '-pix_fmt', 'gbrp');
    expect(await verdict(DOCUMENT, ffv1)).toBe('proven: identical frames');
  });

  test('of odd sides, of which the framework lost a row and a column', async () => {
    const odd = scheduled(65, 49, 20);
    const verification = await kiln.verify(odd, { video: await rendered(odd, { asRecorded: true }) });
    expect(verification.verdict).toBe('proven');
  });

  test.each([
    [1, 1],
    [2, 2],
    [6, 90],
  ])('of %i x %i, too small for SSIM', async (width, height) => {
    const tiny = scheduled(width, height, 5);
    expect(await verdict(tiny, await rendered(tiny))).toBe('proven: sha256 of the video');
    const coarse = await kiln.verify(tiny, { video: await rendered(tiny, { crf: 40 }) });
    expect(['consistent', 'unverifiable']).toContain(coarse.verdict);
  });
});

describe("another document's video", () => {
  test('of another shape', async () => {
    const longer = await kiln.verify(DOCUMENT, { video: await rendered(scheduled(64, 48, 21)) });
    expect(longer).toMatchObject({ verdict: 'different', evidence: [{ recorded: 21, regenerated: 20 }, {}] });
    const wider = await kiln.verify(DOCUMENT, { video: await rendered(scheduled(66, 48, 20)) });
    expect(wider).toMatchObject({ verdict: 'different', evidence: [{}, { recorded: '66x48', regenerated: '64x48' }] });
  });

  const scenes = [0.1, 0.45, 0.7, 0.9].flatMap((complexity) =>
    (['vibrant', 'pastel', 'monochrome'] as const).map((palette) => [complexity, palette] as const),
  );

  test.each(scenes)('another family, palette or moment than %d %s', async (complexity, palette) => {
    const document = scene(complexity, palette);
    const others = {
      'another family': scene((complexity + 0.3) % 1, palette),
      'another palette': scene(complexity, palette === 'pastel' ? 'vibrant' : 'pastel'),
      'two seconds later': scene(complexity, palette, 2),
    };
    const verdicts: Record<string, string> = {};
    for (const [name, other] of Object.entries(others)) {
      verdicts[name] = (await kiln.verify(document, { video: await rendered(other) })).verdict;
    }
    expect(verdicts).toEqual({
      ...{ 'another family': 'different', 'another palette': 'different', 'two seconds later': 'different' },
    });
  });

  test.each<[string, RenderSettings]>([
    ['lossless', { lossless: true }],
    ['the default', {}],
  ])('that differs in one frame, %s', async (_, settings) => {
    const parameters = DOCUMENT.parameters.map((one, i) => (i === 7 ? { ...one, time: one.time + 5 } : one));
    const video = await rendered({ ...DOCUMENT, parameters }, settings);
    expect((await kiln.verify(DOCUMENT, { video })).verdict).toBe('different');
  });

  test('upside down, or all grey', async () => {
    const video = await rendered(DOCUMENT, { lossless: true });
    const flipped = await make(join(folder, 'flipped.mp4'), '-i', video, '-vf', 'vflip', '-c:v', 'libx264');
    expect((await kiln.verify(DOCUMENT, { video: flipped })).verdict).toBe('different');
    const grey = ['-f', 'lavfi', '-i', 'color=gray:size=64x48:rate=30', '-frames:v', '20', '-c:v', 'libx264'];
    expect((await kiln.verify(DOCUMENT, { video: await make(join(folder, 'grey.mp4'), ...grey) })).verdict).toBe(
      'different',
    );
  });
});

test('with a digest that is right, the worse of both counts', async () => {
  const { report } = await kiln.render(DOCUMENT);
  const digests = [{ where: 'the record', digest: report.framesDigest }];
  const good = await kiln.verify(DOCUMENT, { recorded: { digests }, video: await rendered(DOCUMENT, { crf: 30 }) });
  expect(good.verdict).toBe('proven');
  const other = await rendered(scheduled(64, 48, 21));
  expect((await kiln.verify(DOCUMENT, { recorded: { digests }, video: other })).verdict).toBe('different');
});

test.each<[string, () => string | Promise<string>, string]>([
  ['missing', () => join(folder, 'missing.mp4'), 'INPUT_UNREADABLE'],
  ['a folder', () => folder, 'INPUT_UNREADABLE'],
  ['no video', () => import.meta.filename, 'INVALID_VIDEO'],
  [
    'cut short',
    async () => {
      const path = await rendered(DOCUMENT);
      writeFileSync(path, readFileSync(path).subarray(0, -50));
      return path;
    },
    'INVALID_VIDEO',
  ],
])('a video that is %s', async (_, video, code) => {
  expect(await rejection(kiln.verify(DOCUMENT, { video: await video() }))).toMatchObject({ code });
});

test('leaves no file behind, however it ends', async () => {
  const temporary = join(folder, 'temporary');
  const { mkdirSync } = await import('node:fs');
  mkdirSync(temporary);
  const before = process.env.TMPDIR;
  process.env.TMPDIR = temporary;
  try {
    const video = await rendered(DOCUMENT, { crf: 30 });
    await kiln.verify(DOCUMENT, { video, recorded: { fileSizeBytes: 5 } });
    const signal = AbortSignal.timeout(5);
    const endless = scheduled(64, 48, 20_000);
    expect(await rejection(kiln.verify(endless, { recorded: { fileSizeBytes: 5 }, signal }))).toMatchObject({
      name: 'TimeoutError',
    });
    expect(listing(temporary)).toEqual([]);
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
});
