// SPDX-License-Identifier: Apache-2.0
// One run held against another.
import { readFileSync } from 'node:fs';
import type { Machine } from '../machine.js';
import type { Metric } from '../part.js';
import { digits, type Table, table } from './table.js';

/** What `--json` wrote, as far as it is compared. */
export interface Baseline {
  machine: Machine;
  metrics: Metric[];
}

export interface Comparison {
  /** Of those that both runs have. */
  compared: number;
  /** Names of those that are worse by more than the threshold. */
  worse: string[];
  text: (Table | string)[];
}

/** Reads what `--json` wrote. Throws an Error with one line for people. */
export function readBaseline(path: string): Baseline {
  let found: Partial<Baseline> | null;
  try {
    found = JSON.parse(readFileSync(path, 'utf8')) as Partial<Baseline> | null;
  } catch (error) {
    throw new Error(`--baseline ${path}: ${(error as Error).message}`);
  }
  const metrics: unknown = found?.metrics;
  if (!Array.isArray(metrics) || !metrics.every(isMetric) || typeof found?.machine?.cpu !== 'string') {
    throw new Error(`--baseline ${path}: expected what "framekiln bench --json" printed`);
  }
  return found as Baseline;
}

function isMetric(value: Partial<Metric> | null): value is Metric {
  const numbers = [value?.median, value?.min, value?.max];
  return (
    typeof value?.name === 'string' &&
    typeof value.unit === 'string' &&
    (value.better === 'higher' || value.better === 'lower') &&
    numbers.every((number) => typeof number === 'number')
  );
}

/** How many times as good the median became: below 1 it is worse. */
export function gain(now: Metric, before: Metric): number {
  return now.better === 'higher' ? now.median / before.median : before.median / now.median;
}

/**
 * Holds medians against those of a baseline.
 * @param threshold share that a number may be worse by, such as 0.1
 */
export function compareRuns(now: Baseline, before: Baseline, threshold: number): Comparison {
  const old = new Map(before.metrics.map((metric) => [metric.name, metric]));
  const pairs = now.metrics.flatMap((metric) => {
    const match = old.get(metric.name);
    return match && match.unit === metric.unit ? [{ metric, match, times: gain(metric, match) }] : [];
  });
  const isWorse = (times: number) => !(times >= 1 - threshold);
  const rows = pairs
    .filter(({ times }) => isWorse(times) || times > 1 / (1 - threshold))
    .map(({ metric, match, times }) => [
      metric.name,
      digits(match.median),
      digits(metric.median),
      metric.unit,
      `${times.toFixed(2)}x`,
      isWorse(times) ? 'WORSE' : 'better',
    ]);
  const percent = `${digits(threshold * 100)} %`;
  const title = `Against the baseline of ${before.machine.date}: what changed by more than ${percent}`;
  const text: (Table | string)[] = [];
  if (rows.length > 0) text.push(table(title, ['', 'baseline', 'now', '', 'times as good', ''], rows));
  const worse = pairs.filter(({ times }) => isWorse(times)).map(({ metric }) => metric.name);
  text.push(
    `${pairs.length} numbers compared with the baseline: ${worse.length} worse by more than ${percent}. ` +
      `${now.metrics.length - pairs.length} are new, ${before.metrics.length - pairs.length} were not measured now.`,
  );
  if (before.machine.cpu !== now.machine.cpu || before.machine.threads !== now.machine.threads) {
    const { cpu, threads } = before.machine;
    text.push(
      `The baseline is of another machine (${cpu}, ${threads} threads): its numbers say little about this one.`,
    );
  }
  return { compared: pairs.length, worse, text };
}
