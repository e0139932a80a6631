// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matching, pageOf, SORTS, sorted, statusesOf } from '../../src/experiment/list-query.js';
import type { ExperimentSummary } from '../../src/experiment/summary.js';

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const number = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, noDefaultInfinity: true }));
const summary = fc
  .record({
    id: fc.oneof(fc.constantFrom('a', 'B', 'exp'), fc.string()),
    timestamp: fc.string(),
    createdAt: fc.integer({ min: 0, max: 5 }),
    status: optional(fc.constantFrom('completed', 'failed', '<script>')),
    approach: optional(fc.string()),
    bitrateMbps: optional(number),
    reductionPercent: optional(number),
    psnrDb: optional(fc.oneof(number, fc.constant(null))),
    ssim: optional(number),
    linkExpiresAt: optional(number),
    video: fc.constantFrom('stored' as const, 'missing' as const, 'none' as const),
  })
  .map((all) => all as unknown as ExperimentSummary);
const summaries = fc.array(summary, { maxLength: 60 });
const sort = fc.constantFrom(...SORTS);
const order = fc.constantFrom('asc' as const, 'desc' as const);

/** As a number to compare: infinite PSNR is the highest. */
const sortedBy = (one: ExperimentSummary, by: (typeof SORTS)[number]) => (one[by] === null ? Infinity : one[by]);

test('a sorted list has the same experiments, in order, those without a value last and equal ones as they were', () => {
  fc.assert(
    fc.property(summaries, sort, order, (list, by, direction) => {
      const result = sorted(list, by, direction);
      expect(new Set(result)).toEqual(new Set(list));
      for (const [i, one] of result.entries()) {
        const next = result[i + 1];
        if (!next) continue;
        const [a, b] = [sortedBy(one, by), sortedBy(next, by)];
        if (a === undefined) expect(b).toBeUndefined();
        else if (b !== undefined) {
          expect(direction === 'asc' ? a <= b : a >= b).toBe(true);
          if (a === b) expect(list.indexOf(one)).toBeLessThan(list.indexOf(next));
        }
        if (a === undefined) expect(list.indexOf(one)).toBeLessThan(list.indexOf(next));
      }
    }),
  );
});

test('pages follow one another without a gap or anything twice', () => {
  fc.assert(
    fc.property(summaries, fc.integer({ min: 1, max: 200 }), (list, limit) => {
      const { pages, total } = pageOf(list, { limit });
      const all = Array.from({ length: pages }, (_, i) => pageOf(list, { page: i + 1, limit }).experiments);
      expect(total).toBe(list.length);
      expect(all.flat()).toEqual(list);
      expect(all.every((page, i) => page.length === limit || i === pages - 1)).toBe(true);
      expect(pageOf(list, { page: pages + 1, limit }).experiments).toEqual([]);
    }),
  );
});

test('what is filtered is all that fits, and nothing else', () => {
  const query = fc.record(
    {
      q: fc.oneof(fc.constantFrom('', 'A', 'x'), fc.string()),
      status: fc.constantFrom('completed', '<script>', 'other'),
      video: fc.constantFrom('stored' as const, 'missing' as const, 'none' as const),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(summaries, query, (list, asked) => {
      const found = matching(list, asked);
      const { q, status, video } = asked;
      for (const one of list) {
        const text = [one.id, one.approach ?? ''].some((part) => part.toLowerCase().includes((q ?? '').toLowerCase()));
        const fits = text && (status ?? one.status) === one.status && (video ?? one.video) === one.video;
        expect(found.includes(one)).toBe(fits);
      }
    }),
  );
});

test('all statuses that occur, and not too many', () => {
  const of = (...statuses: string[]) => statusesOf(statuses.map((status) => ({ status }) as ExperimentSummary));
  expect(of('b', 'a', 'b')).toEqual(['a', 'b']);
  expect(of(...Array.from({ length: 5000 }, (_, i) => `${i}`))).toHaveLength(100);
});
