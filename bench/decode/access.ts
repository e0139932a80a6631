// SPDX-License-Identifier: Apache-2.0
// One frame from anywhere beside the same frames in order.
import { createKiln } from 'framekiln';
import { percentile } from '../measure.js';
import type { Bench } from '../part.js';
import type { Comparison } from '../peers/compare.js';
import { digits, type Table, table } from '../report/table.js';
import { type Clip, sizeName } from '../scenes.js';

const CALLS = { quick: 20, usual: 100 };

/** Milliseconds a frame on one thread. */
export interface Access {
  by: string;
  clip: string;
  /** Median and 95th percentile of single frames from all over the clip. */
  random: { p50: number; p95: number };
  /** All of it, over its frames. */
  sequential: number;
}

/** Frames of `kiln.frames`, to RGB24, one thread. */
export async function measureAccess({ options }: Bench, clips: readonly Clip[]): Promise<Access[]> {
  await using kiln = createKiln({ threads: 1, device: 'cpu' });
  const found: Access[] = [];
  for (const clip of clips) {
    const document = kiln.open(clip.document(options.size));
    const times: number[] = [];
    for (let call = 0; call <= (options.quick ? CALLS.quick : CALLS.usual); call++) {
      // A step that shares no factor with the length meets frames from all over.
      const start = (call * 7919) % clip.length;
      const began = performance.now();
      for await (const _ of kiln.frames(document, { range: { start, end: start + 1 }, recycle: true })) break;
      times.push(performance.now() - began);
    }
    const frames = Math.min(clip.length, options.quick ? 30 : 120);
    const began = performance.now();
    for await (const _ of kiln.frames(document, { range: { start: 0, end: frames }, recycle: true }));
    const sequential = (performance.now() - began) / frames;
    const [p50, p95] = [0.5, 0.95].map((share) => percentile(times.slice(1), share)) as [number, number];
    found.push({ by: 'framekiln', clip: clip.name, random: { p50, p95 }, sequential });
  }
  return found;
}

/** Frames out of video files, in the same terms. */
export function peerAccess({ rows, seeks }: Comparison): Access[] {
  return seeks.map(({ peer, scene, p50, p95 }) => {
    const row = rows.find((one) => one.peer === peer && one.scene === scene);
    const sequential = 1000 / (row?.framesPerSecond.median ?? Number.NaN);
    return { by: peer, clip: scene, random: { p50, p95 }, sequential };
  });
}

export function accessTable(rows: readonly Access[], { options }: Bench): Table {
  return table(
    `Seek to any frame beside decoding in order, ${sizeName(options.size)} to RGB24, one thread, milliseconds a frame`,
    ['', 'scene', 'seek p50', 'seek p95', 'in order', 'seek / in order'],
    rows.map(({ by, clip, random, sequential }) => [
      by,
      clip,
      ...[random.p50, random.p95, sequential].map(digits),
      `${digits(random.p50 / sequential)}x`,
    ]),
  );
}
