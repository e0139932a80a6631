// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactRate, recordedRate } from '../../src/document/rate.js';

const fraction = ({ num, den }: { num: number; den: number }) => `${num}/${den}`;

describe('exactRate', () => {
  it.each([
    [1, '1/1'],
    [24, '24/1'],
    [1000, '1000/1'],
    [23.976, '24000/1001'],
    [23.98, '24000/1001'],
    [23.97602, '24000/1001'],
    [29.97, '30000/1001'],
    [29.97003, '30000/1001'],
    [30000 / 1001, '30000/1001'],
    [30 / 1.001, '30000/1001'],
    [47.95, '48000/1001'],
    [59.94, '60000/1001'],
    [119.88, '120000/1001'],
    [239.76, '240000/1001'],
    [14.985, '15000/1001'],
    [29.971, '29971/1000'],
    [29.98, '1499/50'],
    [29.9, '299/10'],
    [29.5, '59/2'],
    [12.5, '25/2'],
    [33.3, '333/10'],
    [33.333, '33333/1000'],
    [100 / 3, '100/3'],
    [33.33333333, '100/3'],
    [9.99, '999/100'],
    [99.9, '999/10'],
    [249.75, '999/4'],
    [299.7, '2997/10'],
    [0.999, '999/1000'],
    [999.999, '999999/1000'],
    [0.5, '1/2'],
    [0.001, '1/1000'],
    [1 / 3, '1/3'],
  ])('%d is %s', (fps, rate) => {
    expect(fraction(exactRate(fps))).toBe(rate);
  });

  it('is a fraction of 32-bit integers in lowest terms, next to fps', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1000, noNaN: true }), (fps) => {
        const { num, den } = exactRate(fps);
        expect(Number.isInteger(num) && num >= 1 && num < 2 ** 31).toBe(true);
        expect(Number.isInteger(den) && den >= 1 && den <= 1_000_000).toBe(true);
        expect(num / den).toBeLessThanOrEqual(1000);
        expect(Math.abs(num / den - fps)).toBeLessThanOrEqual(den % 1001 === 0 ? 0.005 : 1e-6);
        let [a, b] = [num, den];
        while (b > 0) [a, b] = [b, a % b];
        expect(a).toBe(1);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes up to three decimals at their word, or as k x 1000/1001', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 0, max: 3 }), (digits, decimals) => {
        const fps = Number(`${digits}e-${decimals}`);
        fc.pre(fps >= 0.001 && fps <= 1000);
        const { num, den } = exactRate(fps);
        if (num / den !== fps) expect(num / den).toBe((Math.round(fps * 1.001) * 1000) / 1001);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('recordedRate', () => {
  it.each([
    [30, '30/1'],
    [29.97, '2997/100'],
    [23.976, '23976/1000'],
    [12.5, '125/10'],
    [0.001, '0/1'],
  ])('%d is %s', (fps, rate) => {
    expect(fraction(recordedRate(fps))).toBe(rate);
  });
});
