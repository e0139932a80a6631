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
 * The first segments, as parts of a whole one. Who watches a video while it is made sees its first frame when the first
 * segment is done; two threads that each encode just as fast as the video plays then stay half a second ahead.
 */
const RAMP = [1 / 4, 1 / 4, 1 / 4, 1 / 2, 1 / 2] as const;

/**
 * Divides `frames` (1 or more) into segments of about `segmentSeconds`, the first ones and the last one shorter, at least
 * one frame each.
 */
export function planSegments(frames: number, rate: Rate, segmentSeconds = 2): SegmentPlan {
  const whole = (segmentSeconds * rate.num) / rate.den;
  const [length, ...ramp] = [1, ...RAMP].map((part) => Math.max(1, Math.round(part * whole))) as [number, ...number[]];
  const starts = [0];
  for (const frames of ramp) starts.push((starts.at(-1) as number) + frames);
  const startOf = (index: number): number =>
    Math.min(frames, starts[index] ?? (starts.at(-1) as number) + (index - ramp.length) * length);
  const rest = Math.max(0, frames - startOf(ramp.length));
  return {
    count: starts.slice(0, -1).filter((start) => start < frames).length + Math.ceil(rest / length),
    segment: (index) => ({ start: startOf(index), end: startOf(index + 1) }),
  };
}

/** How many raw frames of `frameBytes` fit `targetBytes`: at least one. */
export function chunkFrames(frameBytes: number, targetBytes: number): number {
  return Math.max(1, Math.floor(targetBytes / frameBytes));
}
