// SPDX-License-Identifier: Apache-2.0
// Rounds, medians and spreads.
import { setImmediate } from 'node:timers/promises';

/** One thing to time. */
export interface Variant {
  name: string;
  /** What `run` makes; rates are this over its wall time. */
  frames: number;
  /** It has run before, so it needs no untimed run. */
  warm?: boolean;
  /** Not timed: called before each run. */
  prepare?: (() => unknown) | undefined;
  run: () => unknown;
}

/** Numbers of the rounds, in order, and what they come to. */
export interface Spread {
  median: number;
  min: number;
  max: number;
  samples: number[];
}

/** Frames a second, and what a shared machine disturbs less. */
export interface Rate extends Spread {
  /** Processor time of all threads, milliseconds a frame. */
  cpuMs: Spread;
}

/** The middle value, or the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const low = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  const high = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  return (low + high) / 2;
}

/** Sums up one number a round. */
export function spread(samples: number[]): Spread {
  return { median: median(samples), min: Math.min(...samples), max: Math.max(...samples), samples };
}

/** The value that this share of them lies at or below: 0.5 is about the median. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** To be awaited between calls that block this thread: a Ctrl-C of the time meanwhile takes effect here. */
export const letSignalsIn = (): Promise<void> => setImmediate();

/** Seconds that one blocking call takes. */
export function secondsOf(run: () => void): number {
  const started = performance.now();
  run();
  return (performance.now() - started) / 1000;
}

/** Seconds that one call takes, promises awaited; lets signals in before it. */
export async function seconds(run: () => unknown): Promise<number> {
  await letSignalsIn();
  const started = performance.now();
  await run();
  return (performance.now() - started) / 1000;
}

/**
 * Frames a second of each variant, after one untimed run of those that are not warm. Each round begins with another variant, so
 * that none always follows the same neighbour and a slow minute of the machine falls on all.
 */
export async function rates(variants: readonly Variant[], rounds: number): Promise<Record<string, Rate>> {
  const samples = new Map(variants.map(({ name }) => [name, { rate: [] as number[], cpuMs: [] as number[] }]));
  for (const { prepare, run } of variants.filter(({ warm }) => !warm)) {
    await prepare?.();
    await seconds(run);
  }
  for (let round = 0; round < rounds; round++) {
    const first = round % variants.length;
    for (const { name, frames, prepare, run } of [...variants.slice(first), ...variants.slice(0, first)]) {
      await prepare?.();
      const before = process.cpuUsage();
      samples.get(name)?.rate.push(frames / (await seconds(run)));
      const { user, system } = process.cpuUsage(before);
      samples.get(name)?.cpuMs.push((user + system) / 1000 / frames);
    }
  }
  return Object.fromEntries(
    Array.from(samples, ([name, { rate, cpuMs }]) => [name, { ...spread(rate), cpuMs: spread(cpuMs) }]),
  );
}

/** Of each round, one rate over another: what the machine does to both falls out. */
export function ratio(above: Spread, below: Spread): Spread {
  return spread(above.samples.map((value, round) => value / (below.samples[round] ?? Number.NaN)));
}

/** How many frames, of `least` to `most`, `run` makes in about `budget` seconds; told from its second call. */
export function fitFrames(run: (frames: number) => void, budget: number, least: number, most: number): number {
  run(1);
  const spent = secondsOf(() => run(least));
  return Math.max(least, Math.min(most, Math.round((budget * least) / spent)));
}
