// SPDX-License-Identifier: Apache-2.0
// `framekiln verify` as a program: what it takes and refuses, prints, reports and exits with.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKiln } from 'framekiln';
import { expect, test } from 'vitest';
import type { VerifyOutcome, VerifySummary } from '../../src/backfill/verify-all.js';
import { scheduleDocument } from '../../src/document/assemble.js';
import { useBackfillStores } from '../support/backfill-stores.js';
import { temporaryFolder } from '../support/folder.js';
import { type Ended, framekiln, MAIN, start } from '../support/process.js';
import { type Item, NEURAL, record, scheduleEntry, smallDocument } from '../support/records.js';

const stores = await useBackfillStores();
const folder = temporaryFolder();
const DOCUMENT = join(folder, 'document.json');
writeFileSync(DOCUMENT, JSON.stringify(smallDocument(1)));

async function opened(...items: Item[]) {
  const here = await stores.open();
  await here.put(...items);
  const flags = ['--table', here.table, '--bucket', here.bucket, '--threads', '1'];
  const verify = (...args: string[]) => framekiln(['verify', ...flags, ...args], { cwd: folder });
  return { here, verify };
}

const linesOf = (path: string): VerifyOutcome[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const summaryOf = ({ stdout }: Ended): VerifySummary => JSON.parse(stdout.toString());

test('wrong use: exit code 2, a sentence, and nothing on standard output', async () => {
  const { verify } = await opened();
  const wrong: [args: string[], says: RegExp][] = [
    [[], /^framekiln: Expected an experiment id, a document or --all for verify but received nothing\n/],
    [['exp_1', '--all'], /^framekiln: Expected nothing beside --all for verify but received "exp_1"\n/],
    [['--all', '--document', DOCUMENT], /Expected nothing beside --all for --document but received/],
    [['--all', '--video', 'x.mp4'], /Expected nothing beside --all for --video but received "x\.mp4"\n/],
    [['--all', '--digest', 'd'], /Expected nothing beside --all for --digest but received "d"\n/],
    [['--all', '--limit', '0'], /for limit but received 0\n/],
    [['--all', '--max-rcu', 'x'], /Expected a number for --max-rcu but received "x"\n/],
    [['--all', '--segments', '0'], /for segments but received 0\n/],
    [['--all', '--report', join(folder, 'never', 'report')], /^framekiln: Cannot write the report .*ENOENT/],
    [['--all', '--table', 'elsewhere'], /no such table\n {2}Check --table/],
    [['--all', '--bucket', 'elsewhere'], /no such bucket\n {2}Check --bucket/],
    [['--all', '--resize'], /Expected nothing without --source for --resize but received true\n/],
    [['exp_1', '--resize'], /Expected nothing without --source for --resize but received true\n/],
    [[DOCUMENT, '--resize'], /Expected nothing with a document for --resize but received true\n/],
    [['exp_1', '--ids', 'a'], /Expected nothing without --all for --ids but received "a"\n/],
    [['exp_1', '--max-rcu', '5'], /Expected nothing without --all for --max-rcu but received "5"\n/],
    [['exp_1', '--digest', 'd'], /Expected nothing with an experiment id for --digest but received "d"\n/],
    [['exp_1', '--document', 'gone.json'], /^framekiln: Cannot read gone\.json: it does not exist\n/],
    [['exp_1'], /^framekiln: There is no experiment exp_1 in the table /],
    [['exp..1'], /^framekiln: Expected .* for experiment_id but received "exp\.\.1"\n/],
    [[DOCUMENT, '--source', 'schedule'], /Expected nothing with a document for --source but received "schedule"\n/],
    [[DOCUMENT, '--document', DOCUMENT], /Expected nothing with a document for --document but received/],
    [['gone.json'], /^framekiln: Cannot read gone\.json: it does not exist\n/],
    [['gone.json.gz'], /^framekiln: Cannot read gone\.json\.gz: it does not exist\n/],
    [['./gone'], /^framekiln: Cannot read \.\/gone: it does not exist\n/],
    [['exp_1', 'exp_2'], /too many arguments/],
  ];
  for (const [args, says] of wrong) {
    const ended = await verify(...args);
    expect(ended.stderr).toMatch(says);
    expect([args, ended.code, ended.stdout.toString()]).toEqual([args, 2, '']);
    expect(ended.stderr).not.toMatch(/^\s+at /m);
  }
  const json = await verify('exp_1', '--json');
  expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: 'EXPERIMENT_NOT_FOUND' } });
});

test('a file is a document, a folder is none; the environment alone asks for no --all', async () => {
  const { verify } = await opened();
  writeFileSync(join(folder, 'exp_9'), 'no JSON');
  mkdirSync(join(folder, 'exp_10'));
  const file = await verify('exp_9');
  expect([file.code, file.stderr]).toEqual([2, expect.stringContaining('The document is not JSON')]);
  const missing = expect.stringContaining('There is no experiment exp_10');
  expect((await verify('exp_10')).stderr).toEqual(missing);
  const { here } = await opened();
  const names = { FRAMEKILN_TABLE: here.table, FRAMEKILN_BUCKET: here.bucket };
  const env = { ...process.env, ...names, FRAMEKILN_SHARD: '0/2', FRAMEKILN_MAX_RCU: '9', FRAMEKILN_THREADS: '1' };
  expect((await framekiln(['verify', 'exp_10'], { env })).stderr).toEqual(missing);
});

