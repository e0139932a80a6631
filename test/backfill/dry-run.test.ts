// SPDX-License-Identifier: Apache-2.0
// A dry run finds out what would be done, and what it would take; it writes nothing.
import { expect, test } from 'vitest';
import { useBackfillStores } from '../support/backfill-stores.js';
import { backfill } from '../support/outcomes.js';
import { entry, NEURAL, record, smallDocument } from '../support/records.js';

const stores = await useBackfillStores();

async function opened() {
  const here = await stores.open();
  const kiln = here.kiln({ threads: 2 });
  await here.put(
    record('done', { parameters: smallDocument(1) }),
    record('dead_link', { parameters: smallDocument(2) }),
    record('unrecorded', { parameters: smallDocument(3) }),
  );
  await backfill(kiln);
  const items = await here.items();
  await here.put({ ...items['dead_link 1760000000'], video_expires_at: { N: '1' } } as (typeof items)[string]);
  await here.put(
    record('unrecorded', { parameters: smallDocument(3) }),
    record('inline', { parameters: smallDocument(4) }),
    record('same', { experiments: `[${entry({ parameters: smallDocument(4) })}]` }),
    record('stored'),
    record('broken', { parameters: '{}' }),
    record('neural', { experiments: NEURAL }),
    record('a/b'),
  );
  await here.putObject('parameters/stored.json', JSON.stringify(smallDocument(5, { width: 64, frames: 40 })));
  return { here, kiln };
}

const ALL = {
  ...{ done: 'current', dead_link: 'current', unrecorded: 'current', inline: 'planned', same: 'planned' },
  ...{ stored: 'planned', broken: 'INVALID_DOCUMENT', neural: 'not_procedural', 'a/b': 'invalid_id' },
};

test('what would be done', async () => {
  const { here, kiln } = await opened();
  const everything = await here.everything();
  stores.forgetRequests();
  const { summary, names, outcomes } = await backfill(kiln, { dryRun: true });
  expect(names).toEqual(ALL);
  expect(outcomes.stored).toEqual({
    ...{ experimentId: 'stored', timestamp: '1760000000', outcome: 'planned', source: 's3 parameters/stored.json' },
    ...{ key: 'reconstructed/stored.mp4', fingerprint: expect.any(String), frames: 40 },
  });
  const { estimate, outcomes: counts, frames, bytes } = summary;
  expect([counts.planned, frames, bytes]).toEqual([3, 0, 0]);
  expect(estimate).toMatchObject({ videos: 2, copies: 1, frames: 46, megapixels: (40 * 64 * 24 + 6 * 32 * 24) / 1e6 });
  for (const number of [estimate?.seconds, estimate?.gigabytes, estimate?.usdPerMonth, estimate?.usdOnce]) {
    expect(number).toBeGreaterThan(0);
    expect(number).toBeLessThan(1);
  }
  expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
  expect(await here.everything()).toEqual(everything);
  expect(Object.keys(stores.s3.requests).sort()).toEqual(['GetObject', 'HeadObject']);
  expect(Object.keys(stores.dynamoDb.requests).sort()).toEqual(['DescribeTable', 'Scan']);
});

test('the bytes that it foretells are those that come', async () => {
  const { kiln } = await opened();
  const { estimate } = (await backfill(kiln, { dryRun: true, ids: ['inline', 'same'] })).summary;
  const { bytes } = (await backfill(kiln, { ids: ['inline', 'same'] })).summary;
  // All six frames were measured.
  expect((estimate?.gigabytes ?? 0) * 1e9).toBeCloseTo(bytes);
});

test.each([{ relink: true }, { force: true }, { recheck: true }])('with %o', async (options) => {
  const { here, kiln } = await opened();
  const everything = await here.everything();
  const { names, summary } = await backfill(kiln, { ...options, dryRun: true });
  const there = { done: 'planned', dead_link: 'planned', unrecorded: 'planned' };
  const gone = { inline: 'no_video', same: 'no_video', stored: 'no_video', broken: 'no_video', neural: 'no_video' };
  const wanted = 'relink' in options ? { ...ALL, ...there, ...gone } : 'force' in options ? { ...ALL, ...there } : ALL;
  expect(names).toEqual(wanted);
  expect(summary.estimate?.videos).toBe('relink' in options ? 0 : 'force' in options ? 5 : 2);
  expect(await here.everything()).toEqual(everything);
});

test('where there is nothing to do, there is nothing to measure', async () => {
  const here = await stores.open();
  const { summary } = await backfill(here.kiln(), { dryRun: true });
  const none = { videos: 0, copies: 0, frames: 0, megapixels: 0 };
  expect(summary).toMatchObject({ experiments: 0, interrupted: false, estimate: none });
  expect(summary.estimate?.seconds).toBeUndefined();
});
