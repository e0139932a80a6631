// SPDX-License-Identifier: Apache-2.0
// Drawing on 1 to N threads: native calls alone, and through kiln.frames.

import { createKiln } from 'framekiln';
import { frameBytes, type NativeFrames } from 'framekiln/native';
import { Crew, evenCuts, threadCounts } from '../crew.js';
import { bestLevel } from '../levels.js';
import { fitFrames, type Rate, rates, type Variant } from '../measure.js';
import type { Bench, Metric } from '../part.js';
import { cell, type Table, table } from '../report/table.js';
import { type Clip, sizeName, slice, storedDocument } from '../scenes.js';

/** Frames in the reused buffer, and a native call: each call makes its renderer's tables anew. */
const RING = 4;

export interface Scaling {
  clip: string;
  /** By thread count, `1` and `1 kiln.frames`. */
  rates: Record<string, Rate>;
}

/** The best level on each number of threads, to NV12. */
export async function measureScaling({ addon, options }: Bench, clip: Clip): Promise<Scaling> {
  const { size } = options;
  const cpu = bestLevel(addon);
  const out = new Uint8Array(frameBytes('nv12', size.width, size.height) * RING);
  const renderRings = (frames: NativeFrames) => {
    for (let at = 0; at < frames.time.length; at += RING)
      addon.renderFrames({ ...slice(frames, at, at + RING), format: 'nv12', cpu, out });
  };
  const budget = options.quick ? 0.1 : 0.3;
  const rings = fitFrames((n) => renderRings(clip.frames(n * RING, size)), budget, 1, 75);
  const found: Record<string, Rate> = {};
  for (const threads of threadCounts(options.threads)) {
    await using crew = await Crew.start(threads);
    await using kiln = createKiln({ threads, cpu, device: 'cpu' });
    const frames = clip.frames(rings * RING * threads, size);
    const count = frames.time.length;
    const document = kiln.open(storedDocument(frames));
    const alone = () => crew.run({ kind: 'render', format: 'nv12', cpu, frames, cuts: evenCuts(count, RING) });
    const variants: Variant[] = [
      { name: `${threads}`, frames: count, run: alone },
      ...[false, true].map((recycle) => ({
        name: `${threads} kiln.frames${recycle ? ', recycled' : ''}`,
        frames: count,
        run: () => drain(kiln.frames(document, { format: 'nv12', recycle })),
      })),
    ];
    Object.assign(found, await rates(variants, options.rounds));
  }
  return { clip: clip.name, rates: found };
}

/** Takes every frame and keeps none. */
async function drain(frames: AsyncIterable<unknown>): Promise<void> {
  const iterator = frames[Symbol.asyncIterator]();
  while (!(await iterator.next()).done);
}

export function scalingTable(rows: readonly Scaling[], { options }: Bench): Table {
  const names = Object.keys(rows[0]?.rates ?? {});
  return table(
    `Frames from parameters on 1..${options.threads} threads, ${sizeName(options.size)} to NV12, native calls alone and ` +
      `kiln.frames, frames/s: median (min..max) of ${options.rounds} rounds`,
    ['scene', ...names],
    rows.map(({ clip, rates: found }) => [clip, ...names.map((name) => cell(found[name]))]),
  );
}

export function scalingMetrics(rows: readonly Scaling[], { options }: Bench): Metric[] {
  return rows.flatMap(({ clip, rates: found }) =>
    Object.entries(found).map(([threads, { cpuMs: _, ...rate }]) => ({
      name: `decode ${sizeName(options.size)} ${clip} nv12, threads: ${threads}`,
      ...{ unit: 'frames/s', better: 'higher' as const },
      ...rate,
    })),
  );
}