test('--all of ids that are not there: they failed, and the report says so', async () => {
  const { verify } = await opened();
  const report = join(folder, 'report.jsonl');
  const ended = await verify('--all', '--ids', 'a,b', '--report', report);
  expect([ended.code, ended.stderr]).toEqual([1, '']);
  expect(ended.stdout.toString()).toMatch(
    new RegExp(
      `${['a', 'b'].map((id) => `${id}: unverifiable \\(EXPERIMENT_NOT_FOUND\\): .*\n`).join('')}` +
        '2 experiments in .*\n {2}unverifiable +2\n {4}failed +2 {3}2 EXPERIMENT_NOT_FOUND\n',
    ),
  );
  expect(linesOf(report)).toEqual(
    ['a', 'b'].map((experimentId) =>
      expect.objectContaining({ experimentId, verdict: 'unverifiable', failed: true, code: 'EXPERIMENT_NOT_FOUND' }),
    ),
  );
  const json = await verify('--all', '--ids', 'a,b', '--json');
  expect(summaryOf(json)).toMatchObject({ experiments: 2, failed: 2, interrupted: false });
  expect((await verify('--all', '--ids', 'a,b', '--quiet')).stdout.toString()).toMatch(/^2 experiments in /);
});

test('--all of nothing: nothing is wrong, and the older report goes', async () => {
  const { verify } = await opened(record('old', { status: 'failed' }));
  const report = join(folder, 'older.jsonl');
  writeFileSync(report, 'older');
  const refused = await verify('--all', '--table', 'elsewhere', '--report', report);
  expect([refused.code, readFileSync(report, 'utf8')]).toEqual([2, 'older']);
  const ended = await verify('--all', '--report', report, '--json');
  expect([ended.code, summaryOf(ended).experiments, linesOf(report)]).toEqual([0, 0, []]);
});

/** A clip of the default schedule as a record's metrics have it, and the bytes that the framework's writer made of it. */
async function clip(metrics = { resolution: '32x24', fps: 10, duration: 0.65 }) {
  await using kiln = createKiln({ threads: 1 });
  const { report } = await kiln.render(scheduleDocument(metrics), { asRecorded: true });
  return { ...metrics, file_size_bytes: report.bytes };
}

const withMetrics = (id: string, metrics: object): Item => record(id, { experiments: `[${scheduleEntry(metrics)}]` });

/** One of each verdict. */
async function oneOfEach() {
  const metrics = await clip();
  const bytes = metrics.file_size_bytes;
  const here = await opened(
    withMetrics('proven', metrics),
    withMetrics('different', { ...metrics, file_size_bytes: bytes + 1 }),
    record('consistent', { parameters: smallDocument(1), total_frames: 6 }),
    record('neural', { experiments: NEURAL }),
  );
  return { ...here, bytes };
}

test('one experiment: a table of its evidence, and an exit code', async () => {
  const { here, verify, bytes } = await oneOfEach();
  const everything = await here.everything();
  const said: [id: string, code: number, says: RegExp][] = [
    [
      'proven',
      0,
      new RegExp(`^proven: proven\nparameters: .*\n.*\n  file_size_bytes +${bytes} +${bytes} +equal \\(proof`),
    ],
    ['different', 1, new RegExp(`^different: different\n(.*\n)+  file_size_bytes +${bytes + 1} +${bytes} +different `)],
    ['consistent', 0, /^consistent: consistent\n(.*\n)+ {2}total_frames +6 +6 +equal /],
    ['neural', 1, /^neural: unverifiable \(not_procedural\): .*\n$/],
  ];
  for (const [id, code, says] of said) {
    const ended = await verify(id);
    expect([id, ended.code, ended.stderr]).toEqual([id, code, '']);
    expect(ended.stdout.toString()).toMatch(says);
  }
  const report = join(folder, 'one.jsonl');
  const json = await verify('proven', '--json', '--report', report);
  const verified = JSON.parse(json.stdout.toString());
  expect(verified).toMatchObject({ experimentId: 'proven', verdict: 'proven', source: 'default schedule' });
  expect(linesOf(report)).toEqual([verified]);
  expect(await here.everything()).toEqual(everything);
});

test('another document in the place of its own, and a video', async () => {
  const { verify } = await oneOfEach();
  writeFileSync(join(folder, 'longer.json'), JSON.stringify(smallDocument(1, { frames: 7 })));
  const other = await verify('consistent', '--document', 'longer.json');
  expect([other.code, other.stdout.toString()]).toEqual([1, expect.stringMatching(/ total_frames +6 +7 +different/)]);
  writeFileSync(join(folder, 'no.mp4'), 'no video');
  const ended = await verify('consistent', '--video', 'no.mp4');
  expect([ended.code, ended.stdout.toString()]).toEqual([2, '']);
  expect(ended.stderr).toMatch(/^framekiln: .*not a video/);
});

