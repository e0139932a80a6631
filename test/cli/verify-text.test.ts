// SPDX-License-Identifier: Apache-2.0
// What a verification says.
import { expect, test } from 'vitest';
import type { VerifyOutcome, VerifySummary } from '../../src/backfill/verify-all.js';
import { verdictLine, verificationText, verifyProgressLine, verifySummaryText } from '../../src/cli/verify-text.js';
import type { Evidence } from '../../src/verify/evidence.js';

const BYTES: Evidence = {
  ...{ check: 'file_size_bytes', recorded: 18797730, regenerated: 18797730, tolerance: 'exact' },
  ...{ result: 'equal', weight: 'proof' },
};
const RATE: Evidence = {
  ...{ check: 'bitrate_mbps', recorded: 15.038184, regenerated: 15.0381840000001, tolerance: 'rounding: ±1e-6' },
  ...{ result: 'within', weight: 'support', note: 'of the re-encoded\x1b[2J file' },
};
const FRAMES: Evidence = {
  ...{ check: 'total_frames', recorded: 300, regenerated: 299, tolerance: 'exact' },
  ...{ result: 'different', weight: 'support' },
};
const BASE = { experimentId: 'exp_1', unchecked: [], seconds: 1 };
const HOSTILE = 'x\x1b[2J\r\n\u202e\u009bé\ud800';

test.each<[VerifyOutcome, string]>([
  [{ ...BASE, verdict: 'proven', evidence: [RATE, BYTES] }, 'exp_1: proven (file_size_bytes 18797730 = 18797730)'],
  [{ ...BASE, verdict: 'consistent', evidence: [RATE] }, 'exp_1: consistent (bitrate_mbps 15.038184 ~ 15.038184)'],
  [{ ...BASE, verdict: 'different', evidence: [BYTES, RATE, FRAMES] }, 'exp_1: different (total_frames 300 != 299)'],
  [
    { ...BASE, verdict: 'unverifiable', evidence: [] },
    'exp_1: unverifiable: nothing is recorded that it could be compared with',
  ],
  [
    { ...BASE, verdict: 'unverifiable', evidence: [], unchecked: ['PSNR: no source', 'bytes: not recorded'] },
    'exp_1: unverifiable: PSNR: no source',
  ],
  [
    { ...BASE, verdict: 'unverifiable', evidence: [], code: 'STORE_FAILED', message: 'Cannot read', remedy: 'Wait.' },
    'exp_1: unverifiable (STORE_FAILED): Cannot read. Wait.',
  ],
  [
    { ...BASE, verdict: 'consistent', evidence: [{ ...RATE, recorded: `${'a'.repeat(40)}z`, regenerated: 'b' }] },
    `exp_1: consistent (bitrate_mbps ${'a'.repeat(15)}...${'a'.repeat(13)}z ~ b)`,
  ],
])('a line: %#', (outcome, line) => {
  expect(verdictLine(outcome)).toBe(line);
});

test('all that is known of one experiment', () => {
  const verified = { ...BASE, verdict: 'different' as const, evidence: [BYTES, RATE, FRAMES] };
  const more = { source: 's3 parameters/é.json', unchecked: ['psnr: the source is not known'], warnings: ['w\r'] };
  expect(verificationText('exp_1', { ...verified, ...more })).toBe(`exp_1: different
parameters: s3 parameters/\\u{e9}.json
  check            recorded   regenerated  result         tolerance
  file_size_bytes  18797730   18797730     equal (proof)  exact
  bitrate_mbps     15.038184  15.038184    within         rounding: ±1e-6; of the re-encoded\\u{1b}[2J file
  total_frames     300        299          different      exact
not checked:
  psnr: the source is not known
warning: w\\u{d}
`);
  const nothing = { ...BASE, verdict: 'unverifiable' as const, evidence: [], code: 'archived', message: 'In the cold' };
  expect(verificationText('exp_1', nothing)).toBe('exp_1: unverifiable (archived): In the cold\n');
  const unchecked = { verdict: 'unverifiable' as const, evidence: [], unchecked: ['digest: of an unknown kind'] };
  expect(verificationText('a.json', unchecked)).toBe(
    'a.json: unverifiable\nnot checked:\n  digest: of an unknown kind\n',
  );
  expect(verificationText('a.json', { ...unchecked, unchecked: [] })).toMatch(/: unverifiable: nothing is recorded /);
  const digest = `nv12-xxh3-sha256:${'0'.repeat(64)}`;
  const same = { ...BYTES, check: 'digest', recorded: digest, regenerated: digest };
  expect(verificationText('a.json', { verdict: 'proven', evidence: [same], unchecked: [] })).toContain(
    `  digest  ${digest.slice(0, 21)}...${digest.slice(-20)}  the same     equal (proof)  exact\n`,
  );
  const line = { ...FRAMES, check: 'digest', recorded: digest, regenerated: digest.replace(/0$/, '1') };
  expect(verificationText('a.json', { verdict: 'different', evidence: [line], unchecked: [] })).toContain(
    `...${digest.slice(-20)}  ${digest.slice(0, 21)}...${digest.slice(-20, -1)}1  different`,
  );
});

test('whatever is in it, it is lines of plain characters', () => {
  const evidence = [{ ...FRAMES, recorded: HOSTILE, regenerated: HOSTILE, note: HOSTILE }];
  const texts = { code: HOSTILE, message: HOSTILE, remedy: HOSTILE, unchecked: [HOSTILE], warnings: [HOSTILE] };
  for (const shown of [evidence, []]) {
    const outcome = { ...BASE, ...texts, experimentId: HOSTILE, source: HOSTILE, evidence: shown };
    for (const verdict of ['different', 'unverifiable'] as const) {
      expect(verdictLine({ ...outcome, verdict })).toMatch(/^[\x20-\x7e]+$/);
      expect(verificationText(HOSTILE, { ...outcome, verdict })).toMatch(/^([\x20-\x7e]+\n)+$/);
    }
  }
});

const SUMMARY: VerifySummary = {
  experiments: 12,
  verdicts: { proven: 5, consistent: 0, different: 1, unverifiable: 6 },
  failed: 2,
  reasons: { 'unverifiable not_procedural': 3, 'unverifiable archived': 1, 'failed STORE_FAILED': 2 },
  ...{ seconds: 75, interrupted: true, dropped: 1 },
};

test('the summary', () => {
  expect(verifySummaryText(SUMMARY)).toBe(`12 experiments in 1:15
  proven              5
  different           1
  unverifiable        6   3 not_procedural, 1 archived
    failed            2   2 STORE_FAILED
Interrupted: the others were not looked at.
`);
  expect(verifySummaryText({ ...SUMMARY, failed: 0, interrupted: false })).not.toMatch(/failed|Interrupted/);
});

test('a progress line', () => {
  const { verdicts } = SUMMARY;
  const progress = { done: 3, inFlight: 2, verdicts, frames: 10, framesPerSecond: 99.6, videosPerSecond: 1.25 };
  expect(verifyProgressLine({ ...progress, total: 12, etaSeconds: 7.21 })).toBe(
    '3/12, 1.3 experiments/s, ETA 7.2 s, 5 proven, 1 different, 6 unverifiable, 2 in flight',
  );
  expect(verifyProgressLine({ ...progress, total: undefined, etaSeconds: undefined })).toMatch(/^3\/\?, .*\/s, 5 prov/);
});
