// SPDX-License-Identifier: Apache-2.0
// Two backfills of one table at once: in one process with two kilns, with one kiln, and in two processes.
import { expect, test } from 'vitest';
import { type TestStores, useBackfillStores } from '../support/backfill-stores.js';
import { backfill } from '../support/outcomes.js';
import { runScript } from '../support/process.js';
import { expectRecorded, type Item, record, smallDocument } from '../support/records.js';

const stores = await useBackfillStores();
const IDS = Array.from({ length: 16 }, (_, i) => `exp_${i}`);

/** Two of three have a video of their own, the others the same. */
const seedOf = (i: number) => (i % 3 === 0 ? 100 : i);
const DIFFERENT = new Set(IDS.map((_, i) => seedOf(i))).size;

async function opened(): Promise<{ here: TestStores; items: Item[] }> {
  const here = await stores.open();
  const items = IDS.map((id, i) => record(id, { parameters: smallDocument(seedOf(i)) }));
  await here.put(...items);
  return { here, items };
}

type Names = Record<string, string>;

/**
 * One of both did each experiment, and the other found it done. (Who records the very same link in the same millisecond
 * cannot be told from the other, and says that it did it too.)
 */
function expectShared(first: Names, second: Names): void {
  for (const id of IDS) {
    expect([first[id], second[id]], id).toContainEqual(expect.stringMatching(/^(regenerated|copied|relinked)$/));
  }
  const all = [...Object.values(first), ...Object.values(second)];
  expect(all).toHaveLength(2 * IDS.length);
  expect(all.filter((name) => !/^(current|regenerated|copied|relinked)$/.test(name))).toEqual([]);
  expect(all).toContain('current');
}

async function expectFinished(here: TestStores, items: Item[]): Promise<void> {
  const after = await here.items();
  const objects = await here.objects();
  expect(Object.keys(after)).toEqual(items.map((item) => `${item.experiment_id?.S} 1760000000`).sort());
  expect(Object.keys(objects)).toEqual(IDS.map((id) => `reconstructed/${id}.mp4`).sort());
  const kiln = here.kiln();
  for (const [i, item] of items.entries()) {
    const id = item.experiment_id?.S ?? '';
    const { bytes, metadata } = objects[`reconstructed/${id}.mp4`] ?? {};
    const { video, report } = await kiln.render(smallDocument(seedOf(i)));
    expect(bytes).toEqual(Buffer.from(video));
    const facts = { fingerprint: metadata?.fingerprint ?? '', digest: report.framesDigest };
    expectRecorded(item, after[`${id} 1760000000`], facts);
  }
  expect((await backfill(kiln)).summary.outcomes.current).toBe(IDS.length);
}

test('with two kilns', async () => {
  const { here, items } = await opened();
  const [first, second] = await Promise.all([backfill(here.kiln()), backfill(here.kiln())]);
  expectShared(first.names, second.names);
  await expectFinished(here, items);
});

test('with one kiln', async () => {
  const { here, items } = await opened();
  const kiln = here.kiln({ threads: 2 });
  stores.forgetRequests();
  const runs = await Promise.all([backfill(kiln), backfill(kiln)]);
  for (const { summary } of runs) expect(summary).toMatchObject({ experiments: IDS.length, outcomes: { failed: 0 } });
  // Each video is rendered once, whoever asked first.
  expect(stores.s3.requests.PutObject).toBe(DIFFERENT);
  await expectFinished(here, items);
});

test('in two processes', async () => {
  const { here, items } = await opened();
  const script = `
    import { createKiln } from 'framekiln';
    const names = {};
    const onOutcome = ({ experimentId, outcome }) => { names[experimentId] = outcome; };
    const kiln = createKiln({ threads: 1, table: '${here.table}', bucket: '${here.bucket}' });
    await kiln.backfill({ onOutcome });
    await kiln[Symbol.asyncDispose]();
    process.stdout.write(JSON.stringify(names));
  `;
  const ended = await Promise.all([runScript(script), runScript(script)]);
  const [first, second] = ended.map(({ code, stdout, stderr }) => {
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout.toString()) as Names;
  });
  expectShared(first ?? {}, second ?? {});
  await expectFinished(here, items);
});

test('with other settings each: the record says what the object is', async () => {
  const { here, items } = await opened();
  const kilns = [here.kiln(), here.kiln()];
  const settings = [{ crf: 20 }, { crf: 40 }];
  const runs = await Promise.all(kilns.map((kiln, i) => backfill(kiln, { settings: settings[i] })));
  // Who finds another video than it uploaded says so.
  const reasons = Object.keys({ ...runs[0]?.summary.reasons, ...runs[1]?.summary.reasons });
  expect(reasons.filter((reason) => reason !== 'failed STORE_FAILED')).toEqual([]);
  const after = await here.items();
  const objects = await here.objects();
  for (const item of items) {
    const id = item.experiment_id?.S ?? '';
    const { fingerprint = '', 'frames-digest': digest = '' } = objects[`reconstructed/${id}.mp4`]?.metadata ?? {};
    expectRecorded(item, after[`${id} 1760000000`], { fingerprint, digest });
  }
});

test('one experiment, asked for many times at once, is rendered once', async () => {
  const { here } = await opened();
  const kiln = here.kiln();
  stores.forgetRequests();
  const all = await Promise.all(Array.from({ length: 8 }, () => kiln.regenerate('exp_1')));
  expect(all.filter(({ outcome }) => outcome !== 'regenerated' && outcome !== 'current')).toEqual([]);
  expect(new Set(all.map(({ key }) => key))).toEqual(new Set(['reconstructed/exp_1.mp4']));
  expect(stores.s3.requests.PutObject).toBe(1);
});
