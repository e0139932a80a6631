// SPDX-License-Identifier: Apache-2.0
// Means and extremes of one number a frame, against their definitions.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { distribution, psnrOf, psnrs } from '../../src/measure/statistics.js';

/** Squared errors a frame as frames have them: whole numbers, often none at all. */
const errors = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 255 * 255 * 48 })), {
  minLength: 1,
  maxLength: 40,
});
const SAMPLES = 48;
const decibels = (meanSquare: number) => 20 * Math.log10(255) - 10 * Math.log10(meanSquare);

test('PSNR of a frame', () => {
  expect(psnrOf(0, SAMPLES)).toBe(null);
  expect(psnrOf(255 * 255 * SAMPLES, SAMPLES)).toBe(0);
  expect(psnrOf(SAMPLES, SAMPLES)).toBeCloseTo(48.1308036, 7);
  // One sample of the largest frame there is, off by one.
  expect(psnrOf(1, 33.2e6 * 3)).toBeCloseTo(48.1308036 + 10 * Math.log10(99.6e6), 7);
});

test('frames, their mean, the least and the most, and all together', () => {
  fc.assert(
    fc.property(errors, (squares) => {
      const { perFrame, mean, min, max, pooled } = psnrs(squares, SAMPLES);
      const wanted = squares.map((square) => (square === 0 ? null : decibels(square / SAMPLES)));
      expect(perFrame.map((value) => value === null)).toEqual(wanted.map((value) => value === null));
      const finite = wanted.filter((value) => value !== null);
      for (const [i, value] of wanted.entries()) if (value !== null) expect(perFrame[i]).toBeCloseTo(value, 9);

      const total = squares.reduce((sum, square) => sum + square, 0);
      if (total === 0) expect(pooled).toBe(null);
      else expect(pooled).toBeCloseTo(decibels(total / SAMPLES / squares.length), 9);

      // One identical frame makes the mean infinite, and the most, but not the least.
      const some = finite.length > 0;
      if (some) expect(min).toBeCloseTo(Math.min(...finite), 9);
      else expect(min).toBe(null);
      const all = finite.length === squares.length;
      if (all) {
        expect(mean).toBeCloseTo(finite.reduce((sum, value) => sum + value, 0) / finite.length, 9);
        expect(max).toBeCloseTo(Math.max(...finite), 9);
        expect(pooled as number).toBeLessThanOrEqual((mean as number) + 1e-9);
      } else {
        expect([mean, max]).toEqual([null, null]);
      }
    }),
  );
});

test('any numbers at all', () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 });
  fc.assert(
    fc.property(fc.array(number, { minLength: 1 }), (values) => {
      const { mean, min, max, perFrame } = distribution(values);
      expect(perFrame).toEqual(values);
      expect(min).toBe(Math.min(...values));
      expect(max).toBe(Math.max(...values));
      // Rounding may take the mean of equal numbers past them by a little.
      const slack = 1e-9 * Math.max(1, ...values.map(Math.abs));
      expect(mean as number).toBeGreaterThanOrEqual((min as number) - slack);
      expect(mean as number).toBeLessThanOrEqual((max as number) + slack);
    }),
  );
});

test('of nothing there is nothing to say', () => {
  expect(distribution([])).toEqual({ mean: null, min: null, max: null, perFrame: [] });
});

test('what was not measured is null, and says nothing', () => {
  const { mean, min, max, perFrame } = distribution([Number.NaN, 2, Number.NaN, 4]);
  expect({ mean, min, max, perFrame }).toEqual({ mean: 3, min: 2, max: 4, perFrame: [null, 2, null, 4] });
  expect(distribution([Number.NaN])).toEqual({ mean: null, min: null, max: null, perFrame: [null] });
});

test('a quarter of a million frames', () => {
  const values = Array.from({ length: 250_000 }, (_, i) => i % 1000);
  expect(distribution(values)).toMatchObject({ mean: 499.5, min: 0, max: 999 });
  expect(psnrs(values, SAMPLES)).toMatchObject({ mean: null, max: null });
});
