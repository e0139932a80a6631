// SPDX-License-Identifier: Apache-2.0
import type { Addon, CpuLevel, FramesSide } from '../native.js';

/** One frame to show, or two and what they differ by. */
export interface TileJob {
  /** One frame. */
  a: FramesSide;
  /** One frame; it is scaled to the size of `a` (as OpenCV's INTER_LINEAR does) when it has another. */
  b?: FramesSide | undefined;
  /** What differences are multiplied by, above 0. */
  gain: number;
  toWidth: number;
  toHeight: number;
  cpu: CpuLevel;
}

/** Packed rgb24 of the job's size. `b` and `difference` are there when the job has a `b`. */
export interface Tile {
  a: Uint8Array;
  b?: Uint8Array;
  difference?: Uint8Array;
}

/** Draws the frames small. Their difference is taken at full size: what is small and strong stays visible. */
export function drawTile(addon: Addon, { a, b, gain, toWidth, toHeight, cpu }: TileJob): Tile {
  const { width, height } = a;
  const small = (rgb: Uint8Array) => addon.scaleRgb(rgb, width, height, toWidth, toHeight);
  const first = addon.toRgb(a, cpu);
  if (b === undefined) return { a: small(first) };

  const drawn = addon.toRgb(b, cpu);
  const same = b.width === width && b.height === height;
  const second = same ? drawn : addon.resizeLinear(drawn, b.width, b.height, width, height);
  return { a: small(first), b: small(second), difference: small(difference(first, second, gain)) };
}

function difference(a: Uint8Array, b: Uint8Array, gain: number): Uint8Array {
  const shown = Uint8ClampedArray.from({ length: 256 }, (_, d) => d * gain);
  return a.map((value, i) => shown[Math.abs(value - (b[i] as number))] as number);
}
