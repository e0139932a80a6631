// SPDX-License-Identifier: Apache-2.0
// Which experiments a backfill takes.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkScan, checkSelection, inShard, type Selection } from '../../src/backfill/select.js';
import { useBackfillStores } from '../support/backfill-stores.js';
import { backfill } from '../support/outcomes.js';
import { record, smallDocument } from '../support/records.js';

const stores = await useBackfillStores();

describe('a table', async () => {
  const here = await stores.open();
  const at = (id: string, timestamp: string, status = 'completed') =>
    record(id, { status, parameters: smallDocument(Math.trunc(Number(timestamp))) }, timestamp);
  await here.put(at('a', '10'), at('b', '20'), at('c', '30.5'), at('d', '40'), at('e', '25', 'failed'));
  await here.put(record('no_status', { parameters: smallDocument(1), status: 7 }, '50'), record('neural', {}, '60'));

  /** What would be done, of which experiments. */
  async function taken(selection: Selection): Promise<string[]> {
    const { names } = await backfill(here.kiln(), { ...selection, dryRun: true });
    return Object.keys(names).sort();
  }

  test.each<[Selection, string[]]>([
    [{ status: 'any' }, ['a', 'b', 'c', 'd', 'e', 'neural', 'no_status']],
    [{}, ['a', 'b', 'c', 'd', 'neural']],
    [{ status: 'completed' }, ['a', 'b', 'c', 'd', 'neural']],
    [{ status: 'failed' }, ['e']],
    [{ status: 'unheard of' }, []],
    [{ status: 'any', since: 20, until: 40 }, ['b', 'c', 'e']],
    [{ since: 30.6, until: 1e10 }, ['d', 'neural']],
    [{ until: 10 }, []],
    [{ ids: ['c', 'a', 'c', 'e'] }, ['a', 'c', 'e']],
    [{ ids: ['a', 'e', 'no_status'], status: 'completed' }, ['a']],
    [{ ids: ['a', 'b', 'd'], since: 20, until: 40 }, ['b']],
    [{ ids: [] }, []],
  ])('%o', async (selection, wanted) => {
    expect(await taken(selection)).toEqual(wanted);
  });

  test('ids that are not there, or could not be, each have their outcome', async () => {
    const { names, outcomes } = await backfill(here.kiln(), {
      ids: ['a', 'unknown', '../x', 'tab\t', ''],
      dryRun: true,
    });
    expect(names).toEqual({
      a: 'planned',
      unknown: 'not_found',
      '../x': 'invalid_id',
      'tab\t': 'invalid_id',
      '': 'invalid_id',
    });
    expect(outcomes.unknown).toMatchObject({ outcome: 'not_regenerable', message: 'No item of the table has this id' });
    expect(outcomes.unknown).not.toHaveProperty('timestamp');
  });

  test('a limit takes so many, no more, from a scan and from ids', async () => {
    expect(await taken({ limit: 3 })).toHaveLength(3);
    expect(await taken({ limit: 100 })).toHaveLength(5);
    expect(await taken({ limit: 2, ids: ['e', 'a', 'b', 'c'], status: 'completed' })).toEqual(['a', 'b']);
  });

  test('shards take every experiment once, also of ids', async () => {
    for (const ids of [undefined, ['a', 'b', 'c', 'd', 'e', 'unknown']]) {
      const parts = [];
      for (const index of [0, 1, 2]) parts.push(...(await taken({ shard: { index, count: 3 }, ids })));
      expect(parts.sort()).toEqual(await taken({ ids }));
    }
  });
});

test('shards share any ids evenly, and each id has one', () => {
  const shards = fc.tuple(
    fc.integer({ min: 1, max: 50 }),
    fc.uniqueArray(fc.string({ unit: 'grapheme' }), { maxLength: 60 }),
  );
  fc.assert(
    fc.property(shards, ([count, ids]) => {
      for (const id of ids) {
        const ours = Array.from({ length: count }, (_, index) => inShard(id, { index, count })).filter(Boolean);
        expect(ours).toHaveLength(1);
      }
    }),
    { numRuns: 50 },
  );
  const counts = Array.from({ length: 8 }, (_, index) => {
    return Array.from({ length: 8000 }, (_, i) => `proc_exp_${i}`).filter((id) => inShard(id, { index, count: 8 }))
      .length;
  });
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
});

test.each<[object, string]>([
  [{ since: Number.NaN }, 'since'],
  [{ until: Infinity }, 'until'],
  [{ since: 5, until: 5 }, 'until'],
  [{ limit: 0 }, 'limit'],
  [{ limit: 1.5 }, 'limit'],
  [{ shard: { index: 4, count: 4 } }, 'shard.index'],
  [{ shard: { index: -1, count: 4 } }, 'shard.index'],
  [{ shard: { index: 0, count: 0 } }, 'shard.count'],
  [{ shard: { index: 0, count: 1e9 } }, 'shard.count'],
  [{ segments: 0 }, 'segments'],
  [{ segments: 1e9 }, 'segments'],
  [{ segments: 2.5 }, 'segments'],
  [{ ids: ['a'], checkpoint: 'file' }, 'checkpoint'],
])('%o is refused', async (options, setting) => {
  const refused = expect.objectContaining({ name: 'FramekilnError', code: 'INVALID_SETTING', setting });
  const check = () => {
    checkSelection(options);
    checkScan(options);
  };
  expect(check).toThrow(refused);
});
