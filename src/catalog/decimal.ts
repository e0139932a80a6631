// SPDX-License-Identifier: Apache-2.0

/**
 * Compares two numbers as DynamoDB writes them: up to 38 digits, of which a double holds 16.
 * @returns below zero when `a` is smaller, above when it is larger, 0 when they are equal
 */
export function compareDecimals(a: string, b: string): number {
  const x = decimal(a);
  const y = decimal(b);
  if (x.sign !== y.sign) return x.sign - y.sign;
  const byDigits = x.digits < y.digits ? -1 : Number(x.digits > y.digits);
  return x.sign * (x.exponent - y.exponent || byDigits);
}

/** The number is sign * 0.digits * 10^exponent; digits neither begin nor end with 0. */
function decimal(text: string): { sign: number; exponent: number; digits: string } {
  const [, minus, whole = '', fraction = '', exponent = '0'] =
    /^([-+]?)(\d*)\.?(\d*)(?:e([-+]?\d+))?$/i.exec(text) ?? [];
  const padded = (whole + fraction).replace(/0+$/, '');
  const digits = padded.replace(/^0+/, '');
  if (digits === '') return { sign: 0, exponent: 0, digits };
  const leadingZeros = padded.length - digits.length;
  return { sign: minus === '-' ? -1 : 1, exponent: whole.length - leadingZeros + Number(exponent), digits };
}
