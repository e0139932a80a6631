// SPDX-License-Identifier: Apache-2.0
// Experiments to stored videos. A backfill must keep the processor rendering: reading, uploading and recording happen
// beside it; and one experiment must cost little more than its render.
import { readFileSync } from 'node:fs';
import { type BackfillSummary, createKiln, type Kiln } from 'framekiln';
import { type DemoExperiment, loadExperiments, seed, startStores, useStores } from 'framekiln/demo';
import { withFolder } from './folder.js';
import { type Spread, seconds, spread } from './measure.js';
import type { Bench, Metric, PartResult } from './part.js';
import { cell, digits, type Table, table } from './report/table.js';
import { FPS, FRAMES, type Size, sizeName } from './scenes.js';

const BUSY = 0.9;

interface Load {
  count: number;
  clip: { width: number; height: number; fps: number; frames: number };
}

interface Bulk extends Load {
  first: BackfillSummary;
  second: BackfillSummary;
  /** Of the process, so far. */
  peakMiB: number;
}

/** Seconds from an experiment's id to its stored, recorded video, and of the render alone. */
interface One {
  size: Size;
  stored: Spread;
  rendered: Spread;
}

const VIDEOS = { width: 640, height: 360, fps: 30, frames: 300 };
/** Where all is overhead: how it grows with their number. */
const TINY: Load = { count: 10_000, clip: { width: 32, height: 32, fps: 30, frames: 2 } };

/** Stores on loopback, in a process of their own on the same processor; a first run, and one that finds all done. */
export async function benchPipeline({ options, note }: Bench): Promise<PartResult> {
  const { full, quick, threads } = options;
  const videos: Load = { count: full ? 200 : quick ? 10 : 40, clip: VIDEOS };
  note(`pipeline: one experiment of ${sizeName(options.size)}`);
  const one = await measureOne(options.size, options.rounds, threads);
  const runs: Bulk[] = [];
  for (const load of full ? [videos, TINY] : [videos]) {
    note(`pipeline: ${name(load)}`);
    runs.push(await measureBulk(load, threads));
  }
  const { first } = runs[0] as Bulk;
  const aim = `${name(videos)}: the pool busy at least ${BUSY * 100} % of the time`;
  const value = `${(first.poolBusy * 100).toFixed(1)} %`;
  return {
    data: { one, runs },
    text: [oneTable(one, threads), bulkTable(runs, threads)],
    metrics: metrics(one, runs),
    aims: [{ aim, reached: first.poolBusy >= BUSY, value }],
  };
}

/** A fresh kiln and fresh stores, gone afterwards. */
async function withStores<T>(
  load: Load,
  threads: number,
  body: (kiln: Kiln, experiments: readonly DemoExperiment[]) => Promise<T>,
): Promise<T> {
  return withFolder(async (folder) => {
    const stores = await startStores(folder);
    try {
      const experiments = [...loadExperiments(load.count, load.clip)];
      await seed(stores, experiments);
      useStores(stores);
      await using kiln = createKiln({ threads, table: stores.table, bucket: stores.bucket, device: 'cpu' });
      return await body(kiln, experiments);
    } finally {
      await stores.close();
    }
  });
}

async function measureOne(size: Size, rounds: number, threads: number): Promise<One> {
  const load = { count: rounds + 1, clip: { ...size, fps: FPS, frames: FRAMES } };
  return withStores(load, threads, async (kiln, experiments) => {
    const [stored, rendered] = [[] as number[], [] as number[]];
    // The first one loads the AWS SDK and starts the threads.
    for (const { item, objects } of experiments) {
      stored.push(await seconds(() => kiln.regenerate(item.experiment_id)));
      const document = (objects[0]?.body ?? item.parameters) as Uint8Array;
      rendered.push(await seconds(() => kiln.render(document)));
    }
    return { size, stored: spread(stored.slice(1)), rendered: spread(rendered.slice(1)) };
  });
}

async function measureBulk(load: Load, threads: number): Promise<Bulk> {
  return withStores(load, threads, async (kiln) => {
    const first = await backfill(kiln, 'regenerated', load.count);
    const second = await backfill(kiln, 'current', load.count);
    const peakMiB = Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
    return { ...load, first, second, peakMiB };
  });
}

async function backfill(kiln: Kiln, wanted: 'regenerated' | 'current', count: number): Promise<BackfillSummary> {
  const summary = await kiln.backfill();
  if (summary.outcomes[wanted] === count) return summary;
  throw new Error(`Expected ${count} ${wanted} but received ${JSON.stringify(summary.outcomes)}`);
}

function name({ count, clip }: Load): string {
  return `${count} experiments of ${clip.frames} frames, ${sizeName(clip)}`;
}

function oneTable({ size, stored, rendered }: One, threads: number): Table {
  return table(
    `One experiment of ${FRAMES} frames, ${sizeName(size)}, threads: ${threads}; stores on loopback, seconds: median (min..max)`,
    ['from its id to the recorded link', 'render alone', 'frames/s stored', 'reading, storing, recording'],
    [
      [
        cell(stored),
        cell(rendered),
        digits(FRAMES / stored.median),
        `${(100 * (1 - rendered.median / stored.median)).toFixed(1)} %`,
      ],
    ],
  );
}

function bulkTable(runs: readonly Bulk[], threads: number): Table {
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

function metrics({ size, stored }: One, runs: readonly Bulk[]): Metric[] {
  return [
    { name: `pipeline one of ${sizeName(size)}`, unit: 's', better: 'lower', ...stored },
    ...runs.map(({ first, ...load }): Metric => {
      return { name: `pipeline ${name(load)}`, unit: 'frames/s', better: 'higher', ...spread([first.framesPerSecond]) };
    }),
  ];
}
