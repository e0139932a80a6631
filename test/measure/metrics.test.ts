// SPDX-License-Identifier: Apache-2.0
// PSNR and SSIM are scikit-image's (test/fixtures/measure/make.py asked it), to the same bit on every CPU level.
import { type CompareJob, loadAddon, type PixelFrames } from 'framekiln/native';
import { describe, expect, test } from 'vitest';
import { goldens, sha256 } from '../golden/goldens.js';
import { fixture, picture } from './pictures.js';
import { BEST, compare, compareRgb, decibels, framesOf, LEVELS, rgbSide } from './sides.js';

interface Case {
  size: [number, number];
  a: string;
  b: string;
  /** Of both pictures, one after the other. */
  sha256: string;
  /** Null: the pictures are the same. */
  psnr: number | null;
  ssim: number;
}

const MINUTES = 60_000;
const addon = loadAddon();
const cases = fixture<Case>('metrics.json');
const name = ({ size, a, b }: Case) => `${size.join('x')}: ${a} / ${b}`;

describe('scikit-image', () => {
  test.each(cases.map((one) => [name(one), one] as const))('%s', { timeout: 2 * MINUTES }, (_name, one) => {
    const [width, height] = one.size;
    const a = picture(one.a, width, height);
    const b = picture(one.b, width, height);
    expect(sha256(Buffer.concat([a, b])), 'the pictures are not those that scikit-image saw').toBe(one.sha256);

    const found = compareRgb(a, b, width, height);
    expect(Math.abs(found.ssim - one.ssim)).toBeLessThanOrEqual(1e-9);
    const psnr = decibels(found.squaredError, a.length);
    if (one.psnr === null) expect(found).toMatchObject({ squaredError: 0, ssim: 1 });
    else expect(Math.abs(psnr - one.psnr)).toBeLessThanOrEqual(1e-6);
    expect([found.lumaSquaredError, found.lumaSsim], 'nobody asked for luma').toEqual([NaN, NaN]);

    for (const cpu of LEVELS) expect(compareRgb(a, b, width, height, { cpu }), cpu).toEqual(found);
  });

  test('sizes, goldens and equal pictures are among them', () => {
    expect(cases.length).toBeGreaterThan(150);
    expect(cases.filter(({ psnr }) => psnr === null).length).toBeGreaterThan(10);
    expect(cases.filter(({ a }) => a.startsWith('golden')).length).toBeGreaterThan(5);
  });
});

// More than 32 bits can count, in every sample and at every level.
test.each(LEVELS)('black against white, 3840x2160: %s', { timeout: 2 * MINUTES }, (cpu) => {
  const [width, height] = [3840, 2160];
  const black = new Uint8Array(width * height * 3);
  const { squaredError, ssim } = compareRgb(black, black.slice().fill(255), width, height, { cpu });
  expect(squaredError).toBe(255 ** 2 * width * height * 3);
  const c1 = (0.01 * 255) ** 2;
  expect(Math.abs(ssim - c1 / (255 ** 2 + c1))).toBeLessThanOrEqual(1e-9);
});

test('frames of one call are those of single calls, and counted', () => {
  const [width, height] = [65, 37];
  const as = ['noise 1', 'gradient', 'flat 9', 'noise 4'].map((recipe) => picture(recipe, width, height));
  const bs = ['noise 2', 'gradient', 'flat 7', 'checker 5'].map((recipe) => picture(recipe, width, height));
  const singles = as.map((a, i) => compareRgb(a, bs[i] as Uint8Array, width, height, { luma: 'bt601' }));
  const control = new Int32Array(new SharedArrayBuffer(8));
  const sides = { a: rgbSide(width, height, ...as), b: rgbSide(width, height, ...bs) };
  expect(compare({ ...sides, luma: 'bt601', control })).toEqual(singles);
  expect(Array.from(control)).toEqual([0, 4]);

  control[0] = 1;
  expect(() => compare({ ...sides, control })).toThrow(expect.objectContaining({ code: 'CANCELLED' }));
});

