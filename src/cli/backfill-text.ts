// SPDX-License-Identifier: Apache-2.0
// What a backfill shows on a terminal.
import type { Estimate } from '../backfill/estimate.js';
import type { BackfillProgress, BackfillSummary } from '../backfill/summary.js';
import type { Outcome, OutcomeName } from '../experiment/outcome.js';
import { VERDICTS } from '../verify/evidence.js';
import { duration, size } from './progress.js';

export function progressLine(progress: BackfillProgress): string {
  const { done, total, framesPerSecond, videosPerSecond, etaSeconds, outcomes, inFlight } = progress;
  const counts = present(outcomes).map(([name, count]) => `${count} ${words(name)}`);
  const parts = [
    `${done}/${total ?? '?'}`,
    `${videosPerSecond.toFixed(1)} videos/s`,
    `${framesPerSecond.toFixed(0)} frames/s`,
    ...(etaSeconds === undefined ? [] : [`ETA ${duration(etaSeconds)}`]),
    ...counts,
    `${inFlight} in flight`,
  ];
  return parts.join(', ');
}

/** Whether somebody should look at it. */
export function needsAttention({ outcome, verdict }: Outcome): boolean {
  return outcome === 'failed' || outcome === 'invalid_document' || verdict === 'different';
}

/** An outcome as a line. */
export function outcomeText(result: Outcome): string {
  const { experimentId, outcome, code, message, remedy, tried, frames, bytes, copiedFrom, key, verdict } = result;
  const id = printable(experimentId);
  if (code !== undefined) {
    const looked = tried ? `; looked at ${tried.join('; ')}` : '';
    return printable(`${id}: ${words(outcome)} (${code}): ${message}${looked}${remedy ? `. ${remedy}` : ''}`);
  }
  const differing = result.evidence?.filter((line) => line.result === 'different') ?? [];
  const facts = [
    ...(verdict === undefined ? [] : [verdict]),
    ...differing.map(({ check, recorded, regenerated }) => printable(`${check}: ${recorded}, not ${regenerated}`)),
    ...(frames === undefined ? [] : [`${frames} frames`]),
    ...(bytes === undefined ? [] : [size(bytes)]),
    ...(copiedFrom === undefined ? [] : [`a copy of ${copiedFrom}`]),
    ...(key === undefined ? [] : [key]),
  ];
  return `${id}: ${words(outcome)} (${facts.join(', ')})`;
}

export function summaryText(summary: BackfillSummary): string {
  const { experiments, outcomes, reasons, frames, bytes, seconds, framesPerSecond, estimate, verdicts } = summary;
  const rows = present(outcomes).map(([name, count]) => {
    const why = Object.entries(reasons)
      .filter(([reason]) => reason.startsWith(`${name} `))
      .map(([reason, times]) => `${times} ${reason.slice(name.length + 1)}`);
    return `  ${words(name).padEnd(17)}${String(count).padStart(7)}${why.length > 0 ? `   ${why.join(', ')}` : ''}\n`;
  });
  const made =
    frames === 0 ? '' : `; ${frames} frames rendered (${framesPerSecond.toFixed(0)} frames/s), ${size(bytes)}`;
  return [
    `${experiments} experiments in ${duration(seconds)}${made}\n`,
    ...rows,
    ...(verdicts ? [`  verified: ${verdictsText(verdicts)}\n`] : []),
    ...(estimate ? [estimateText(estimate)] : []),
    ...summary.warnings.map((warning) => `warning: ${printable(warning)}\n`),
    ...(summary.interrupted ? ['Interrupted: run it again to go on.\n'] : []),
  ].join('');
}

function verdictsText(verdicts: NonNullable<BackfillSummary['verdicts']>): string {
  const counts = VERDICTS.flatMap((verdict) => (verdicts[verdict] ? [`${verdicts[verdict]} ${verdict}`] : []));
  return counts.length > 0 ? counts.join(', ') : 'nothing';
}

function estimateText({ videos, copies, frames, seconds, gigabytes, usdPerMonth, usdOnce }: Estimate): string {
  const first = `To render: ${videos} videos, ${frames} frames; to copy: ${copies}.\n`;
  if (seconds === undefined || gigabytes === undefined) return first;
  const time = `About ${duration(seconds)} on this machine (measured on a few of them)`;
  const cost = `${size(gigabytes * 1e9)}, ${usd(usdPerMonth)} a month, ${usd(usdOnce)} once for requests`;
  return `${first}${time}; ${cost} (S3 Standard, us-east-1).\n`;
}

function usd(amount = 0): string {
  return amount > 0 && amount < 0.01 ? 'less than 0.01 USD' : `${amount.toFixed(2)} USD`;
}

function present(outcomes: Record<OutcomeName, number>): [OutcomeName, number][] {
  return (Object.entries(outcomes) as [OutcomeName, number][]).filter(([, count]) => count > 0);
}

function words(name: OutcomeName): string {
  return name.replaceAll('_', ' ');
}

/** An id from the table must not drive the terminal. */
export function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`);
}
