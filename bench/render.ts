// SPDX-License-Identifier: Apache-2.0
// Rendering alone, to NV12: by scene, CPU level and threads, beside memset and memcpy of the same bytes.
import { createKiln } from 'framekiln';
import { type CpuLevel, frameBytes, type NativeFrames } from 'framekiln/native';
import { Crew, threadCounts } from './crew.js';
import { fitFrames, rates, type Spread, type Variant } from './measure.js';
import type { Bench, PartResult } from './part.js';
import { FRAMES, framesOf, SCENES, type Scene, type Size, sizeName, slice, storedDocument } from './scenes.js';
import { cell, table } from './table.js';

/** Frames in the reused buffer, and a native call: each call makes its renderer's tables anew. */
export const RING = 4;

type Rows = Record<string, Record<string, Spread>>;

/** All tables of this part. */
export async function benchRender(bench: Bench): Promise<PartResult> {
  const { sizes, rounds, threads } = bench.options;
  const data: Record<string, { oneCore: Rows; threads: Rows }> = {};
  const text: string[] = [];
  for (const size of sizes) {
    const oneCore: Rows = {};
    const many: Rows = {};
    for (const scene of SCENES) {
      bench.note(`render ${sizeName(size)} ${scene}`);
      oneCore[scene] = await onOneCore(bench, scene, size);
      many[scene] = await onThreads(bench, scene, size);
    }
    data[sizeName(size)] = { oneCore, threads: many };
    const title = `${sizeName(size)} to NV12, frames/s: median (min..max) of ${rounds} rounds`;
    text.push(
      rowsTable(`Render only, one core, ${RING} reused frames; ${title}`, oneCore),
      rowsTable(
        `Render only, best CPU level, 1..${threads} threads: native calls alone, and kiln.frames; ${title}`,
        many,
      ),
    );
  }
  return { data, text: text.join('\n'), aims: [] };
}

/** Calls `render` for the frames, a ring at a time. */
function inRings(frames: NativeFrames, render: (part: NativeFrames) => void): void {
  for (let at = 0; at < frames.time.length; at += RING) render(slice(frames, at, at + RING));
}

/** Every CPU level, memset and memcpy, on this thread. */
async function onOneCore({ addon, options }: Bench, scene: Scene, size: Size): Promise<Record<string, Spread>> {
  const bytes = frameBytes('nv12', size.width, size.height);
  const out = Buffer.alloc(bytes * RING);
  const source = Buffer.alloc(bytes * RING, 1);
  const budget = options.quick ? 0.1 : 0.3;
  const levels = addon.about().cpuLevels.map((cpu): Variant => {
    const run = (frames: NativeFrames) =>
      inRings(frames, (part) => {
        addon.renderFrames({ ...part, format: 'nv12', cpu, out: out.subarray(0, bytes * part.time.length) });
      });
    const count = fitFrames((n) => run(framesOf(addon, scene, n, size)), budget, RING, FRAMES);
    const frames = framesOf(addon, scene, count, size);
    return { name: cpu, frames: count, warm: true, run: () => run(frames) };
  });
  const bounds = (['memset', 'memcpy'] as const).map((name): Variant => {
    const run = () => {
      for (let i = 0; i < FRAMES; i++) {
        const at = (i % RING) * bytes;
        if (name === 'memset') out.fill(i & 255, at, at + bytes);
        else source.copy(out, at, at, at + bytes);
      }
    };
    return { name, frames: FRAMES, run };
  });
  return rates([...levels, ...bounds], options.rounds);
}

/** The best level on 1 to N threads: the bench's own crew, and the pool behind kiln.frames. */
async function onThreads({ addon, options }: Bench, scene: Scene, size: Size): Promise<Record<string, Spread>> {
  const cpu = addon.about().cpuLevels.at(-1) as CpuLevel;
  const out = new Uint8Array(frameBytes('nv12', size.width, size.height) * RING);
  const renderRing = (frames: NativeFrames) =>
    inRings(frames, (part) => void addon.renderFrames({ ...part, format: 'nv12', cpu, out }));
  const budget = options.quick ? 0.1 : 0.3;
  const rings = fitFrames((n) => renderRing(framesOf(addon, scene, n * RING, size)), budget, 1, FRAMES / RING);
  const found: Record<string, Spread> = {};
  for (const threads of threadCounts(options.threads)) {
    await using crew = await Crew.start(threads);
    await using kiln = createKiln({ threads, cpu });
    const frames = framesOf(addon, scene, rings * RING * threads, size);
    const count = frames.time.length;
    const document = kiln.open(storedDocument(frames));
    const alone = () => crew.run({ kind: 'render', format: 'nv12', cpu, frames, piece: RING });
    const variants: Variant[] = [
      { name: `${threads}`, frames: count, run: alone },
      { name: `${threads} kiln.frames`, frames: count, run: () => drain(kiln.frames(document, { format: 'nv12' })) },
    ];
    Object.assign(found, await rates(variants, options.rounds));
  }
  return found;
}

/** Takes every frame and keeps none. */
async function drain(frames: AsyncIterable<unknown>): Promise<void> {
  const iterator = frames[Symbol.asyncIterator]();
  while (!(await iterator.next()).done);
}

/** One line a scene, one column a variant. */
function rowsTable(title: string, rows: Rows): string {
  const names = Object.keys(Object.values(rows)[0] ?? {});
  return table(
    title,
    ['scene', ...names],
    Object.entries(rows).map(([scene, row]) => [scene, ...names.map((name) => cell(row[name]))]),
  );
}
