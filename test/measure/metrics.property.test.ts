// SPDX-License-Identifier: Apache-2.0
// SSIM and squared error of random pictures, against their definitions written down plainly.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { picture } from './pictures.js';
import { compareRgb, LEVELS } from './sides.js';

const WINDOW = 7;
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

/** SSIM of the window whose first sample is `start`. */
function windowSsim(a: Uint8Array, b: Uint8Array, start: number, width: number): number {
  let [sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0];
  for (let y = 0; y < WINDOW; y++) {
    for (let x = 0; x < WINDOW; x++) {
      const at = start + (y * width + x) * 3;
      const [va, vb] = [a[at] as number, b[at] as number];
      sumA += va;
      sumB += vb;
      squaresA += va * va;
      squaresB += vb * vb;
      products += va * vb;
    }
  }
  const count = WINDOW * WINDOW;
  const [meanA, meanB] = [sumA / count, sumB / count];
  // Sample (co)variance: divided by one less than the samples.
  const varianceA = (squaresA - sumA * meanA) / (count - 1);
  const varianceB = (squaresB - sumB * meanB) / (count - 1);
  const covariance = (products - sumA * meanB) / (count - 1);
  const luminance = (2 * meanA * meanB + C1) / (meanA * meanA + meanB * meanB + C1);
  return (luminance * (2 * covariance + C2)) / (varianceA + varianceB + C2);
}

/** Mean over every place where the window is inside, and over the channels. */
function plainSsim(a: Uint8Array, b: Uint8Array, width: number, height: number): number {
  let [sum, windows] = [0, 0];
  for (let y = 0; y + WINDOW <= height; y++) {
    for (let x = 0; x + WINDOW <= width; x++) {
      for (let channel = 0; channel < 3; channel++, windows++) {
        sum += windowSsim(a, b, (y * width + x) * 3 + channel, width);
      }
    }
  }
  return sum / windows;
}

const plainSquaredError = (a: Uint8Array, b: Uint8Array) =>
  a.reduce((sum, value, i) => sum + (value - (b[i] as number)) ** 2, 0);

const seed = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const drawing = fc.oneof(
  seed.map((n) => `noise ${n}`),
  seed.map((n) => `saturated ${n}`),
  fc.integer({ min: 0, max: 255 }).map((value) => `flat ${value}`),
  fc.integer({ min: 1, max: 9 }).map((cell) => `checker ${cell}`),
  fc.constant('gradient'),
);
const change = fc.oneof(
  fc.tuple(fc.constantFrom(1, 2, 10, 255), seed).map(([reach, n]) => ` | shake ${reach} ${n}`),
  fc.constantFrom(' | pixel', ' | invert', ''),
);
/** Two drawings, or a drawing and what became of it. */
const recipes = fc.oneof(
  fc.tuple(drawing, drawing),
  fc.tuple(drawing, change).map(([base, more]): [string, string] => [base, base + more]),
);
const width = fc.integer({ min: WINDOW, max: 40 });
const wider = fc.oneof({ weight: 4, arbitrary: width }, { weight: 1, arbitrary: fc.integer({ min: 41, max: 200 }) });

test('any pictures, at every level', { timeout: 5 * 60_000 }, () => {
  let different = 0;
  const holds = (size: [number, number], [first, second]: [string, string]) => {
    const a = picture(first, ...size);
    const b = picture(second, ...size);
    const [ssim, squaredError] = [plainSsim(a, b, ...size), plainSquaredError(a, b)];
    const found = LEVELS.map((cpu) => compareRgb(a, b, ...size, { cpu }));
    for (const numbers of found) expect(numbers).toEqual(found[0]);
    expect(found[0]?.squaredError).toBe(squaredError);
    expect(Math.abs((found[0]?.ssim as number) - ssim)).toBeLessThanOrEqual(1e-9);
    expect(compareRgb(b, a, ...size), 'the other way round').toEqual(found[0]);
    if (squaredError > 0) different++;
    else expect(found[0]?.ssim).toBe(1);
  };
  fc.assert(fc.property(fc.tuple(wider, width), recipes, holds), { numRuns: 300 });
  expect(different).toBeGreaterThan(100);
});

test('a picture is itself', () => {
  fc.assert(
    fc.property(fc.tuple(wider, width), drawing, change, (size, base, more) => {
      const a = picture(base + more, ...size);
      for (const cpu of LEVELS) {
        const numbers = compareRgb(a, a.slice(), ...size, { cpu, luma: 'bt709' });
        expect(numbers).toMatchObject({ squaredError: 0, ssim: 1, lumaSquaredError: 0 });
        // Below 8 samples FFmpeg's filter has no window.
        expect(numbers.lumaSsim).toBe(Math.min(...size) < 8 ? NaN : 1);
      }
    }),
    { numRuns: 100 },
  );
});
