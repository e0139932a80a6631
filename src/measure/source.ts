// SPDX-License-Identifier: Apache-2.0
import type { FramesSide } from '../native.js';
import type { FrameRange } from '../render/plan.js';

export type FrameChunks = AsyncGenerator<FramesSide, void, undefined>;

/** Frames to look at, wherever they come from: a document, a video file, raw pixels. */
export interface FrameSource {
  /** For people: `doc.json`, `clip.mp4 (h264 yuv420p)`. */
  readonly label: string;
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  /** Frames a second, such as `30000/1001`; undefined when nobody says. */
  readonly rate: string | undefined;
  /** What was done to the frames before they are seen, such as `10-bit samples, reduced to 8`. */
  readonly notes: readonly string[];
  /** The frames of the range in order, `perChunk` at a time, the last chunk perhaps fewer. Leaving the loop closes it. */
  chunks(range: FrameRange, perChunk: number, stop?: AbortSignal): FrameChunks;
  /** Only these frames, of increasing index, one at a time. */
  pick(indices: readonly number[], stop?: AbortSignal): FrameChunks;
}

/** The frames of one measurement, per frame and on average. JSON-able: an infinite PSNR, of equal frames, is null. */
export interface Measurement {
  frames: number;
  width: number;
  height: number;
  /** dB over all RGB samples, peak 255. */
  psnr: Distribution & {
    /** From the mean squared error of all frames together; null when all are equal. */
    pooled: number | null;
    /** Mean over the frames that differ; null when none does. */
    meanOfDiffering: number | null;
    /** Frames that are equal in every pixel. */
    identicalFrames: number;
  };
  ssim: Distribution;
  /** Of luma, when it was asked for: PSNR and SSIM as FFmpeg's filters define them. */
  luma?: { matrix: string; psnr: Distribution & { pooled: number | null }; ssim: Distribution };
  notes: string[];
}

/** One number a frame. Null: infinite, or (luma's SSIM below 8x8) undefined. The mean is the records': over all frames. */
export interface Distribution {
  mean: number | null;
  min: number | null;
  max: number | null;
  perFrame: (number | null)[];
}
