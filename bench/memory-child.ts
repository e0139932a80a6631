// SPDX-License-Identifier: Apache-2.0
// A fresh process that renders one long document to a file and watches its own memory: prints a MemoryRun as JSON.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKiln } from 'framekiln';
import { scheduleDocument } from './scenes.js';

/** MiB, of the whole process. */
export interface MemoryRun {
  frames: number;
  peak: number;
  /** The highest sample while this part of the frames was made. */
  firstHalf: number;
  secondHalf: number;
  at10: number;
  at50: number;
  at100: number;
  fileMiB: number;
  framesPerSecond: number;
  threads: number;
  samples: number;
}

const [width = 0, height = 0, frames = 0, threads = 1] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'framekiln-bench-'));
const samples: { share: number; rss: number }[] = [];
let share = 0;
const sample = () => samples.push({ share, rss: process.memoryUsage.rss() / 2 ** 20 });

/** The system's own mark: no peak falls between two samples. Unlike getrusage's, it does not count the parent's memory. */
function highWaterMark(): number {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
}

try {
  await using kiln = createKiln({ threads });
  const timer = setInterval(sample, 250);
  const report = await kiln.renderToFile(
    scheduleDocument({ width, height }, frames),
    join(folder, 'long.mp4'),
    { preset: 'ultrafast' },
    {
      onProgress: ({ framesDone }) => {
        share = framesDone / frames;
      },
    },
  );
  clearInterval(timer);
  sample();
  const at = (wanted: number) => samples.find((s) => s.share >= wanted)?.rss ?? 0;
  const highest = (from: number, to: number) =>
    Math.max(0, ...samples.filter((s) => s.share >= from && s.share <= to).map(({ rss }) => rss));
  const run: MemoryRun = {
    frames,
    peak: highWaterMark(),
    firstHalf: highest(0, 0.5),
    secondHalf: highest(0.5, 1),
    at10: at(0.1),
    at50: at(0.5),
    at100: at(1),
    fileMiB: report.bytes / 2 ** 20,
    framesPerSecond: report.framesPerSecond,
    threads: report.threads,
    samples: samples.length,
  };
  process.stdout.write(`${JSON.stringify(run)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
