// SPDX-License-Identifier: Apache-2.0
// A long document must not need more memory than a short one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text as readAll } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { MemoryRun } from './memory-child.js';
import type { Bench, PartResult } from './part.js';
import { digits, type Table, table } from './report/table.js';
import { type Size, sizeName } from './scenes.js';

const CHILD = fileURLToPath(new URL('./memory-child.js', import.meta.url));
/** Long enough: V8 lets about 64 MiB of finished segments lie before it first frees any. */
const SMALL = { width: 640, height: 360, frames: 27_000 };
const HOUR = { width: 1920, height: 1080, frames: 108_000 };
/** Flat: the second half's peak over the first's. Allocators and collectors do not repeat to the MiB. */
const FLAT = 1.15;

/** The document, and one of a tenth of its length, each in a process of its own. */
export async function benchMemory(bench: Bench): Promise<PartResult> {
  const { full, quick, threads } = bench.options;
  const { frames: most, ...size } = full ? HOUR : SMALL;
  const frames = quick && !full ? most / 3 : most;
  const runs: MemoryRun[] = [];
  for (const count of [frames / 10, frames]) {
    bench.note(`memory ${sizeName(size)}, ${count} frames`);
    runs.push(await measure(size, count, threads));
  }
  const long = runs.at(-1) as MemoryRun;
  const growth = long.secondHalf / long.firstHalf;
  const aim = `${frames} frames of ${sizeName(size)}: the second half's peak memory at most ${FLAT} times the first's`;
  const value = `${growth.toFixed(2)}, peak ${digits(long.peak)} MiB`;
  // A short run ends before memory has reached its level.
  const aims = quick && !full ? [] : [{ aim, reached: growth <= FLAT, value }];
  return { data: { size, runs }, text: text(runs, size, full), aims };
}

/** One render in a fresh process. */
async function measure({ width, height }: Size, frames: number, threads: number): Promise<MemoryRun> {
  const args = [CHILD, ...[width, height, frames, threads].map(String)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output, [code]] = await Promise.all([readAll(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new Error(`The memory run ended with ${code}`);
  return JSON.parse(output) as MemoryRun;
}

function text(runs: readonly MemoryRun[], size: Size, full: boolean): (Table | string)[] {
  const head = ['frames', 'peak', 'at 10 %', 'at 50 %', 'at 100 %', '1st half', '2nd half', 'file', 'frames/s'];
  const body = runs.map((run) => [
    `${run.frames}`,
    ...[run.peak, run.at10, run.at50, run.at100, run.firstHalf, run.secondHalf, run.fileMiB].map(digits),
    digits(run.framesPerSecond),
  ]);
  const title =
    `Memory of a process that renders to a file, ${sizeName(size)}, ultrafast, threads: ${runs[0]?.threads}, MiB ` +
    '(RSS, sampled every 250 ms; peak by the system)';
  const hour = `one hour of ${sizeName(HOUR)}, ${HOUR.frames} frames: npm run bench -- memory --full`;
  const small = `${SMALL.frames} frames of ${sizeName(SMALL)}: npm run bench -- memory`;
  return [table(title, head, body), full ? `This is ${hour}; ${small}` : `This is a short run; ${hour}`];
}
