// SPDX-License-Identifier: Apache-2.0
// Ctrl-C and SIGTERM in the middle of a backfill: what is in flight is finished, the report is whole, a rerun goes on.
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { useBackfillStores } from '../support/backfill-stores.js';
import { ENDLESS } from '../support/documents.js';
import { temporaryFolder } from '../support/folder.js';
import { MAIN, start } from '../support/process.js';
import { record, smallDocument } from '../support/records.js';

const stores = await useBackfillStores();
const folder = temporaryFolder();
const TMPDIR = join(folder, 'tmp');
mkdirSync(TMPDIR);

async function opened(documents: object[]) {
  const here = await stores.open();
  const ids = documents.map((_, i) => `exp_${i}`);
  await here.put(...ids.map((id, i) => record(id, { parameters: documents[i] })));
  const backfill = (...args: string[]) => {
    stores.forgetRequests();
    const flags = ['--table', here.table, '--bucket', here.bucket, '--threads', '1'];
    return start(process.execPath, [MAIN, 'backfill', ...flags, ...args], { env: { ...process.env, TMPDIR } });
  };
  return { here, ids, backfill };
}

const hasAsked = (operation: string, count: number) =>
  expect.poll(() => stores.s3.requests[operation] ?? 0, { interval: 5, timeout: 30_000 }).toBeGreaterThanOrEqual(count);

test.each(['SIGINT', 'SIGTERM'] as const)('%s', async (signal) => {
  const { here, ids, backfill } = await opened(Array.from({ length: 40 }, (_, i) => smallDocument(i, { frames: 20 })));
  const report = join(folder, `${signal}.ndjson`);
  const checkpoint = join(folder, `${signal}.json`);
  const { child, ended } = backfill('--report', report, '--checkpoint', checkpoint, '--segments', '1');
  await hasAsked('PutObject', 3);
  child.kill(signal);
  const first = await ended;
  expect([first.code, first.signal]).toEqual([130, null]);
  expect(first.stdout.toString()).toMatch(/^\d+ experiments in (.*\n)+Interrupted: run it again to go on\.\n$/);
  expect(first.stderr).toBe('framekiln: interrupted\n');
  const lines = readFileSync(report, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.length).toBeGreaterThanOrEqual(1);
  expect(lines.length).toBeLessThan(ids.length);
  expect(new Set(lines.map(({ outcome }) => outcome))).toEqual(new Set(['regenerated']));
  const items = await here.items();
  const recorded = ids.filter((id) => items[`${id} 1760000000`]?.reconstructed_at);
  expect(recorded).toEqual(ids.filter((id) => lines.some(({ experimentId }) => experimentId === id)));
  expect(existsSync(checkpoint)).toBe(true);

  const { code, stdout } = await backfill('--checkpoint', checkpoint, '--segments', '1', '--json').ended;
  const { outcomes } = JSON.parse(stdout.toString());
  expect([code, outcomes.regenerated, outcomes.failed]).toEqual([0, ids.length - recorded.length, 0]);
  expect(existsSync(checkpoint)).toBe(false);
  expect(Object.keys(await here.objects())).toHaveLength(ids.length);
});

test('a second one: at once', async () => {
  const { here, backfill } = await opened([ENDLESS, { ...ENDLESS, duration: 3000 }]);
  const everything = await here.everything();
  const { child, ended } = backfill();
  await hasAsked('HeadObject', 2);
  child.kill('SIGINT');
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ code: 130, signal: null, stderr: '' });
  expect((await ended).stdout.toString()).toBe('');
  expect(await here.everything()).toEqual(everything);
  expect(readdirSync(TMPDIR)).toEqual([]);
});

test('one before the first request is answered', async () => {
  const { here, backfill } = await opened([ENDLESS]);
  const everything = await here.everything();
  const { child, ended } = backfill('--json', '--quiet');
  await hasAsked('GetObject', 1);
  child.kill('SIGINT');
  const { code, stderr } = await ended;
  expect([code, JSON.parse(stderr)]).toEqual([130, { error: { code: 'INTERRUPTED' } }]);
  expect(await here.everything()).toEqual(everything);
});
