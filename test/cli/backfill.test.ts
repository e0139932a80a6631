// SPDX-License-Identifier: Apache-2.0
// `framekiln backfill` as a program: what it prints, reports and exits with.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BackfillSummary, Outcome } from 'framekiln';
import { expect, test } from 'vitest';
import { useBackfillStores } from '../support/backfill-stores.js';
import { temporaryFolder } from '../support/folder.js';
import { type Ended, framekiln } from '../support/process.js';
import { type Item, NEURAL, record, scheduleEntry, smallDocument } from '../support/records.js';

const stores = await useBackfillStores();
const folder = temporaryFolder();
const HOSTILE = 'bell\x07\x1b[2J\u202e';

const experiments = (): Item[] => [
  record('good', { parameters: smallDocument(1) }),
  record('twin', { parameters: smallDocument(1) }),
  record('broken', { parameters: '{"version": "0.9"}' }),
  record('neural', { experiments: NEURAL }),
  record('cut', { experiments: '[{\x1b[2J', parameters: smallDocument(2) }),
  record(HOSTILE, { parameters: smallDocument(3) }),
  record('failed', { status: 'failed', parameters: smallDocument(4) }),
  record('signed', { parameters: 7, parameters_s3_key: 'https://x/?X-Amz-Signature=secret' }),
];
/** Too large for a link: it fails, and goes on failing. */
const FULL = record('full', { parameters: smallDocument(9), filling: 'x'.repeat(409_600 - 2200) });

async function opened(...items: Item[]) {
  const here = await stores.open();
  await here.put(...items);
  const flags = ['--table', here.table, '--bucket', here.bucket];
  return { here, flags, backfill: (...args: string[]) => framekiln(['backfill', ...flags, ...args]) };
}

const summaryOf = ({ stdout }: Ended): BackfillSummary => JSON.parse(stdout.toString());
const reportOf = (path: string): Outcome[] => {
  const text = readFileSync(path, 'utf8');
  expect(text).not.toMatch(/X-Amz-(Signature|Credential)/i);
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
};

/** Nothing that could drive a terminal, and nobody's access. */
function expectHarmless({ stdout, stderr }: Ended): void {
  for (const text of [stdout.toString(), stderr]) {
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u);
    expect(text).not.toMatch(/X-Amz|S3RVER|secret/i);
  }
}

test('a whole run, for people', async () => {
  const { backfill } = await opened(...experiments());
  const report = join(folder, 'report.ndjson');
  const ended = await backfill('--report', report, '--threads', '1');
  expect([ended.code, ended.signal]).toEqual([0, null]);
  expectHarmless(ended);
  expect(ended.stdout.toString()).toMatch(
    new RegExp(
      [
        '^7 experiments in \\d+\\.\\d s; 12 frames rendered \\(\\d+ frames/s\\), \\d+\\.\\d kB',
        '  regenerated            2',
        '  copied                 1',
        '  not regenerable        3   [12] \\w+, [12] \\w+(, 1 \\w+)?',
        '  invalid document       1   1 INVALID_DOCUMENT',
        '(warning: Expected .*\n)+drawn by cpu-\\w+, encoded by libx264 \\(.+\\)\n$',
      ].join('\n'),
    ),
  );
  expect(ended.stderr).toMatch(/^broken: invalid document \(INVALID_DOCUMENT\): Expected "1\.0" for \/version .*\n$/);
  const lines = reportOf(report);
  expect(Object.fromEntries(lines.map(({ experimentId, outcome, code }) => [experimentId, code ?? outcome]))).toEqual({
    ...{ good: expect.stringMatching(/regenerated|copied/), twin: expect.stringMatching(/regenerated|copied/) },
    ...{ broken: 'INVALID_DOCUMENT', neural: 'not_procedural', cut: 'regenerated', [HOSTILE]: 'invalid_id' },
    signed: 'no_parameters',
  });
  expect(lines).toHaveLength(7);
  const cut = lines.find(({ experimentId }) => experimentId === 'cut');
  expect(cut).toMatchObject({
    ...{ frames: 6, bytes: expect.any(Number), source: 'parameters', key: 'reconstructed/cut.mp4' },
    ...{ fingerprint: expect.any(String), framesDigest: expect.any(String), linkExpiresAt: expect.any(Number) },
    seconds: {
      find: expect.any(Number),
      render: expect.any(Number),
      store: expect.any(Number),
      record: expect.any(Number),
    },
  });
});

test('for programs, and once more', async () => {
  const { here, backfill } = await opened(...experiments());
  const first = await backfill('--json', '--status', 'any');
  expectHarmless(first);
  expect(summaryOf(first)).toMatchObject({
    experiments: 8,
    outcomes: { regenerated: 3, copied: 1, invalid_document: 1 },
  });
  const everything = await here.everything();
  const [again, dry] = [
    await backfill('--json', '--quiet'),
    await backfill('--json', '--dry-run', '--force', '--quiet'),
  ];
  expect(again.stderr + dry.stderr).toBe('');
  expect([first.code, again.code, dry.code]).toEqual([0, 0, 0]);
  expect(summaryOf(again)).toMatchObject({ experiments: 7, outcomes: { regenerated: 0, current: 3 } });
  expect(summaryOf(dry)).toMatchObject({ outcomes: { planned: 3 }, estimate: { videos: 2, copies: 1, frames: 12 } });
  expect(await here.everything()).toEqual(everything);
});