test('a document alone: against a digest, and a video', async () => {
  await using kiln = createKiln({ threads: 1 });
  const { report, video } = await kiln.render(smallDocument(1));
  const digest = report.framesDigest;
  writeFileSync(join(folder, 'video.mp4'), video);
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await framekiln(['verify', ...args], { cwd: folder });
    expect(stderr).toBe('');
    return [code, stdout.toString()];
  };
  const name = 'document.json';
  expect(await run(name, '--digest', digest)).toEqual([0, expect.stringMatching(/^document\.json: proven\n/)]);
  const other = digest.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
  expect(await run(name, '--digest', other)).toEqual([1, expect.stringMatching(/^document\.json: different\n/)]);
  expect(await run(name, '--digest', 'md5:0')).toEqual([1, expect.stringMatching(/: unverifiable\nnot checked:\n/)]);
  expect(await run(name, '--video', 'video.mp4')).toEqual([0, expect.stringMatching(/^document\.json: proven\n/)]);
  expect(await run(name)).toEqual([
    1,
    'document.json: unverifiable: nothing is recorded that it could be compared with\n',
  ]);
  const [code, json] = await run(name, '--digest', digest, '--json');
  expect([code, JSON.parse(String(json))]).toMatchObject([0, { verdict: 'proven', unchecked: [] }]);
});

test('--all: a line each, a report of all, and 1 unless all are proven or consistent', async () => {
  const { here, verify, bytes } = await oneOfEach();
  const everything = await here.everything();
  const report = join(folder, 'all.jsonl');
  const ended = await verify('--all', '--report', report);
  expect([ended.code, ended.stderr]).toEqual([1, '']);
  const text = ended.stdout.toString();
  expect(text).toContain(`proven: proven (file_size_bytes ${bytes} = ${bytes})\n`);
  expect(text).toContain(`different: different (file_size_bytes ${bytes + 1} != ${bytes})\n`);
  expect(text).toContain('consistent: consistent (total_frames 6 = 6)\n');
  expect(text).toContain('neural: unverifiable (not_procedural): ');
  expect(text).toMatch(/\n4 experiments in .*\n( {2}(proven|consistent|different|unverifiable) +1.*\n){4}$/);
  const lines = linesOf(report);
  expect(Object.fromEntries(lines.map(({ experimentId, verdict }) => [experimentId, verdict]))).toEqual({
    ...{ proven: 'proven', consistent: 'consistent', different: 'different', neural: 'unverifiable' },
  });
  expect(await verify('--all', '--ids', 'proven,consistent')).toMatchObject({ code: 0 });
  expect(await verify('--all', '--ids', 'proven,neural')).toMatchObject({ code: 1 });
  expect(await here.everything()).toEqual(everything);
});

test('--all with a source that nobody can read ends at once', async () => {
  const { verify } = await opened(
    ...Array.from({ length: 3 }, (_, i) => record(`${i}`, { parameters: smallDocument(i) })),
  );
  for (const source of ['gone.mp4', 's3://no', 's3://no-such-bucket/key']) {
    const ended = await verify('--all', '--source', source);
    expect([source, ended.code, ended.stdout.toString()]).toEqual([source, 2, '']);
    expect(ended.stderr).toMatch(/^framekiln: .+\n/);
  }
});

test('Ctrl-C: what was found so far is in the report and in the summary', async () => {
  const { here } = await opened();
  const metrics = await clip({ resolution: '320x240', fps: 20, duration: 2 });
  await here.put(...Array.from({ length: 60 }, (_, i) => withMetrics(`exp_${i}`, metrics)));
  const report = join(folder, 'interrupted.jsonl');
  const flags = ['--table', here.table, '--bucket', here.bucket, '--threads', '1', '--report', report];
  const { child, ended } = start(process.execPath, [MAIN, 'verify', '--all', ...flags]);
  const lines = () => (existsSync(report) ? linesOf(report).length : 0);
  await expect.poll(lines, { interval: 1, timeout: 30_000 }).toBeGreaterThanOrEqual(3);
  child.kill('SIGINT');
  const { code, stdout, stderr } = await ended;
  expect([code, stderr]).toEqual([130, 'framekiln: interrupted\n']);
  const found = linesOf(report);
  expect(found.length).toBeLessThan(60);
  expect(new Set(found.map(({ verdict }) => verdict))).toEqual(new Set(['proven']));
  const text = stdout.toString();
  expect(text.match(/^exp_\d+: proven/gm)).toHaveLength(found.length);
  expect(text).toMatch(
    new RegExp(`\n${found.length} experiments in .*\n  proven +${found.length}\nInterrupted: .*\n$`),
  );
});
