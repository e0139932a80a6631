// SPDX-License-Identifier: Apache-2.0
// A backfill that was interrupted goes on where it was.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BackfillOptions, Kiln } from 'framekiln';
import { expect, test } from 'vitest';
import { useBackfillStores } from '../support/backfill-stores.js';
import { temporaryFolder } from '../support/folder.js';
import { backfill, type Ran } from '../support/outcomes.js';
import { type Item, record, smallDocument } from '../support/records.js';

const stores = await useBackfillStores();
const folder = temporaryFolder();
let files = 0;
const newFile = () => join(folder, `checkpoint-${++files}.json`);

/** Many experiments, each with a video of its own. */
async function opened(count = 40) {
  const here = await stores.open();
  const ids = Array.from({ length: count }, (_, i) => `exp_${String(i).padStart(2, '0')}`);
  const document = (i: number) => smallDocument(i, { frames: 2, width: 8, height: 8 });
  const items: Item[] = ids.map((id, i) => record(id, { parameters: document(i) }));
  await here.put(...items);
  return { here, ids };
}

/** Runs it, and stops it after so many outcomes. */
async function interruptedAfter(count: number, kiln: Kiln, options: BackfillOptions): Promise<Ran> {
  const controller = new AbortController();
  let outcomes = 0;
  const onOutcome = () => {
    if (++outcomes === count) controller.abort(new Error('enough'));
  };
  return backfill(kiln, { ...options, onOutcome, signal: controller.signal });
}

test('interrupted again and again, each experiment is done once', async () => {
  const { here, ids } = await opened();
  const checkpoint = newFile();
  const regenerated: string[] = [];
  let visited = 0;
  for (let round = 0; ; round++) {
    // Nothing is left of an interrupted run but the stores and the file.
    const { summary, names } = await interruptedAfter(1, here.kiln(), { checkpoint, segments: 2 });
    visited += summary.experiments;
    regenerated.push(...ids.filter((id) => names[id] === 'regenerated'));
    expect(Object.values(names).filter((name) => name !== 'regenerated' && name !== 'current')).toEqual([]);
    expect(summary.dropped).toBe(0);
    expect(existsSync(checkpoint)).toBe(summary.interrupted);
    if (!summary.interrupted) break;
    expect(round).toBeLessThan(ids.length);
  }
  expect(regenerated.sort()).toEqual(ids);
  expect(visited).toBeLessThan(ids.length * 2);
  expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([]);
});

test('without an interruption there is nothing to keep', async () => {
  const { here, ids } = await opened(5);
  const kiln = here.kiln();
  const checkpoint = newFile();
  expect((await backfill(kiln, { checkpoint })).summary).toMatchObject({ experiments: ids.length, interrupted: false });
  expect(existsSync(checkpoint)).toBe(false);
});

test('a limit goes on behind what was taken', async () => {
  const { here, ids } = await opened(10);
  const kiln = here.kiln();
  const checkpoint = newFile();
  const taken: string[] = [];
  for (let i = 0; i < 3; i++) {
    taken.push(...Object.keys((await backfill(kiln, { checkpoint, limit: 4, segments: 1 })).names));
  }
  expect(taken.sort()).toEqual(ids);
  expect(existsSync(checkpoint)).toBe(false);
});

test('a dry run goes on there too, and leaves the file as it is', async () => {
  const { here, ids } = await opened(20);
  const kiln = here.kiln();
  const checkpoint = newFile();
  const options = { checkpoint, segments: 1 };
  await interruptedAfter(1, kiln, options);
  const text = readFileSync(checkpoint, 'utf8');
  const { names, summary } = await backfill(kiln, { ...options, dryRun: true });
  expect(summary.experiments).toBeLessThan(ids.length);
  expect(readFileSync(checkpoint, 'utf8')).toBe(text);
  await interruptedAfter(1, kiln, { ...options, dryRun: true });
  expect(readFileSync(checkpoint, 'utf8')).toBe(text);
  expect(Object.keys((await backfill(kiln, options)).names).sort()).toEqual(Object.keys(names).sort());

  const fresh = newFile();
  await backfill(kiln, { checkpoint: fresh, dryRun: true });
  expect(existsSync(fresh)).toBe(false);
});

test('that of another backfill is refused', async () => {
  const { here } = await opened(20);
  const kiln = here.kiln();
  const checkpoint = newFile();
  await interruptedAfter(1, kiln, { checkpoint });
  const text = readFileSync(checkpoint, 'utf8');
  const everything = await here.everything();
  const others: BackfillOptions[] = [
    ...[{ status: 'completed' }, { since: 5 }, { until: 1e10 }, { shard: { index: 0, count: 1 } }, { force: true }],
    ...[{ relink: true }, { recheck: true }, { settings: { crf: 30 } }, { segments: 7 }],
  ];
  for (const other of others) {
    await expect(kiln.backfill({ checkpoint, ...other }), JSON.stringify(other)).rejects.toMatchObject({
      ...{ code: 'INVALID_SETTING', setting: 'checkpoint', remedy: expect.stringContaining('--checkpoint') },
      message: expect.stringContaining('belongs to another backfill'),
    });
  }
  const elsewhere = (await opened(1)).here.kiln();
  await expect(elsewhere.backfill({ checkpoint })).rejects.toMatchObject({ code: 'INVALID_SETTING' });
  expect(readFileSync(checkpoint, 'utf8')).toBe(text);
  expect(await here.everything()).toEqual(everything);
});

test('one that is damaged is refused', async () => {
  const kiln = (await opened(1)).here.kiln();
  const damaged = [
    ...['', '{"framekiln":"checkpoint","job":"', '{"segments":[]}', 'null', '[]'],
    '{"framekiln":"checkpoint","job":"x","segments":[{"experiment_id":1}]}',
    '{"framekiln":"checkpoint","job":"x","segments":["begun"]}',
  ];
  for (const text of damaged) {
    const checkpoint = newFile();
    writeFileSync(checkpoint, text);
    await expect(kiln.backfill({ checkpoint }), text).rejects.toMatchObject({
      ...{ code: 'INVALID_SETTING', message: expect.stringContaining('is not a checkpoint') },
    });
    expect(readFileSync(checkpoint, 'utf8')).toBe(text);
  }
});

test('one that cannot be read, or written, is said', async () => {
  const kiln = (await opened(20)).here.kiln();
  const unreadable = kiln.backfill({ checkpoint: folder });
  await expect(unreadable).rejects.toMatchObject({
    code: 'INVALID_SETTING',
    message: expect.stringContaining('EISDIR'),
  });
  const unwritable = interruptedAfter(1, kiln, { checkpoint: join(folder, 'nowhere', 'file') });
  await expect(unwritable).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
});
