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

const CLIP = { width: 640, height: 360, fps: 30, frames: 300 };
const BUSY = 0.9;

/** Stores on loopback, in a process of their own on the same processor; a first run, and one that finds all done. */
export async function benchBackfill({ options, note }: Bench): Promise<PartResult> {
  const { full, quick, threads } = options;
  const count = full ? 200 : quick ? 10 : 40;
  const folder = mkdtempSync(join(tmpdir(), 'framekiln-bench-'));
  const stores = await startStores(folder);
  try {
    note(`backfill: ${count} experiments of ${CLIP.frames} frames, ${sizeName(CLIP)}`);
    await seed(stores, loadExperiments(count, CLIP));
    useStores(stores);
    await using kiln = createKiln({ threads, table: stores.table, bucket: stores.bucket });
    const first = await backfill(kiln, 'regenerated', count);
    const second = await backfill(kiln, 'current', count);
    const peak = Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
    const aim = `${count} experiments of ${CLIP.frames} frames, ${sizeName(CLIP)}: the pool busy at least ${BUSY * 100} % of the time`;
    const value = `${(first.poolBusy * 100).toFixed(1)} %`;
    return {
      data: { count, clip: CLIP, first, second, peakMiB: peak },
      text: text(count, first, second, peak, threads),
      aims: [{ aim, reached: first.poolBusy >= BUSY, value }],
    };
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

function text(count: number, first: BackfillSummary, second: BackfillSummary, peak: number, threads: number): string {
  const title = `Backfill of ${count} experiments of ${CLIP.frames} frames, ${sizeName(CLIP)}, threads: ${threads}; stores on loopback`;
  const head = ['run', 'seconds', 'videos/s', 'frames/s', 'MB', 'pool busy'];
  const rows = Object.entries({ first, 'second (all current)': second }).map(([name, run]) => [
    name,
    ...[run.seconds, run.experiments / run.seconds, run.framesPerSecond, run.bytes / 1e6].map(digits),
    `${(run.poolBusy * 100).toFixed(1)} %`,
  ]);
  return `${table(title, head, rows)}\nPeak memory of the process: ${digits(peak)} MiB`;
}
