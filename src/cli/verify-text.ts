// SPDX-License-Identifier: Apache-2.0
// What a verification shows on a terminal.
import type { VerifyOutcome, VerifyProgress, VerifySummary } from '../backfill/verify-all.js';
import type { Evidence, Verdict, Verification } from '../verify/evidence.js';
import { printable } from './backfill-text.js';
import { duration } from './progress.js';

const SIGNS = { equal: '=', within: '~', different: '!=' } as const;
const HEAD = ['check', 'recorded', 'regenerated', 'result', 'tolerance'];
/** Characters of a value: a record may hold any text, and a digest would make every row of a table too long. */
const IN_LINE = 32;
const IN_TABLE = 44;

/** What is shown of a verification beside its evidence. */
type Verified = Verification & Partial<Pick<VerifyOutcome, 'code' | 'message' | 'remedy' | 'source' | 'warnings'>>;

export function verifyProgressLine(progress: VerifyProgress): string {
  const { done, total, videosPerSecond, etaSeconds, verdicts, inFlight } = progress;
  const parts = [
    `${done}/${total ?? '?'}`,
    `${videosPerSecond.toFixed(1)} experiments/s`,
    ...(etaSeconds === undefined ? [] : [`ETA ${duration(etaSeconds)}`]),
    ...present(verdicts).map(([verdict, count]) => `${count} ${verdict}`),
    `${inFlight} in flight`,
  ];
  return parts.join(', ');
}

/** An experiment as a line: its verdict, and what decided it. */
export function verdictLine(outcome: VerifyOutcome): string {
  const { experimentId, verdict, evidence } = outcome;
  const deciding = evidence.filter(({ result, weight }) => {
    if (verdict === 'different') return result === 'different';
    return verdict !== 'proven' || weight === 'proof';
  });
  const shown = deciding.map(({ check, recorded, regenerated, result }) => {
    return `${check} ${text(recorded, IN_LINE)} ${SIGNS[result]} ${text(regenerated, IN_LINE)}`;
  });
  const why = shown.length > 0 ? ` (${shown.join(', ')})` : reason(outcome);
  return `${printable(experimentId)}: ${verdict}${why}`;
}

/** One verification, with all its evidence. */
export function verificationText(name: string, verified: Verified): string {
  const { verdict, code, evidence, unchecked, source, warnings = [] } = verified;
  // What was not checked is told below.
  const why = evidence.length > 0 || (code === undefined && unchecked.length > 0) ? '' : reason(verified);
  const rows = evidence.map((line) => [
    line.check,
    text(line.recorded, IN_TABLE),
    isLongAndSame(line) ? 'the same' : text(line.regenerated, IN_TABLE),
    `${line.result}${line.weight === 'proof' && line.result !== 'different' ? ' (proof)' : ''}`,
    tolerance(line),
  ]);
  return [
    `${printable(name)}: ${verdict}${why}\n`,
    ...(source === undefined ? [] : [`parameters: ${printable(source)}\n`]),
    ...(rows.length > 0 ? table([HEAD, ...rows]) : []),
    ...(unchecked.length > 0 ? ['not checked:\n', ...unchecked.map((line) => `  ${printable(line)}\n`)] : []),
    ...warnings.map((warning) => `warning: ${printable(warning)}\n`),
  ].join('');
}

export function verifySummaryText(summary: VerifySummary): string {
  const { experiments, verdicts, failed, seconds, interrupted } = summary;
  const rows: [string, number][] = present(verdicts);
  return [
    `${experiments} experiments in ${duration(seconds)}\n`,
    ...[...rows, ...(failed > 0 ? [['failed', failed] as [string, number]] : [])].map(row),
    ...(interrupted ? ['Interrupted: the others were not looked at.\n'] : []),
  ].join('');

  function row([name, count]: [string, number]): string {
    const why = Object.entries(summary.reasons)
      .filter(([reason]) => reason.startsWith(`${name} `))
      .map(([reason, times]) => `${times} ${printable(reason.slice(name.length + 1))}`);
    // Those that failed are among the unverifiable.
    const label = name === 'failed' ? '  failed' : name;
    return `  ${label.padEnd(14)}${String(count).padStart(7)}${why.length > 0 ? `   ${why.join(', ')}` : ''}\n`;
  }
}

/** Why there is no evidence. */
function reason({ code, message, remedy, unchecked }: Verified): string {
  if (code !== undefined) return printable(` (${code}): ${message}${remedy ? `. ${remedy}` : ''}`);
  return `: ${printable(unchecked[0] ?? 'nothing is recorded that it could be compared with')}`;
}

/** A digest that is shown once is easier to read. */
function isLongAndSame({ recorded, regenerated }: Evidence): boolean {
  return recorded === regenerated && String(recorded).length > IN_LINE;
}

function tolerance({ tolerance, note }: Evidence): string {
  return note === undefined ? tolerance : `${tolerance}; ${printable(note)}`;
}

/** A value as it is, but for what would drive the terminal or fill it. */
function text(value: string | number, most: number): string {
  const shown = typeof value === 'number' ? String(Number(value.toPrecision(12))) : printable(value);
  if (shown.length <= most) return shown;
  // Digests that differ may begin the same.
  const half = (most - 3) / 2;
  return `${shown.slice(0, Math.ceil(half))}...${shown.slice(-Math.floor(half))}`;
}

/** Rows in columns, indented; the last column as long as it is. */
function table(rows: readonly string[][]): string[] {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    return `  ${cells.join('  ').trimEnd()}\n`;
  });
}

function present(verdicts: Record<Verdict, number>): [Verdict, number][] {
  return (Object.entries(verdicts) as [Verdict, number][]).filter(([, count]) => count > 0);
}
