// SPDX-License-Identifier: Apache-2.0
// Decoded frames become the RGB that FFmpeg's program makes of them, to the bit.
import { join } from 'node:path';
import { loadAddon, type PixelFrames } from 'framekiln/native';
import { describe, expect, test } from 'vitest';
import { decode, encoders, make } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/folder.js';
import { run } from '../support/process.js';

const folder = temporaryFolder();
const addon = loadAddon();
const SCALE = 'flags=bicubic+accurate_rnd+full_chroma_int,format=rgb24';
const half = (n: number): number => Math.ceil(n / 2);

/** Bytes of a frame, and the bits of a sample. */
const FORMATS: Record<string, [bytes: (w: number, h: number) => number, bits?: number]> = {
  yuv420p: [(w, h) => w * h + 2 * half(w) * half(h)],
  yuvj420p: [(w, h) => w * h + 2 * half(w) * half(h)],
  yuv422p: [(w, h) => w * h + 2 * half(w) * h],
  yuv444p: [(w, h) => 3 * w * h],
  yuvj444p: [(w, h) => 3 * w * h],
  nv12: [(w, h) => w * h + 2 * half(w) * half(h)],
  yuv420p10le: [(w, h) => 2 * (w * h + 2 * half(w) * half(h)), 10],
  yuv444p12le: [(w, h) => 6 * w * h, 12],
  gray: [(w, h) => w * h],
  gbrp: [(w, h) => 3 * w * h],
  rgb24: [(w, h) => 3 * w * h],
  bgr24: [(w, h) => 3 * w * h],
  bgr0: [(w, h) => 4 * w * h],
};
const MATRICES = { unspecified: 2, bt709: 1, bt601: 6, bt2020: 9 } as const;
const SIZES: [number, number][] = [
  [64, 36],
  [33, 17],
  [20, 8],
  [9, 7],
  [2, 9],
  [1, 1],
];

function noise(bytes: number, bits = 8): Uint8Array {
  const data = Uint8Array.from({ length: bytes }, () => Math.random() * 256);
  if (bits > 8) for (let i = 1; i < bytes; i += 2) data[i] = (data[i] as number) & ((1 << (bits - 8)) - 1);
  return data;
}

describe.each(Object.keys(FORMATS))('%s', (format) => {
  const matrices = Object.entries(MATRICES).filter(([name]) => format.startsWith('yuv') || name === 'unspecified');

  test.each(matrices)('noise, matrix %s', async (name, matrix) => {
    const [bytes, bits] = FORMATS[format] as (typeof FORMATS)[string];
    for (const [width, height] of SIZES) {
      const frames = 3;
      const data = noise(frames * bytes(width, height), bits);
      const input = ['-f', 'rawvideo', '-pixel_format', format, '-video_size', `${width}x${height}`, '-i', '-'];
      const filter = `scale=${matrix === 2 ? '' : `in_color_matrix=${name}:`}${SCALE}`;
      const judge = await run('ffmpeg', ['-v', 'error', ...input, '-vf', filter, '-f', 'rawvideo', '-'], {
        input: data,
      });
      expect(judge).toMatchObject({ code: 0, stderr: '' });
      // FFmpeg takes grey for full range when nothing says otherwise.
      const fullRange = /^(yuvj|gray)/.test(format);
      const side: PixelFrames = {
        data,
        frames,
        width,
        height,
        format: format.replace('yuvj', 'yuv'),
        matrix,
        fullRange,
      };
      expect(judge.stdout.equals(addon.toRgb(side, 'baseline')), `${width}x${height}`).toBe(true);
    }
  });
});

describe('of a file, by what it says', async () => {
  const available = await encoders();

  test.for<[string, string, string[], Partial<PixelFrames>]>([
    ['nothing.mkv', 'ffv1', [], { format: 'yuv420p', matrix: 2, fullRange: false }],
    ['709.mkv', 'ffv1', ['-colorspace', 'bt709'], { matrix: 1, fullRange: false }],
    ['709-full.mkv', 'ffv1', ['-colorspace', 'bt709', '-color_range', 'pc'], { matrix: 1, fullRange: true }],
    ['601.mkv', 'ffv1', ['-colorspace', 'bt470bg', '-color_range', 'tv'], { matrix: 5, fullRange: false }],
    ['left-grey.mkv', 'ffv1', ['-pix_fmt', 'gray'], { format: 'gray', fullRange: true }],
    ['limited-grey.mkv', 'ffv1', ['-pix_fmt', 'gray', '-color_range', 'tv'], { format: 'gray', fullRange: false }],
    ['jpeg.avi', 'mjpeg', ['-pix_fmt', 'yuvj420p'], { format: 'yuv420p', matrix: 5, fullRange: true }],
    ['centre.y4m', 'wrapped_avframe', [], { format: 'yuv420p', matrix: 2 }],
  ])('%s', async ([name, encoder, args, description], context) => {
    context.skip(!available.has(encoder), `this ffmpeg has no ${encoder}`);
    for (const size of ['160x90', '67x45']) {
      const picture = ['-f', 'lavfi', '-i', `testsrc=size=${size}:duration=0.2`, '-pix_fmt', 'yuv420p'];
      const file = await make(join(folder, `${size}-${name}`), ...picture, '-c:v', encoder, ...args);
      const reader = addon.openReader(file);
      const frames = (await reader.read(100)) as PixelFrames;
      reader.close();
      expect(frames).toMatchObject({ frames: 5, ...description });
      const judged = await decode(file, 'rgb24', `scale=${SCALE}`);
      expect(judged.equals(addon.toRgb(frames, 'baseline')), size).toBe(true);
    }
  });
});

test('what is no format, or too few bytes', () => {
  const side: PixelFrames = {
    ...{ frames: 1, width: 4, height: 4 },
    format: 'yuv420p',
    matrix: 2,
    fullRange: false,
    data: new Uint8Array(24),
  };
  expect(addon.toRgb(side, 'baseline').length).toBe(48);
  for (const wrong of [{ format: 'vaapi' }, { format: 'yuv420q' }, { data: new Uint8Array(23) }, { frames: 2 }]) {
    expect(() => addon.toRgb({ ...side, ...wrong }, 'baseline')).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  }
});
