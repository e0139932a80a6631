// SPDX-License-Identifier: Apache-2.0

/** Palette names; a table stores their index. */
export const PALETTES = ['vibrant', 'pastel', 'monochrome'] as const;
export type PaletteName = (typeof PALETTES)[number];

/** Scene families, in order of complexity. */
export const FAMILIES = ['geometric', 'fractal', 'plasma', 'mandelbrot'] as const;
export type Family = (typeof FAMILIES)[number];

/** A validated document: what decides its pixels, one array element a frame. */
export interface FrameTable {
  /** Pixels. */
  width: number;
  height: number;
  /** As the document says it; `exactRate` makes a fraction of it. */
  fps: number;
  /** The scene's own clock, in seconds. */
  time: Float64Array;
  complexity: Float64Array;
  /** Index into PALETTES. */
  palette: Uint8Array;
}

/** Frames in the table. */
export function frameCount(table: FrameTable): number {
  return table.time.length;
}

/** Frames `start` to `end` (exclusive), copied, so that they can move to another thread on their own. */
export function sliceTable(table: FrameTable, start: number, end: number): FrameTable {
  return {
    ...table,
    time: table.time.slice(start, end),
    complexity: table.complexity.slice(start, end),
    palette: table.palette.slice(start, end),
  };
}

/** The complexity at which each of FAMILIES begins; the first has all below. */
export const FAMILY_STARTS = [Number.NEGATIVE_INFINITY, 0.3, 0.6, 0.8] as const;

/** The scene family that draws a frame of this complexity. */
export function familyOf(complexity: number): Family {
  // Asked of each of millions of frames: findLastIndex() takes five times as long.
  let index = FAMILIES.length - 1;
  while (index > 0 && complexity < (FAMILY_STARTS[index] as number)) index--;
  return FAMILIES[index] as Family;
}
