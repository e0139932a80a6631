// SPDX-License-Identifier: Apache-2.0
// What ffprobe says of our files.
import { join } from 'node:path';
import { createKiln, type RenderSettings } from 'framekiln';
import { afterAll, describe, expect, test } from 'vitest';
import { ENDLESS, scheduled, stored } from '../support/documents.js';
import { complaints, packets, probe } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/folder.js';

const folder = temporaryFolder();
const kiln = createKiln({ threads: 2 });
afterAll(() => kiln[Symbol.asyncDispose]());

const BT709 = { color_range: 'tv', color_space: 'bt709', color_transfer: 'bt709', color_primaries: 'bt709' };
let files = 0;

async function render(document: object, settings: RenderSettings = {}): Promise<string> {
  const file = join(folder, `${files++}.${settings.container === 'matroska' ? 'mkv' : 'mp4'}`);
  await kiln.renderToFile(document, file, settings);
  return file;
}

describe.each([
  [30, '30/1'],
  [29.97, '30000/1001'],
  [12.5, '25/2'],
  [1000, '1000/1'],
  [0.1, '1/10'],
])('%d fps', (fps, rate) => {
  const [num, den] = rate.split('/').map(Number) as [number, number];
  const frames = 25;

  test.each([
    ['one segment', 60],
    ['many', 0.04],
  ])('mp4 of %s', async (_, segmentSeconds) => {
    const file = await render(scheduled(64, 36, frames, fps), { segmentSeconds });
    const { stream, format, streams } = await probe(file);
    expect(streams).toBe(1);
    expect(stream).toMatchObject({
      ...BT709,
      codec_name: 'h264',
      codec_tag_string: 'avc1',
      profile: 'High',
      pix_fmt: 'yuv420p',
      chroma_location: 'center',
      field_order: 'progressive',
      width: 64,
      height: 36,
      sample_aspect_ratio: '1:1',
      r_frame_rate: rate,
      avg_frame_rate: rate,
      nb_frames: String(frames),
      nb_read_frames: String(frames),
      start_time: '0.000000',
    });
    expect(Number(stream.duration)).toBeCloseTo((frames * den) / num, 5);
    expect(Number(format.start_time)).toBe(0);
    expect(Number(format.duration)).toBeCloseTo((frames * den) / num, 5);
    expect(await complaints(file)).toBe('');
  });

  test('mkv', async () => {
    const file = await render(scheduled(64, 36, frames, fps), { container: 'matroska' });
    const { stream, format } = await probe(file);
    const { profile, pix_fmt, r_frame_rate, nb_read_frames, chroma_location } = stream;
    expect({ profile, pix_fmt, r_frame_rate, nb_read_frames, chroma_location }).toEqual({
      profile: 'High',
      pix_fmt: 'yuv420p',
      r_frame_rate: rate,
      nb_read_frames: String(frames),
      chroma_location: 'center',
    });
    expect(stream).toMatchObject(BT709);
    // Matroska counts milliseconds.
    const off = (await packets(file)).filter(({ pts }, i) => Math.abs(pts - (i * den) / num) > 0.00051);
    expect(off).toEqual([]);
    expect(Math.abs(Number(format.duration) - (frames * den) / num)).toBeLessThan(0.0011);
    expect(await complaints(file)).toBe('');
  });
});

describe.each([
  ['mp4', {}, 'yuv420p', 'High'],
  ['mkv', { container: 'matroska' }, 'yuv420p', 'High'],
  ['mp4 444', { chroma: '444' }, 'yuv444p', 'High 4:4:4 Predictive'],
  ['mp4 lossless', { lossless: true }, 'gbrp', 'High 4:4:4 Predictive'],
  ['mkv lossless', { lossless: true, container: 'matroska' }, 'gbrp', 'High 4:4:4 Predictive'],
] as const)('%s', (_, settings, pixels, profile) => {
  test.each([
    [1, 1],
    [2, 1],
    [1, 2],
    [3, 5],
    [65, 37],
    [641, 359],
    [8192, 1],
    [1, 8192],
  ])('%d x %d pixels', async (width, height) => {
    const file = await render(scheduled(width, height, 3), settings);
    const { stream } = await probe(file);
    expect(stream).toMatchObject({ width, height, pix_fmt: pixels, profile, nb_read_frames: '3' });
    expect(await complaints(file)).toBe('');
  });
});

test('one frame, and a range of frames, are videos', async () => {
  const one = await probe(await render(stored(64, 36, 30, [[0, 0.5, 'pastel']])));
  expect(one.stream).toMatchObject({ nb_read_frames: '1', duration: '0.033333', r_frame_rate: '30/1' });
  const range = await probe(await render(ENDLESS, { range: { start: 99_990, end: 100_000 } }));
  expect(range.stream).toMatchObject({ nb_read_frames: '10', duration: '0.333333', start_time: '0.000000' });
});

test('the high profiles are for 444 and lossless alone, whatever the preset and crf', async () => {
  const document = scheduled(64, 36, 40);
  for (const settings of [
    { preset: 'ultrafast', crf: 1 },
    { preset: 'placebo', crf: 51 },
    { preset: 'slow', crf: 1 },
  ] as const) {
    const { stream } = await probe(await render(document, settings));
    expect([settings, stream.profile]).toEqual([
      settings,
      expect.stringMatching(/^(Constrained Baseline|Baseline|Main|High)$/),
    ]);
    expect(stream.pix_fmt).toBe('yuv420p');
  }
});