describe('drawn frames', () => {
  const golden = goldens.find((one) => one.name === 'odd_641x359_params.json') as (typeof goldens)[number];
  const frames = framesOf(golden.document, 2, 6);
  const drawn = [2, 3, 4, 5].map((index) => picture(`golden odd_641x359 ${index}`, 641, 359));

  test('are the frames that render draws', () => {
    const same = { squaredError: 0, ssim: 1, lumaSquaredError: 0, lumaSsim: 1 };
    const [left, right] = [frames, rgbSide(641, 359, ...drawn)];
    for (const [a, b] of [
      [left, right],
      [right, left],
      [left, left],
    ] as const) {
      expect(compare({ a, b, luma: 'bt709' })).toEqual([same, same, same, same]);
    }
  });

  test('differ as the drawn ones do', () => {
    const others = [drawn[3], drawn[2], drawn[1], drawn[0]] as Uint8Array[];
    const b = rgbSide(641, 359, ...others);
    expect(compare({ a: frames, b })).toEqual(compare({ a: rgbSide(641, 359, ...drawn), b }));
  });
});

describe('refused', () => {
  const noise = rgbSide(9, 8, picture('noise 1', 9, 8));
  const expectRefusal = (job: unknown, message = /^Expected .+ but received .+/s) => {
    const call = () => addon.compareFrames(job as CompareJob);
    expect(call).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(message) }),
    );
  };

  test.each([
    [6, 9],
    [9, 6],
    [6, 6],
    [1, 40],
    [40, 1],
    [1, 1],
  ])('%dx%d', (width, height) => {
    const side = rgbSide(width, height, picture('noise 1', width, height));
    const message = new RegExp(`^Expected .*7x7.* but received .*${width}x${height}`);
    expectRefusal({ a: side, b: side, cpu: BEST }, message);
    expectRefusal({ a: side, b: noise, cpu: BEST }, message);
  });

  test('other counts of frames', () => {
    const two = rgbSide(9, 8, noise.data, noise.data);
    expectRefusal({ a: noise, b: two, cpu: BEST });
    expectRefusal({ a: two, b: noise, cpu: BEST }, /^Expected .*frames.* received .*\b2\b.*\b1\b/);
  });

  const spoiled: [string, Partial<Record<keyof PixelFrames, unknown>>][] = [
    ['a byte too few', { data: noise.data.subarray(1) }],
    ['a byte too many', { data: new Uint8Array(noise.data.length + 1) }],
    ['no data', { data: undefined }],
    ['floats', { data: new Float64Array(noise.data.length) }],
    ['an array', { data: Array.from(noise.data) }],
    ['bytes of another format', { format: 'yuv420p' }],
    ['no such format', { format: 'rgb25' }],
    ['no format', { format: '' }],
    ['a format without samples', { format: 'vaapi' }],
    ['a number for a format', { format: 2 }],
    ['no frames', { frames: 0, data: new Uint8Array(0) }],
    ['part of a frame', { frames: 1.5 }],
    ['frames that overflow', { frames: 2 ** 31 }],
    ['a width of 0', { width: 0 }],
    ['a negative height', { height: -8 }],
    ['sides that overflow', { width: 2 ** 31 - 1, height: 2 ** 31 - 1 }],
    ['no such matrix', { matrix: 300 }],
    ['a negative matrix', { matrix: -1 }],
    ['a range that is no boolean', { fullRange: 'yes' }],
  ];
  test.each(spoiled)('%s', (_what, change) => {
    const side = { ...noise, ...change };
    expectRefusal({ a: side, b: noise, cpu: BEST });
    expectRefusal({ a: noise, b: side, cpu: BEST });
  });

  test.each<[string, object]>([
    ['a CPU level', { cpu: 'sse9' }],
    ['no CPU level', { cpu: undefined }],
    ['a luma', { luma: 'bt2020' }],
    ['a control', { control: new Uint8Array(8) }],
    ['a side', { b: undefined }],
    ['a side that is a number', { a: 7 }],
    ['a drawn frame', { a: { ...framesOf((goldens[0] as (typeof goldens)[number]).document, 0, 1), width: 0 } }],
  ])('%s', (_what, change) => expectRefusal({ a: noise, b: noise, cpu: BEST, ...change }));
});
