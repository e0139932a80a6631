// SPDX-License-Identifier: Apache-2.0
import type { Rate } from '../document/rate.js';

/** Frames `start` to `end`, `end` exclusive. */
export interface FrameRange {
  start: number;
  end: number;
}

/** A formula rather than a list: there can be millions. */
export interface SegmentPlan {
  count: number;
  /** The frames of segment `index`, 0 to count-1. */
  segment(index: number): FrameRange;
}

/**
 * The first segments, as parts of a whole one: who watches a video while it is made waits for the first of them. They grow
 * so slowly that two threads which encode just as fast as the video plays are always one such part ahead of it.
 */
const RAMP = [1 / 4, 1 / 4, 1 / 4, 1 / 2, 1 / 2] as const;

/**
 * Divides `frames` (1 or more) into segments of about `segmentSeconds`, at least one frame each: shorter ones first, one
 * alone when that makes up half of a segment or less. A rest that is shorter than the segment before is shared with it, so
 * that no thread waits for long at the end for the one that has the last whole segment.
 */
export function planSegments(frames: number, rate: Rate, segmentSeconds = 2): SegmentPlan {
  const wanted = (segmentSeconds * rate.num) / rate.den;
  const [whole, ...ramp] = [1, ...RAMP].map((part) => Math.max(1, Math.round(part * wanted))) as [number, ...number[]];
  if (frames * 2 <= whole) return { count: 1, segment: () => ({ start: 0, end: frames }) };

  const starts: number[] = [];
  let rampEnd = 0;
  for (const length of ramp) {
    starts.push(rampEnd);
    rampEnd += length;
  }
  const count = starts.filter((start) => start < frames).length + Math.ceil(Math.max(0, frames - rampEnd) / whole);
  const evenStart = (index: number) => Math.min(frames, starts[index] ?? rampEnd + (index - ramp.length) * whole);
  const lastStart = Math.min(evenStart(count - 1), Math.ceil((evenStart(count - 2) + frames) / 2));
  const startOf = (index: number) => (index === count - 1 ? lastStart : evenStart(index));
  return {
    count,
    segment: (index) => ({ start: startOf(index), end: startOf(index + 1) }),
  };
}

/** How many raw frames of `frameBytes` fit `targetBytes`: at least one. */
export function chunkFrames(frameBytes: number, targetBytes: number): number {
  return Math.max(1, Math.floor(targetBytes / frameBytes));
}
