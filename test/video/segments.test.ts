// SPDX-License-Identifier: Apache-2.0
// Where segments end is no business of the frames; and the file that the framework itself recorded.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { createKiln, FramesDigest } from 'framekiln';
import { afterAll, expect, test } from 'vitest';
import { golden, SMALL_GOLDENS, scheduled, stored } from '../support/documents.js';
import { complaints, decode, packets, probe } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/folder.js';

const folder = temporaryFolder();
const kiln = createKiln({ threads: 2 });
afterAll(() => kiln[Symbol.asyncDispose]());

test.each([
  ['420', 'nv12'],
  ['444', 'yuv444p'],
  ['lossless', 'rgb24'],
] as const)('%s: the digest is of the frames, wherever segments end', async (kind, format) => {
  const document = scheduled(97, 55, 200, 29.97);
  const digest = new FramesDigest(format);
  for await (const { hash } of kiln.frames(document, { format })) digest.add(hash);
  for (const segmentSeconds of [0.04, 0.5, 2, 10, 60]) {
    const settings = kind === 'lossless' ? { lossless: true } : { chroma: kind };
    const { report } = await kiln.render(document, { ...settings, segmentSeconds });
    expect([segmentSeconds, report.framesDigest]).toEqual([segmentSeconds, `${digest}`]);
  }
});

test.each([
  [30, 0.5, [4, 8, 12, 20, 28, 43, 58, 73, 88, 103, 118, 133, 148, 159]],
  [30, 2, [15, 30, 45, 75, 105, 138]],
  [29.97, 0.5, [4, 8, 12, 19, 26, 41, 56, 71, 86, 101, 116, 131, 146, 158]],
  [12.5, 2, [6, 12, 18, 31, 44, 69, 94, 119, 144, 157]],
  [30, 0.04, Array.from({ length: 169 }, (_, i) => i + 1)],
  [30, 60, []],
])('%d fps, segments of %d s: keyframes where they begin and nowhere else', async (fps, segmentSeconds, later) => {
  for (const chroma of ['420', '444'] as const) {
    const file = join(folder, `keys-${fps}-${segmentSeconds}-${chroma}.mp4`);
    await kiln.renderToFile(scheduled(64, 36, 170, fps), file, { segmentSeconds, chroma });
    const keys = (await packets(file)).flatMap(({ key }, frame) => (key ? [frame] : []));
    expect(keys).toEqual([0, ...later]);
  }
});

test('any keyframe is a place to start: what follows decodes as it does from the beginning', async () => {
  const file = join(folder, 'seek.mp4');
  await kiln.renderToFile(scheduled(64, 36, 90), file, { segmentSeconds: 1 });
  const whole = await decode(file, 'yuv420p');
  const bytes = (64 * 36 * 3) / 2;
  const tail = await decode(file, 'yuv420p', 'select=gte(n\\,38)');
  expect(tail.equals(whole.subarray(38 * bytes))).toBe(true);
});

test('a still picture and a cut at every frame stay one closed GOP a segment', async () => {
  const still = Array.from({ length: 60 }, (_, i) => [0, i < 30 ? 0.1 : 0.7, 'vibrant'] as const);
  const cuts = Array.from({ length: 60 }, (_, i) => [i, [0.1, 0.4, 0.7, 0.9][i % 4] as number, 'pastel'] as const);
  for (const [name, frames] of Object.entries({ still, cuts })) {
    const file = join(folder, `${name}.mp4`);
    await kiln.renderToFile(stored(64, 36, 30, frames as never), file, { segmentSeconds: 1 });
    const keys = (await packets(file)).flatMap(({ key }, frame) => (key ? [frame] : []));
    expect([name, keys]).toEqual([name, [0, 8, 16, 24, 39, 50]]);
    expect(await complaints(file)).toBe('');
  }
});

test('as recorded, the default document has the size that the framework recorded', async () => {
  const { bytes, frames } = golden('default_1080p');
  const file = join(folder, 'recorded.mp4');
  const report = await kiln.renderToFile(bytes, file, { asRecorded: true });
  expect(report.bytes).toBe(18_797_730);
  expect(statSync(file).size).toBe(18_797_730);
  const { stream, format } = await probe(file);
  expect(stream).toMatchObject({
    codec_name: 'mpeg4',
    codec_tag_string: 'mp4v',
    width: 1920,
    height: 1080,
    pix_fmt: 'yuv420p',
    r_frame_rate: '30/1',
    nb_frames: String(frames),
    nb_read_frames: String(frames),
    start_time: '0.000000',
  });
  expect(Number(format.duration)).toBe(10);
});

test.each(SMALL_GOLDENS.filter((name) => name !== 'tiny_1x1'))('as recorded, %s decodes', async (name) => {
  const { bytes, width, height, frames } = golden(name);
  const file = join(folder, `${name}-recorded.mp4`);
  await kiln.renderToFile(bytes, file, { asRecorded: true });
  const size = { width: width & -2, height: height & -2 };
  const { stream } = await probe(file);
  expect(stream).toMatchObject({ codec_name: 'mpeg4', ...size, nb_read_frames: String(frames) });
  expect(await complaints(file)).toBe('');
});