test('what failed makes the exit code 1, and is retried from the report', async () => {
  const { here, backfill } = await opened(record('good', { parameters: smallDocument(1) }), FULL);
  const report = join(folder, 'failed.ndjson');
  const first = await backfill('--report', report);
  expect([first.code, summaryTextOf(first)]).toEqual([1, expect.stringContaining('1 RECORD_TOO_LARGE')]);
  expect(first.stderr).toMatch(/^full: failed \(RECORD_TOO_LARGE\): .*parameters_s3_key\.\n$/);
  expectHarmless(first);
  const text = readFileSync(report, 'utf8');

  // A run that cannot begin does not lose the list.
  const lost = await backfill('--retry-failed', report, '--report', report, '--bucket', 'elsewhere');
  expect([lost.code, readFileSync(report, 'utf8')]).toEqual([2, text]);

  const { filling: _, ...room } = FULL;
  await here.put(room);
  const second = await backfill('--retry-failed', report, '--report', report, '--json');
  expect([second.code, summaryOf(second).experiments]).toEqual([0, 1]);
  expect(reportOf(report).map(({ experimentId, outcome }) => [experimentId, outcome])).toEqual([['full', 'relinked']]);

  const third = await backfill('--retry-failed', report, '--report', report, '--json');
  expect([third.code, summaryOf(third).experiments, readFileSync(report, 'utf8')]).toEqual([0, 0, '']);
});

const summaryTextOf = ({ stdout }: Ended): string => stdout.toString();

test('table and bucket from the environment; flags come first', async () => {
  const { here, flags } = await opened(record('good', { parameters: smallDocument(1) }));
  const names = { FRAMEKILN_TABLE: here.table, FRAMEKILN_BUCKET: here.bucket };
  const misleading = { FRAMEKILN_TABLE: 'elsewhere', FRAMEKILN_BUCKET: 'elsewhere' };
  const [dry, wet] = [
    await framekiln(['backfill', '--dry-run', '--json'], { env: { ...process.env, ...names, FRAMEKILN_CRF: '40' } }),
    await framekiln(['backfill', ...flags, '--json'], { env: { ...process.env, ...misleading } }),
  ];
  expect([dry.code, wet.code]).toEqual([0, 0]);
  expect([summaryOf(dry).outcomes.planned, summaryOf(wet).outcomes.regenerated]).toEqual([1, 1]);
  const shard = { ...process.env, ...names, FRAMEKILN_SHARD: '1/2' };
  const parts = [
    await framekiln(['backfill', '--json'], { env: shard }),
    await framekiln(['backfill', '--json', '--shard', '0/2'], { env: shard }),
  ];
  expect(parts.map((part) => summaryOf(part).experiments).sort()).toEqual([0, 1]);
});

test('wrong use and stores that are not there: exit code 2, a sentence and what to do', async () => {
  const { flags, backfill } = await opened();
  const report = join(folder, 'never', 'report');
  const bare = (...args: string[]) => framekiln(['backfill', ...args]);
  const wrong: [run: () => Promise<Ended>, says: RegExp][] = [
    [
      () => bare(),
      /^framekiln: Expected the name of a DynamoDB table .* received nothing\n {2}Give --table, set FRAMEKILN_TABLE/,
    ],
    [
      () => bare(...flags.slice(0, 2)),
      /^framekiln: Expected the name of an S3 bucket .*\n {2}Give --bucket, set FRAMEKILN_BUCKET/,
    ],
    [() => backfill('--table', 'elsewhere'), /no such table\n {2}Check --table/],
    [() => backfill('--bucket', 'elsewhere'), /no such bucket\n {2}Check --bucket/],
    [() => backfill('--crf', '0'), /Expected a number from 1 to 51 .* for crf but received 0\n/],
    [() => backfill('--crf', 'x'), /Expected a number for --crf but received "x"\n/],
    [() => backfill('--preset', 'x'), /Expected one of ultrafast, .* for preset but received "x"\n/],
    [() => backfill('--limit', '0'), /for limit but received 0\n/],
    [() => backfill('--segments', '0', '--checkpoint', join(folder, 'c')), /for segments but received 0\n/],
    [() => backfill('--max-rcu', '0'), /for maxRcu but received 0\n/],
    [() => backfill('--template', 'x.json'), /for template but received "x\.json"\n/],
    [
      () => backfill('--source', 'schedule'),
      /^framekiln: Expected nothing without verify for source but received "schedule"\n/,
    ],
    [() => backfill('--report', report), /^framekiln: Cannot write the report .*ENOENT/],
    [() => backfill('--unheard-of'), /unknown option/],
  ];
  const all = await Promise.all(wrong.map(async ([run, says]) => ({ ended: await run(), says })));
  for (const { ended, says } of all) {
    expect(ended.stderr).toMatch(says);
    expect([ended.code, ended.stdout.toString()], ended.stderr).toEqual([2, '']);
    expect(ended.stderr).not.toMatch(/^\s+at /m);
  }
  const json = await backfill('--json', '--table', 'elsewhere');
  expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: 'TABLE_NOT_FOUND', remedy: expect.any(String) } });
  expect(existsSync(join(folder, 'c'))).toBe(false);
});

