// SPDX-License-Identifier: Apache-2.0
import type { Rate } from '../document/rate.js';

/** Frames `start` to `end`, `end` exclusive. */
export interface FrameRange {
  start: number;
  end: number;
}

/** Equally long segments, the last one perhaps shorter. A formula rather than a list: there can be millions. */
export interface SegmentPlan {
  count: number;
  framesPerSegment: number;
  /** The frames of segment `index`, 0 to count-1. */
  segment(index: number): FrameRange;
}

/** Divides `frames` (1 or more) into segments of about `segmentSeconds`, at least one frame each. */
export function planSegments(frames: number, rate: Rate, segmentSeconds = 2): SegmentPlan {
  const wanted = Math.round((segmentSeconds * rate.num) / rate.den);
  const framesPerSegment = Math.min(frames, Math.max(1, wanted));
  return {
    count: Math.ceil(frames / framesPerSegment),
    framesPerSegment,
    segment: (index) => ({
      start: index * framesPerSegment,
      end: Math.min(frames, (index + 1) * framesPerSegment),
    }),
  };
}

/** How many raw frames of `frameBytes` fit `targetBytes`: at least one. */
export function chunkFrames(frameBytes: number, targetBytes: number): number {
  return Math.max(1, Math.floor(targetBytes / frameBytes));
}
