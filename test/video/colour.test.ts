// SPDX-License-Identifier: Apache-2.0
// The colours that everybody can check by eye: what we code for them, and what a decoder makes of that.
import { join } from 'node:path';
import { createKiln } from 'framekiln';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stored } from '../support/documents.js';
import { decode } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/folder.js';

const WIDTH = 96;
const HEIGHT = 54;
const PIXELS = WIDTH * HEIGHT;
const DECODE =
  'scale=in_color_matrix=bt709:in_range=tv:out_range=pc:flags=accurate_rnd+full_chroma_int+full_chroma_inp';

/** Circles of the pure colours of two palettes, at times that show all of them. */
const DOCUMENT = stored(
  WIDTH,
  HEIGHT,
  30,
  [0, 0.1, 0.2, 0.3, 0.5, 0.8, 1.3, 2.1].flatMap((time) => [
    [time, 0.25, 'vibrant'] as const,
    [time, 0.25, 'monochrome'] as const,
  ]) as never,
);

const folder = temporaryFolder();
const kiln = createKiln({ threads: 1 });
afterAll(() => kiln[Symbol.asyncDispose]());

async function ours(format: 'rgb24' | 'yuv444p'): Promise<Buffer> {
  const frames: Buffer[] = [];
  for await (const { data } of kiln.frames(DOCUMENT, { format })) frames.push(Buffer.from(data));
  return Buffer.concat(frames);
}

/** Index of each pixel of this colour, over all frames. */
function find(rgb: Buffer, [r, g, b]: readonly number[]): number[] {
  const found: number[] = [];
  for (let i = 0; i < rgb.length / 3; i++) {
    if (rgb[i * 3] === r && rgb[i * 3 + 1] === g && rgb[i * 3 + 2] === b) found.push(i);
  }
  return found;
}

/** Y, Cb, Cr of pixel `i` of packed yuv444p frames. */
function planar(yuv: Buffer, i: number): number[] {
  const at = Math.floor(i / PIXELS) * PIXELS * 3 + (i % PIXELS);
  return [0, 1, 2].map((plane) => yuv[at + plane * PIXELS] as number);
}

let rgb: Buffer;
let yuv: Buffer;
let decoded: Buffer;

beforeAll(async () => {
  rgb = await ours('rgb24');
  yuv = await ours('yuv444p');
  const file = join(folder, 'exact.mp4');
  await kiln.renderToFile(DOCUMENT, file, { chroma: '444', crf: 0 });
  decoded = await decode(file, 'rgb24', DECODE);
});

// BT.709-6, limited range: Y = 16 + 219 Y', C = 128 + 224 C', of the colour's exact Y' and C'.
test.each([
  ['red', [255, 0, 0], [63, 102, 240]],
  ['green', [0, 255, 0], [173, 42, 26]],
  ['blue', [0, 0, 255], [32, 240, 118]],
  ['yellow', [255, 255, 0], [219, 16, 138]],
  ['magenta', [255, 0, 255], [78, 214, 230]],
  ['cyan', [0, 255, 255], [188, 154, 16]],
  ['white', [255, 255, 255], [235, 128, 128]],
  ['grey', [127, 127, 127], [125, 128, 128]],
  ['black', [0, 0, 0], [16, 128, 128]],
])('%s %j is coded as %j and comes back within 2', (name, colour, coded) => {
  const found = find(rgb, colour);
  expect(found.length, `pixels of ${name}`).toBeGreaterThan(0);
  const codes = new Set(found.map((i) => planar(yuv, i).join(' ')));
  expect([...codes]).toEqual([coded.join(' ')]);
  const back = new Set(found.map((i) => [...decoded.subarray(i * 3, i * 3 + 3)].join(' ')));
  if (process.env.SHOW_COLOURS) console.log(name, colour.join(' '), '->', coded.join(' '), '->', [...back].join(' | '));
  const far = [...back].filter((text) => text.split(' ').some((v, c) => Math.abs(Number(v) - (colour[c] ?? 0)) > 2));
  expect(far).toEqual([]);
});