test('options reach the run: ids from a file, places of documents, links only', async () => {
  const { here, backfill } = await opened(record('a', { scene_key: 'a.json' }), record('b'), record('c'));
  for (const key of ['a.json', 'scenes/b', 'scenes/c']) await here.putObject(key, JSON.stringify(smallDocument(1)));
  const ids = join(folder, 'ids.txt');
  writeFileSync(ids, 'a\nb\n\nunknown\n');
  const places = ['--key-attribute', 'scene_key', '--template', 'scenes/{experiment_id}'];
  const first = summaryOf(
    await backfill('--json', '--ids', ids, ...places, '--chroma', '444', '--preset', 'ultrafast'),
  );
  expect(first).toMatchObject({ experiments: 3, outcomes: { regenerated: 1, copied: 1 } });
  expect(first.reasons).toEqual({ 'not_regenerable not_found': 1 });
  const relinked = summaryOf(await backfill('--json', '--relink', '--limit', '3'));
  expect(relinked).toMatchObject({ experiments: 3, outcomes: { relinked: 2, not_regenerable: 1 } });
});

test('--verify: verdicts in the report and the summary, and 1 when something differs', async () => {
  const wrong = record('wrong', { parameters: smallDocument(1), total_frames: 7 });
  const [good, twin] = ['good', 'twin'].map((id) => record(id, { experiments: `[${scheduleEntry()}]` }));
  const { here, backfill } = await opened(wrong, good as Item, twin as Item, record('neural', { experiments: NEURAL }));
  const report = join(folder, 'verified.ndjson');
  const first = await backfill('--verify', '--report', report);
  expect(first.code).toBe(1);
  expectHarmless(first);
  expect(first.stdout.toString()).toContain('\n  verified: 2 consistent, 1 different\n');
  expect(first.stderr).toMatch(
    /^wrong: regenerated \(different, total_frames: 7, not 6, 6 frames, .*, reconstructed\/wrong\.mp4\)\n$/,
  );
  const verdicts = { wrong: 'different', good: 'consistent', twin: 'consistent' };
  const lines = Object.fromEntries(reportOf(report).map((line) => [line.experimentId, line]));
  expect(Object.keys(lines)).toHaveLength(4);
  for (const [id, verdict] of Object.entries(verdicts)) {
    expect(lines[id]).toMatchObject({ verdict, evidence: expect.any(Array), unchecked: [] });
    expect((await here.items())[`${id} 1760000000`]?.reconstructed_verified?.S).toBe(verdict);
  }
  expect(lines.wrong?.evidence).toContainEqual(
    expect.objectContaining({ check: 'total_frames', recorded: 7, regenerated: 6, result: 'different' }),
  );
  expect(lines.neural).not.toHaveProperty('verdict');

  // Still so, and said again, until somebody puts it right.
  const second = await backfill('--verify', '--json', '--report', report);
  expect([second.code, summaryOf(second).verdicts]).toEqual([1, { consistent: 2, different: 1 }]);
  expect(second.stderr).toMatch(/^wrong: current \(different, /);
  const { total_frames: _, ...mended } = (await here.items())['wrong 1760000000'] as Item;
  await here.put(mended);
  const third = await backfill('--verify', '--recheck', '--json');
  expect([third.code, third.stderr, summaryOf(third).verdicts]).toEqual([0, '', { proven: 1, consistent: 2 }]);
});

test('--verify with a source that nobody can read: exit code 2, and what was made stays', async () => {
  const { here, backfill } = await opened(
    ...[1, 2, 3].map((i) =>
      record(`${i}`, { experiments: `[${scheduleEntry({ resolution: '32x24', fps: 10, duration: i })}]` }),
    ),
  );
  const gone = join(folder, 'gone.mp4');
  const ended = await backfill('--verify', '--source', gone);
  expect([ended.code, ended.stdout.toString()]).toEqual([2, '']);
  expect(ended.stderr).toBe(`framekiln: Cannot read ${gone}: it does not exist\n`);
  expect(JSON.stringify(await here.items())).not.toContain('reconstructed_verified');
  const next = await backfill('--verify', '--source', 'schedule', '--json');
  expect([next.code, summaryOf(next).verdicts]).toEqual([0, { consistent: 3 }]);
});
