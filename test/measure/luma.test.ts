// SPDX-License-Identifier: Apache-2.0
// Luma: FFmpeg's psnr and ssim filters judge coded luma, the README's integer rule that of RGB.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LUMAS, type Luma, loadAddon, type PixelFrames } from 'framekiln/native';
import { describe, expect, test } from 'vitest';
import { goldens } from '../golden/goldens.js';
import { temporaryFolder } from '../support/folder.js';
import { run } from '../support/process.js';
import { mixed, picture } from './pictures.js';
import { BEST, compare, decibels, framesOf, LEVELS, type Numbers, rgbSide } from './sides.js';

const folder = temporaryFolder();
const addon = loadAddon();

/** Frames of 4:2:0 with those planes for luma, and noise for chroma. */
function ycbcrSide(width: number, height: number, planes: Uint8Array[], more: Partial<PixelFrames> = {}): PixelFrames {
  const chroma = 2 * Math.ceil(width / 2) * Math.ceil(height / 2);
  const noise = Uint8Array.from({ length: chroma }, (_, i) => mixed(i, planes.length) >>> 24);
  const data = new Uint8Array(Buffer.concat(planes.flatMap((plane) => [plane, noise])));
  return { data, frames: planes.length, width, height, format: 'yuv420p', matrix: 2, fullRange: false, ...more };
}

/** The picture's second channel as a plane. */
const plane = (recipe: string, width: number, height: number) =>
  picture(recipe, width, height).filter((_, i) => i % 3 === 1);

/** What FFmpeg prints for Y of each frame. */
async function ffmpegs(filter: 'psnr' | 'ssim', key: string, a: PixelFrames, b: PixelFrames): Promise<number[]> {
  const inputs = [a, b].flatMap(({ data, width, height, format }, i) => {
    const file = join(folder, `${i}.yuv`);
    writeFileSync(file, data);
    return ['-f', 'rawvideo', '-pix_fmt', format, '-s', `${width}x${height}`, '-i', file];
  });
  // Without its SSE4.1 code: where windows in a row are one more than a multiple of 4 (width 8, 24, 1000), that of
  // FFmpeg 5.1 counts wrongly and differs from FFmpeg's own C, the definition.
  const graph = `[0][1]${filter},metadata=print:file=-:key=${key}`;
  const options = ['-v', 'error', '-cpuflags', '0'];
  const { stdout, stderr } = await run('ffmpeg', [...options, ...inputs, '-lavfi', graph, '-f', 'null', '-']);
  expect(stderr).toBe('');
  const values = Array.from(stdout.toString().matchAll(/=(.+)$/gm), ([, text]) => text as string);
  return values.map((text) => (text === 'inf' ? Infinity : Number(text)));
}

const PAIRS = [
  ['noise 1', 'noise 2'],
  ['noise 3', 'noise 3 | shake 2 4'],
  ['gradient', 'gradient | shake 5 5'],
  ['saturated 6', 'checker 2'],
  ['flat 0', 'flat 255'],
  ['flat 16', 'noise 7'],
  ['flat 235', 'flat 235 | pixel'],
  ['noise 8', 'noise 8'],
] as const;

describe('as FFmpeg measures coded luma', () => {
  test.each([
    [8, 8],
    [9, 11],
    [12, 8],
    [15, 31],
    [24, 24],
    [64, 36],
    [65, 37],
    [200, 17],
    [641, 359],
  ])('%dx%d', async (width, height) => {
    const planes = (side: 0 | 1) => PAIRS.map((recipes) => plane(recipes[side], width, height));
    const a = ycbcrSide(width, height, planes(0));
    const b = ycbcrSide(width, height, planes(1));
    const psnr = await ffmpegs('psnr', 'lavfi.psnr.psnr.y', a, b);
    const ssim = await ffmpegs('ssim', 'lavfi.ssim.Y', a, b);
    expect([psnr.length, ssim.length]).toEqual([PAIRS.length, PAIRS.length]);
    for (const luma of LUMAS) {
      for (const [i, found] of compare({ a, b, luma }).entries()) {
        const ours = decibels(found.lumaSquaredError, width * height);
        const theirs = psnr[i] as number;
        // FFmpeg prints a float32 with six decimals.
        if (theirs === Infinity) expect(ours).toBe(Infinity);
        else expect(Math.abs(ours - theirs)).toBeLessThanOrEqual(1e-6 * Math.max(1, theirs));
        expect(Math.abs(found.lumaSsim - (ssim[i] as number))).toBeLessThanOrEqual(1e-5);
      }
    }
    for (const cpu of LEVELS) {
      expect(compare({ a, b, luma: 'bt709', cpu }), cpu).toEqual(compare({ a, b, luma: 'bt709' }));
    }
  });

  test('no window fits below 8 samples', () => {
    for (const [width, height] of [
      [7, 7],
      [7, 20],
      [20, 7],
    ] as const) {
      const [a, b] = ['noise 1', 'noise 2'].map((recipe) => ycbcrSide(width, height, [plane(recipe, width, height)]));
      const [found] = compare({ a: a as PixelFrames, b: b as PixelFrames, luma: 'bt601' });
      expect(found?.lumaSsim).toBe(NaN);
      expect(found?.lumaSquaredError).toBeGreaterThan(0);
    }
  });
});

