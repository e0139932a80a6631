// SPDX-License-Identifier: Apache-2.0
// Numbers, times and addresses of the pages.
import { expect, test } from 'vitest';
import { clock, expirySentence } from '../../src/browser/time-text.js';
import { bitRate, bytes, decibels, minute, percent, significant, span } from '../../src/http/pages/format.js';
import { listHref, pageNumbers, readListView } from '../../src/http/pages/list-query.js';

test('numbers keep what says something', () => {
  expect([0, 0.00012345, 0.5, 12.345, 1234.5, 15_000_000].map((n) => significant(n))).toEqual([
    '0',
    '0.000123',
    '0.5',
    '12.3',
    '1,235',
    '15,000,000',
  ]);
  expect([1e300, 1e-9, Number.NaN].map((n) => significant(n))).toEqual(['1.00e+300', '1.00e-9', 'NaN']);
  expect(significant(-50.3818, 6)).toBe('−50.3818');
  expect([99.954, 100, -12.34, 0, -188_850].map(percent)).toEqual(['99.95', '100.0', '−12.3', '0.0', '−188,850']);
  expect([decibels(null), decibels(41.257)]).toEqual(['∞', '41.26']);
  expect([999, 1000, 4_200_000, 5e15].map(bytes)).toEqual(['999 B', '1 kB', '4.2 MB', '5,000 TB']);
  expect(bitRate(40_123)).toBe('40.1 kbit/s');
});

test('times', () => {
  expect([0.4, 59, 60, 3599, 3600, 86_399, 86_400, 604_799].map(span)).toEqual([
    '0 s',
    '59 s',
    '1 min',
    '59 min',
    '1 h',
    '23 h 59 min',
    '1 day',
    '6 days 23 h',
  ]);
  expect(minute(1_760_000_000)).toBe('2025-10-09 08:53');
  expect(minute(1e15)).toBe('1000000000000000');
  expect([604_790, 590_000, 3700].map(expirySentence)).toEqual([
    'Link expires in 7 days.',
    'Link expires in 6 days 19 h.',
    'Link expires in 1 h 1 min.',
  ]);
  expect([0, 2.1, 59.999, 62.4].map(clock)).toEqual(['0:00.00', '0:02.10', '1:00.00', '1:02.40']);
});

test('an address is read and written again', () => {
  for (const href of ['/', '/?q=a+b&status=x%26y&video=none&sort=ssim&order=asc&page=3&limit=7']) {
    expect(listHref(readListView(new URL(href, 'http://x').searchParams))).toBe(href);
  }
  expect(pageNumbers(1, 1)).toEqual([1]);
  expect(pageNumbers(10, 20)).toEqual([1, 0, 8, 9, 10, 11, 12, 0, 20]);
  expect(pageNumbers(4, 20)).toEqual([1, 2, 3, 4, 5, 6, 0, 20]);
});
