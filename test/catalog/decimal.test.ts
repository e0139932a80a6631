// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareDecimals } from '../../src/catalog/decimal.js';

describe('compareDecimals', () => {
  it.each([
    ['1760577415', '1760577416'],
    ['999', '1000'],
    ['1760577415.1234567890123456788', '1760577415.1234567890123456789'],
    ['12345678901234567890123456789012345677', '12345678901234567890123456789012345678'],
    ['-2', '-1'],
    ['-1', '0'],
    ['-0.5', '0.25'],
    ['0.09', '0.1'],
    ['9e99', '1E+100'],
    ['1E-130', '0.1'],
  ])('%s is below %s', (smaller, larger) => {
    expect(compareDecimals(smaller, larger)).toBeLessThan(0);
    expect(compareDecimals(larger, smaller)).toBeGreaterThan(0);
  });

  it.each([
    ['0', '-0.00'],
    ['1', '+01.0'],
    ['100', '1e2'],
    ['0.001', '1E-3'],
    ['.5', '5e-1'],
  ])('%s equals %s', (a, b) => expect(compareDecimals(a, b)).toBe(0));

  it('orders as integers of any length do', () => {
    const scale = 19;
    const digits = fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n });
    const decimal = (value: bigint) => {
      const text = `${value < 0 ? -value : value}`.padStart(scale + 1, '0');
      return `${value < 0 ? '-' : ''}${text.slice(0, -scale)}.${text.slice(-scale)}`;
    };
    fc.assert(
      fc.property(digits, fc.oneof(digits, fc.bigInt({ min: -3n, max: 3n })), (a, b) => {
        expect(Math.sign(compareDecimals(decimal(a), decimal(b))) === (a < b ? -1 : Number(a > b))).toBe(true);
      }),
    );
  });
});
