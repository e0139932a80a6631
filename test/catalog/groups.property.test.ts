// SPDX-License-Identifier: Apache-2.0
// The scan's own part, over pages that are cut at every possible place.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KEY_ATTRIBUTES, recordOf } from '../../src/catalog/record.js';
import { type Page, type ReadPage, type RecordGroup, type ScanPosition, scanGroups } from '../../src/catalog/scan.js';
import { expectNothingUnhandled, rejection } from '../support/unhandled.js';
import { item } from './items.js';

expectNothingUnhandled();

interface Key {
  id: string;
  timestamp: number;
}

/** Segments as lists of keys; the items of one id stand together. */
const table = fc
  .array(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 6 }), { minLength: 1, maxLength: 4 })
  .map((segments) =>
    segments.map((sizes, segment) =>
      sizes.flatMap((size, group) =>
        Array.from({ length: size }, (_, i): Key => ({ id: `${segment}-${group}`, timestamp: i * 7 })),
      ),
    ),
  );

/** Pages of such lists; sizes are used in turn, and 0 makes an empty page in the middle. */
function pagesOf(segments: readonly Key[][], sizes: readonly number[]) {
  const ahead = segments.map(() => 0);
  let page = 0;
  const read: ReadPage = async ({ segment, segments: total, from, limit }): Promise<Page> => {
    expect(total).toBe(segments.length);
    const keys = segments[segment] as Key[];
    const start = from ? keys.findIndex(({ id, timestamp }) => isAt(from, id, timestamp)) + 1 : 0;
    const size = Math.min(sizes[page++ % sizes.length] as number, limit ?? Number.POSITIVE_INFINITY);
    ahead[segment] = (ahead[segment] ?? 0) + 1;
    if (page % 3 === 0) await new Promise(setImmediate);
    const records = keys.slice(start, start + size).map((key) => recordOf(item(key.id, key.timestamp), KEY_ATTRIBUTES));
    const last = records.at(-1);
    const next = last ? { experiment_id: last.id, timestamp: last.timestamp } : from;
    // As in DynamoDB, a page that ends with the segment may not know it yet.
    return { records, next: start + size > keys.length ? undefined : next, units: 1, scanned: records.length };
  };
  return { read, ahead };
}

const isAt = (position: ScanPosition, id: string, timestamp: number) =>
  position.experiment_id === id && position.timestamp === `${timestamp}`;

async function all(groups: AsyncIterable<RecordGroup>): Promise<RecordGroup[]> {
  const found: RecordGroup[] = [];
  for await (const group of groups) found.push(group);
  return found;
}

const bySegment = (groups: readonly RecordGroup[], segment: number) => groups.filter((g) => g.segment === segment);
const keysOf = (groups: readonly RecordGroup[]) =>
  groups.flatMap(({ id, items }) => items.toReversed().map(({ timestamp }) => ({ id, timestamp: Number(timestamp) })));
const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 });

describe('scanGroups', () => {
  it('gives every group once and whole, in order within its segment, newest item first', async () => {
    await fc.assert(
      fc.asyncProperty(table, sizes, async (segments, pages) => {
        const groups = await all(scanGroups(pagesOf(segments, pages).read, { segments: segments.length }));
        for (const [segment, keys] of segments.entries()) {
          const own = bySegment(groups, segment);
          expect(keysOf(own)).toEqual(keys);
          expect(new Set(own.map(({ id }) => id)).size).toBe(own.length);
          expect(own.map(({ position }) => position === 'done')).toEqual(own.map((_, i) => i === own.length - 1));
        }
      }),
    );
  });

  it('goes on exactly behind any group of each segment', async () => {
    await fc.assert(
      fc.asyncProperty(table, sizes, fc.array(fc.nat(6)), async (segments, pages, taken) => {
        const groups = await all(scanGroups(pagesOf(segments, pages).read, { segments: segments.length }));
        const first = segments.map((_, i) => bySegment(groups, i).slice(0, taken[i] ?? 0));
        const from = first.map((own) => own.at(-1)?.position);
        const kept = JSON.parse(JSON.stringify(from)).map((position: ScanPosition | null) => position ?? undefined);
        const rest = await all(scanGroups(pagesOf(segments, pages).read, { from: kept }));
        for (const [i, own] of first.entries()) {
          expect([...own, ...bySegment(rest, i)]).toEqual(bySegment(groups, i));
        }
      }),
    );
  });

  it('survives pages with nothing on them', async () => {
    const read: ReadPage = async ({ from }) => {
      const page = Number(from?.timestamp ?? 0);
      const records = page === 3 ? [recordOf(item('a', 1), KEY_ATTRIBUTES)] : [];
      const next = page < 6 ? { experiment_id: 'a', timestamp: `${page + 1}` } : undefined;
      return { records, next, units: 1, scanned: 0 };
    };
    expect(keysOf(await all(scanGroups(read, { segments: 1 })))).toEqual([{ id: 'a', timestamp: 1 }]);
  });

  it('reads at most one page ahead of what is used', async () => {
    const segments = [0, 1].map((s) => Array.from({ length: 20 }, (_, i) => ({ id: `${s}-${i}`, timestamp: 0 })));
    const { read, ahead } = pagesOf(segments, [1]);
    const used = [0, 0];
    for await (const { segment } of scanGroups(read, { segments: 2 })) {
      used[segment] = (used[segment] ?? 0) + 1;
      await new Promise((resolve) => setTimeout(resolve, 1));
      // The open group's page, the group that is used, and one ahead.
      for (const i of [0, 1]) expect(ahead[i]).toBeLessThanOrEqual((used[i] ?? 0) + 2);
    }
    expect(used).toEqual([20, 20]);
  });

  it('ends with the first failure, and the other segments stop', async () => {
    const stopped: number[] = [];
    const read: ReadPage = ({ segment }, signal) =>
      segment === 2
        ? Promise.reject(new Error('page'))
        : new Promise((_, reject) => {
            signal.addEventListener('abort', () => {
              stopped.push(segment);
              reject(signal.reason);
            });
          });
    expect(await rejection(all(scanGroups(read)))).toEqual(new Error('page'));
    expect(stopped).toEqual([0, 1, 3]);
  });

  it('bears failures of several segments while a group is used', async () => {
    const record = recordOf(item('a', 1), KEY_ATTRIBUTES);
    const read: ReadPage = async ({ segment }) => {
      if (segment > 0) {
        await new Promise(setImmediate);
        throw new Error('page');
      }
      return { records: [record], next: undefined, units: 1, scanned: 1 };
    };
    for await (const { id } of scanGroups(read)) {
      expect(id).toBe('a');
      await new Promise((resolve) => setTimeout(resolve, 5));
      break;
    }
  });

  it.each([{ segments: 0 }, { segments: 1.5 }, { segments: 1001 }, { segments: 2, from: ['done' as const] }])(
    'refuses %j',
    async (options) => {
      const failure = await rejection(all(scanGroups(() => expect.fail('read'), options)));
      expect(failure).toMatchObject({ code: 'INVALID_SETTING' });
    },
  );
});
