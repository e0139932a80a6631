// SPDX-License-Identifier: Apache-2.0
// What a backfill takes, as people write it, and what it says.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BackfillSummary } from '../../src/backfill/summary.js';
import { needsAttention, outcomeText, progressLine, summaryText } from '../../src/cli/backfill-text.js';
import { parseSelection } from '../../src/cli/selection.js';
import type { Evidence } from '../../src/verify/evidence.js';
import { temporaryFolder } from '../support/folder.js';

const folder = temporaryFolder();
function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const NONE = {
  status: undefined,
  since: undefined,
  until: undefined,
  ids: undefined,
  limit: undefined,
  shard: undefined,
};
const outcome = (experimentId: string, name: string) =>
  `${JSON.stringify({ experimentId, outcome: name, seconds: {} })}\n`;

test.each<[Parameters<typeof parseSelection>[0], object]>([
  [{}, {}],
  [{ status: 'failed' }, { status: 'failed' }],
  [{ status: 'any' }, { status: 'any' }],
  [
    { since: '2025-10-16', until: '2025-10-16T01:19:11Z' },
    { since: 1760572800, until: 1760577551 },
  ],
  [{ since: '1760572800.5' }, { since: 1760572800.5 }],
  [
    { limit: '7', shard: '3/4' },
    { limit: 7, shard: { index: 3, count: 4 } },
  ],
  [{ ids: 'a, b,,c ' }, { status: undefined, ids: ['a', 'b', 'c'] }],
  [
    { ids: 'a', status: 'completed' },
    { ids: ['a'], status: 'completed' },
  ],
  [{ ids: file('ids.txt', 'a\r\n\n b,c \nd') }, { status: undefined, ids: ['a', 'b,c', 'd'] }],
  [
    {
      retryFailed: file(
        'report',
        [outcome('a', 'failed'), outcome('b', 'current'), '\n', outcome('c', 'failed')].join(''),
      ),
    },
    { status: undefined, ids: ['a', 'c'] },
  ],
  [{ retryFailed: file('fine', outcome('a', 'current')) }, { status: undefined, ids: [] }],
  [{ retryFailed: file('empty', '') }, { status: undefined, ids: [] }],
])('%o', async (flags, wanted) => {
  expect(await parseSelection(flags)).toEqual({ ...NONE, ...wanted });
});

mkdirSync(join(folder, 'directory'));
test.each<[Parameters<typeof parseSelection>[0], object]>([
  [{ since: 'yesterday' }, { code: 'INVALID_SETTING', setting: '--since' }],
  [{ until: '2025-13-01' }, { code: 'INVALID_SETTING', setting: '--until' }],
  [{ until: '' }, { code: 'INVALID_SETTING', setting: '--until' }],
  [{ limit: 'ten' }, { code: 'INVALID_SETTING', setting: '--limit' }],
  [{ limit: '' }, { code: 'INVALID_SETTING', setting: '--limit' }],
  [{ shard: '4/4' }, { code: 'INVALID_SETTING', setting: '--shard' }],
  [{ shard: '1' }, { code: 'INVALID_SETTING', setting: '--shard' }],
  [{ shard: '-1/4' }, { code: 'INVALID_SETTING', setting: '--shard' }],
  [{ ids: ' , ' }, { code: 'INVALID_SETTING', setting: '--ids' }],
  [{ ids: file('none.txt', '\n') }, { code: 'INVALID_SETTING', setting: '--ids' }],
  [
    { ids: 'a', retryFailed: 'report' },
    { code: 'INVALID_SETTING', setting: '--retry-failed' },
  ],
  [{ ids: join(folder, 'directory') }, { code: 'INPUT_UNREADABLE' }],
  [{ retryFailed: join(folder, 'missing') }, { code: 'INPUT_UNREADABLE' }],
  [{ retryFailed: file('text', 'a\n') }, { code: 'INPUT_UNREADABLE', message: expect.stringContaining('line 1') }],
  [{ retryFailed: file('half', `${outcome('a', 'failed')}{"exp`) }, { message: expect.stringContaining('line 2') }],
  [{ retryFailed: file('null', 'null\n') }, { code: 'INPUT_UNREADABLE' }],
])('%o is refused', async (flags, wanted) => {
  await expect(parseSelection(flags)).rejects.toMatchObject({ name: 'FramekilnError', ...wanted });
});

const SUMMARY: BackfillSummary = {
  experiments: 12,
  outcomes: {
    ...{ regenerated: 7, copied: 1, current: 0, relinked: 0, planned: 0 },
    ...{ not_regenerable: 3, invalid_document: 0, failed: 1 },
  },
  reasons: { 'not_regenerable no_parameters': 2, 'not_regenerable invalid_id': 1, 'failed STORE_FAILED': 1 },
  frames: 2100,
  bytes: 12_345_678,
  seconds: 75,
  framesPerSecond: 28,
  poolBusy: 0.93,
  interrupted: true,
  dropped: 2,
  warnings: ['links end \u009b2J soon'],
};

