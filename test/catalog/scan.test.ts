// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { type RecordGroup, type ScanOptions, SEGMENTS } from '../../src/catalog/scan.js';
import { ExperimentsTable } from '../../src/catalog/table.js';
import { useStores } from '../support/stores.js';
import { expectNothingUnhandled, rejection } from '../support/unhandled.js';
import { BROKEN, DENIED, type DynamoDouble, dynamoDouble, THROTTLED } from './dynamo-double.js';
import { filledTable, item, realItems } from './items.js';

expectNothingUnhandled();
const stores = await useStores();

/** 40 experiments, each with three items of 3 KB. */
const IDS = Array.from({ length: 40 }, (_, i) => `exp_${i}`);
const filler = { B: new Uint8Array(3000) };
const { table } = await filledTable(
  stores,
  'groups',
  IDS.flatMap((id) => ['9', '10', '10.5'].map((timestamp) => item(id, timestamp, { filler }))),
);

async function scanned(from: ExperimentsTable, options?: ScanOptions): Promise<RecordGroup[]> {
  const groups: RecordGroup[] = [];
  for await (const group of from.groups(options)) groups.push(group);
  return groups;
}

const idsOf = (groups: readonly RecordGroup[]) => groups.map(({ id }) => id).sort();
const SORTED = IDS.toSorted();

/** A budget at which reading the table takes 26 pages and five seconds. */
const SLOW = { maxRcu: 10 };

/**
 * What was on its way is over, and nothing follows for two seconds. On a busy machine a request that the client had sent
 * may arrive here late, so `most` is what may be asked for: for each segment a page that is read and one read ahead.
 */
async function expectQuiet(double: DynamoDouble, most: number): Promise<void> {
  let seen = -1;
  await expect
    .poll(
      () => {
        const same = double.open === 0 && double.requests.length === seen;
        seen = double.requests.length;
        return same;
      },
      { interval: 2000 },
    )
    .toBe(true);
  expect(seen).toBeLessThanOrEqual(most);
}

describe('groups', () => {
  it('reads the real records as they are', async () => {
    const { table: real } = await filledTable(stores, 'real', realItems);
    const groups = await scanned(real);
    expect(groups).toHaveLength(60);
    for (const source of realItems) {
      const group = groups.find(({ id }) => id === source.experiment_id?.S);
      expect(group?.items).toMatchObject([
        { timestamp: source.timestamp?.N, status: source.status?.S, experiments: source.experiments?.S, faults: [] },
      ]);
    }
  });

  it.each([1, 4, 13])('gives each experiment once with all its items, over %i segments', async (segments) => {
    const groups = await scanned(table, { segments });
    expect(idsOf(groups)).toEqual(SORTED);
    for (const { items } of groups) expect(items.map(({ timestamp }) => timestamp)).toEqual(['10.5', '10', '9']);
  });

  it('does so over the small pages of a budget, and asks only for what it reads', async () => {
    await using double = await dynamoDouble(stores.dynamoUrl);
    const groups = await scanned(new ExperimentsTable('groups'), { segments: 4, maxRcu: 60 });
    expect(idsOf(groups)).toEqual(SORTED);
    expect(groups.every(({ items }) => items.length === 3)).toBe(true);
    const limits = double.requests.map(({ input }) => input.Limit as number);
    expect(limits.length).toBeGreaterThan(4);
    expect(Math.max(...limits)).toBeLessThan(60);
    for (const { operation, input } of double.requests) {
      expect(operation).toBe('Scan');
      expect(Object.values(input.ExpressionAttributeNames as object)).not.toContain('filler');
      expect(input).not.toHaveProperty('FilterExpression');
    }
  });

  it('goes on where it stood, and leaves out what is done', async () => {
    const before: RecordGroup[] = [];
    const from: (RecordGroup['position'] | undefined)[] = [undefined, undefined, undefined];
    for await (const group of table.groups({ segments: 3 })) {
      before.push(group);
      from[group.segment] = group.position;
      if (before.length === 17) break;
    }
    const rest = await scanned(table, { from });
    expect(idsOf([...before, ...rest])).toEqual(SORTED);
    expect(await scanned(table, { from: ['done', 'done', 'done'] })).toEqual([]);
  });

  it('stops with the reason of the signal', async () => {
    const stop = new AbortController();
    const reading = (async () => {
      for await (const _ of table.groups({ signal: stop.signal })) stop.abort('enough');
    })();
    expect(await rejection(reading)).toBe('enough');
    expect(await rejection(scanned(table, { signal: AbortSignal.abort('never') }))).toBe('never');
  });

  it('stops while AWS throttles', async () => {
    const stop = new AbortController();
    await using double = await dynamoDouble(stores.dynamoUrl, (_, count) => {
      if (count === 3) stop.abort('enough');
      return THROTTLED;
    });
    const reading = scanned(new ExperimentsTable('groups'), { segments: 1, signal: stop.signal });
    expect(await rejection(reading)).toBe('enough');
    await expectQuiet(double, 4);
  });

  it('asks for nothing more when the loop is left', async () => {
    await using double = await dynamoDouble(stores.dynamoUrl);
    for await (const _ of new ExperimentsTable('groups').groups(SLOW)) break;
    await expectQuiet(double, 2 * SEGMENTS);
  });

  it('bears throttling, failures and cut connections', async () => {
    await using double = await dynamoDouble(stores.dynamoUrl, (_, count) => {
      const fault = [THROTTLED, BROKEN, 'reset', undefined, 'lost answer', undefined, undefined] as const;
      return fault[count % fault.length];
    });
    const groups = await scanned(new ExperimentsTable('groups'), { segments: 8 });
    expect(idsOf(groups)).toEqual(SORTED);
    expect(double.requests.length).toBeGreaterThan(8);
  });

  it('ends with what AWS refuses', async () => {
    await using double = await dynamoDouble(stores.dynamoUrl, ({ input }) =>
      input.Segment === 1 ? DENIED : undefined,
    );
    expect(await rejection(scanned(new ExperimentsTable('groups'), SLOW))).toMatchObject({
      code: 'ACCESS_DENIED',
      message: 'Cannot read table groups: the credentials may not do that',
    });
    await expectQuiet(double, 2 * SEGMENTS);
  });
});