/** Weights of R, G, B in 1/65536; they add up to white's 219. */
const WEIGHTS: Record<Luma, [number, number, number]> = { bt709: [11966, 40254, 4064], bt601: [16829, 33039, 6416] };

function lumaOf(rgb: Uint8Array, luma: Luma): Uint8Array {
  const [r, g, b] = WEIGHTS[luma];
  return Uint8Array.from({ length: rgb.length / 3 }, (_, i) => {
    const [red, green, blue] = rgb.subarray(i * 3, i * 3 + 3) as unknown as [number, number, number];
    return (r * red + g * green + b * blue + 16 * 65536 + 32768) >> 16;
  });
}

describe.each(LUMAS)('%s of RGB', (luma) => {
  test.each(PAIRS)('%s / %s', (first, second) => {
    const [width, height] = [65, 37];
    const [one, two] = [picture(first, width, height), picture(second, width, height)];
    const [a, b] = [rgbSide(width, height, one), rgbSide(width, height, two)];
    const { lumaSquaredError, lumaSsim } = compare({
      a: ycbcrSide(width, height, [lumaOf(one, luma)]),
      b: ycbcrSide(width, height, [lumaOf(two, luma)]),
      luma,
    })[0] as Numbers;
    for (const cpu of LEVELS) expect(compare({ a, b, luma, cpu })[0]).toMatchObject({ lumaSquaredError, lumaSsim });
    // One side coded, the other not.
    const coded = ycbcrSide(width, height, [lumaOf(two, luma)]);
    expect(compare({ a, b: coded, luma })[0]).toMatchObject({ lumaSquaredError, lumaSsim });
    expect(compare({ a: coded, b: rgbSide(width, height, two), luma })[0]).toMatchObject({ lumaSquaredError: 0 });
  });
});

test('bt709 of drawn frames is the luma that they are encoded with', () => {
  const { document } = goldens.find(({ name }) => name === 'families_640x360_params.json') as (typeof goldens)[number];
  const frames = framesOf(document, 10, 11);
  const out = new Uint8Array((640 * 360 * 3) / 2);
  addon.renderFrames({ ...frames, format: 'nv12', cpu: BEST, out });
  const coded = ycbcrSide(640, 360, [out.subarray(0, 640 * 360)], { matrix: 1 });
  expect(compare({ a: frames, b: coded, luma: 'bt709' })[0]).toMatchObject({ lumaSquaredError: 0, lumaSsim: 1 });
});

describe('coded luma', () => {
  const [width, height] = [65, 37];
  const a = rgbSide(width, height, picture('gradient', width, height));
  const coded = plane('gradient | shake 20 3', width, height);
  const side = (more: Partial<PixelFrames>) => ycbcrSide(width, height, [coded], more);
  /** Squared error and SSIM of the plane as it is. */
  const direct = (luma: Luma) => {
    const { lumaSquaredError, lumaSsim } = compare({
      a: ycbcrSide(width, height, [lumaOf(a.data, luma)]),
      b: side({}),
      luma,
    })[0] as Numbers;
    return { lumaSquaredError, lumaSsim };
  };

  test.each<[Luma, Partial<PixelFrames>]>([
    ['bt709', { matrix: 1 }],
    ['bt709', { matrix: 2 }],
    ['bt601', { matrix: 5 }],
    ['bt601', { matrix: 6 }],
    ['bt601', { matrix: 2 }],
  ])('is %s: %j', (luma, more) => {
    expect(compare({ a, b: side(more), luma })[0]).toMatchObject(direct(luma));
  });

  test.each<[Luma, Partial<PixelFrames>]>([
    ['bt601', { matrix: 1 }],
    ['bt709', { matrix: 5 }],
    ['bt709', { matrix: 6 }],
    ['bt709', { matrix: 1, fullRange: true }],
    ['bt601', { matrix: 6, fullRange: true }],
    ['bt601', { matrix: 2, fullRange: true }],
  ])('is not %s, so that it comes from RGB: %j', (luma, more) => {
    const found = compare({ a, b: side(more), luma });
    const b = rgbSide(width, height, addon.toRgb(side(more), BEST));
    expect(found).toEqual(compare({ a, b, luma }));
    expect(found[0]?.lumaSquaredError).not.toBe(direct(luma).lumaSquaredError);
  });
});
