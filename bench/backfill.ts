// SPDX-License-Identifier: Apache-2.0
// A backfill must keep the processor rendering: reading, uploading and recording happen beside it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BackfillSummary, createKiln, type Kiln } from 'framekiln';
import { loadExperiments, seed, startStores, useStores } from 'framekiln/demo';
import type { Bench, PartResult } from './part.js';
import { sizeName } from './scenes.js';
import { digits, table } from './table.js';

const BUSY = 0.9;

interface Load {
  count: number;
  clip: { width: number; height: number; fps: number; frames: number };
}

interface Measured extends Load {
  first: BackfillSummary;
  second: BackfillSummary;
  /** Of the process, so far. */
  peakMiB: number;
}

const VIDEOS = { width: 640, height: 360, fps: 30, frames: 300 };
/** Where all is overhead: how it grows with their number. */
const TINY: Load = { count: 10_000, clip: { width: 32, height: 32, fps: 30, frames: 2 } };

/** Stores on loopback, in a process of their own on the same processor; a first run, and one that finds all done. */
export async function benchBackfill({ options, note }: Bench): Promise<PartResult> {
  const { full, quick, threads } = options;
  const videos: Load = { count: full ? 200 : quick ? 10 : 40, clip: VIDEOS };
  const runs: Measured[] = [];
  for (const load of full ? [videos, TINY] : [videos]) {
    note(`backfill: ${name(load)}`);
    runs.push(await measure(load, threads));
  }
  const { first } = runs[0] as Measured;
  const aim = `${name(videos)}: the pool busy at least ${BUSY * 100} % of the time`;
  const value = `${(first.poolBusy * 100).toFixed(1)} %`;
  return { data: { runs }, text: text(runs, threads), aims: [{ aim, reached: first.poolBusy >= BUSY, value }] };
}

async function measure(load: Load, threads: number): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'framekiln-bench-'));
  const stores = await startStores(folder);
  try {
    await seed(stores, loadExperiments(load.count, load.clip));
    useStores(stores);
    await using kiln = createKiln({ threads, table: stores.table, bucket: stores.bucket });
    const first = await backfill(kiln, 'regenerated', load.count);
    const second = await backfill(kiln, 'current', load.count);
    const peakMiB = Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
    return { ...load, first, second, peakMiB };
  } finally {
    await stores.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function backfill(kiln: Kiln, wanted: 'regenerated' | 'current', count: number): Promise<BackfillSummary> {
  const summary = await kiln.backfill();
  if (summary.outcomes[wanted] === count) return summary;
  throw new Error(`Expected ${count} ${wanted} but received ${JSON.stringify(summary.outcomes)}`);
}

function name({ count, clip }: Load): string {
  return `${count} experiments of ${clip.frames} frames, ${sizeName(clip)}`;
}

function text(runs: readonly Measured[], threads: number): string {
  const head = ['experiments', 'run', 'seconds', 'videos/s', 'frames/s', 'MB', 'pool busy', 'peak MiB'];
  const rows = runs.flatMap(({ first, second, peakMiB, ...load }) =>
    Object.entries({ first, 'all current': second }).map(([run, summary]) => [
      name(load),
      run,
      ...[summary.seconds, summary.experiments / summary.seconds, summary.framesPerSecond].map(digits),
      digits(summary.bytes / 1e6),
      `${(summary.poolBusy * 100).toFixed(1)} %`,
      digits(peakMiB),
    ]),
  );
  return table(`Backfill, threads: ${threads}; stores on loopback, on the same processor`, head, rows);
}