test('the summary', () => {
  expect(summaryText(SUMMARY)).toBe(`12 experiments in 1:15; 2100 frames rendered (28 frames/s), 12.3 MB
  regenerated            7
  copied                 1
  not regenerable        3   2 no_parameters, 1 invalid_id
  failed                 1   1 STORE_FAILED
warning: links end \\u{9b}2J soon
Interrupted: run it again to go on.
`);
});

test('the verdicts of a run that verifies', () => {
  const verdicts = { different: 1, proven: 5, consistent: 2, unverifiable: 3 };
  const line = '  verified: 5 proven, 2 consistent, 1 different, 3 unverifiable';
  expect(summaryText({ ...SUMMARY, verdicts })).toContain(`   1 STORE_FAILED\n${line}\nwarning: `);
  expect(summaryText({ ...SUMMARY, verdicts: { proven: 0, different: 2 } })).toContain('\n  verified: 2 different\n');
  expect(summaryText({ ...SUMMARY, verdicts: {} })).toContain('\n  verified: nothing\n');
});

test('the estimate of a dry run', () => {
  const estimate = { videos: 3, copies: 1, frames: 900, megapixels: 10, seconds: 125, gigabytes: 1.5 };
  const shown = summaryText({
    ...SUMMARY,
    interrupted: false,
    estimate: { ...estimate, usdPerMonth: 0.0345, usdOnce: 0.2 },
  });
  expect(shown).toContain('To render: 3 videos, 900 frames; to copy: 1.\n');
  expect(shown).toContain('About 2:05 on this machine (measured on a few of them); 1.5 GB, 0.03 USD a month, 0.20 USD');
  const nothing = { seconds: undefined, gigabytes: undefined, usdPerMonth: undefined, usdOnce: undefined };
  expect(summaryText({ ...SUMMARY, estimate: { ...estimate, ...nothing } })).not.toContain('About');
});

test('a progress line', () => {
  const progress = {
    done: 3,
    inFlight: 2,
    outcomes: SUMMARY.outcomes,
    frames: 10,
    framesPerSecond: 99.6,
    videosPerSecond: 1.25,
  };
  expect(progressLine({ ...progress, total: 12, etaSeconds: 7.21 })).toBe(
    '3/12, 1.3 videos/s, 100 frames/s, ETA 7.2 s, 7 regenerated, 1 copied, 3 not regenerable, 1 failed, 2 in flight',
  );
  expect(progressLine({ ...progress, total: undefined, etaSeconds: undefined })).toMatch(/^3\/\?, .* frames\/s, 7 reg/);
});

test('an outcome, whatever is in it, is one line of plain characters', () => {
  const hostile = 'x\x1b[2J\r\n\u202e\u009bé\ud800';
  const failed = { experimentId: hostile, outcome: 'failed' as const, code: 'STORE_FAILED' as const, seconds: {} };
  const text = outcomeText({ ...failed, message: hostile, tried: [hostile], remedy: hostile });
  expect(text).toMatch(/^[\x20-\x7e]+$/);
  expect(text).toMatch(
    /^x\\u\{1b\}\[2J\\u\{d\}\\u\{a\}\\u\{202e\}\\u\{9b\}\\u\{e9\}\\u\{d800\}: failed \(STORE_FAILED\): /,
  );
  const done = { experimentId: hostile, outcome: 'copied' as const, frames: 6, bytes: 1200, copiedFrom: 'a', key: 'b' };
  expect(outcomeText({ ...done, seconds: {} })).toMatch(/^[\x20-\x7e]+: copied \(6 frames, 1\.2 kB, a copy of a, b\)$/);
  expect([needsAttention(failed), needsAttention({ ...done, seconds: {} })]).toEqual([true, false]);
});

test('an outcome with a verdict: what differs, both values', () => {
  const made = { experimentId: 'a', outcome: 'regenerated' as const, frames: 6, bytes: 1200, key: 'b', seconds: {} };
  const hostile = '1x1\x1b[2J\n\u202e';
  const line = { tolerance: 'exact', weight: 'support' as const };
  const evidence: Evidence[] = [
    { check: 'total_frames', recorded: 7, regenerated: 6, result: 'different', ...line },
    { check: 'fps', recorded: 10, regenerated: 10, result: 'equal', ...line },
    { check: 'resolution', recorded: hostile, regenerated: '32x24', result: 'different', ...line },
  ];
  const different = { ...made, verdict: 'different' as const, evidence };
  expect(outcomeText(different)).toBe(
    'a: regenerated (different, total_frames: 7, not 6, ' +
      'resolution: 1x1\\u{1b}[2J\\u{a}\\u{202e}, not 32x24, 6 frames, 1.2 kB, b)',
  );
  // Of an earlier run nobody knows why.
  const { evidence: _, ...known } = { ...different, outcome: 'current' as const };
  expect(outcomeText(known)).toBe('a: current (different, 6 frames, 1.2 kB, b)');
  const others = (['proven', 'consistent', 'unverifiable'] as const).map((verdict) => ({ ...made, verdict }));
  expect([different, known, ...others].map(needsAttention)).toEqual([true, true, false, false, false]);
  expect(outcomeText(others[0] ?? made)).toBe('a: regenerated (proven, 6 frames, 1.2 kB, b)');
});
