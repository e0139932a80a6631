// SPDX-License-Identifier: Apache-2.0
import type { Control, CpuLevel, NativeFrames } from '../native.js';

/**
 * How YCbCr becomes RGB. `accurate`: as the file says, chroma interpolated. `opencv`: as OpenCV's VideoCapture does, which
 * takes everything for BT.601 and each chroma sample for its whole block.
 */
export const CONVERSIONS = ['accurate', 'opencv'] as const;
export type Conversion = (typeof CONVERSIONS)[number];

/** Whole frames of a video or of raw pixels: packed, one after the other, without padding. */
export interface PixelFrames {
  data: Uint8Array;
  /** At least 1. */
  frames: number;
  width: number;
  height: number;
  /** FFmpeg's name of the pixel format, such as `rgb24`, `yuv420p`, `yuv422p10le`. */
  format: string;
  /** The matrix of ITU-T H.273: 1 BT.709, 5 and 6 BT.601, 2 not said. Of no meaning for RGB. */
  matrix: number;
  /** YCbCr samples use 0 to 255 rather than 16 to 235. */
  fullRange: boolean;
  /** Default `accurate`. */
  conversion?: Conversion;
}

/** Frames to look at: drawn, or decoded. */
export type FramesSide = NativeFrames | PixelFrames;

/** Luma as a matrix defines it, limited range. */
export const LUMAS = ['bt709', 'bt601'] as const;
export type Luma = (typeof LUMAS)[number];

export interface CompareJob {
  /** The reference; `b` is scaled to its size (as OpenCV's INTER_LINEAR does) when it has another. */
  a: FramesSide;
  /** As many frames as `a`. */
  b: FramesSide;
  cpu: CpuLevel;
  /** Also compare luma. */
  luma?: Luma;
  /** Leave SSIM out, which takes nearly all of the time: NaN. */
  psnrOnly?: boolean;
  control?: Control;
}

/** What one frame differs by, COMPARED numbers each: see there. */
export type Compared = Float64Array;
/**
 * Index of each number in a frame's part of Compared: the sum of squared differences over all RGB samples; SSIM as
 * scikit-image defines it; the sum of squared differences of luma; SSIM of luma as FFmpeg's filter defines it (NaN
 * when luma was not asked for).
 */
export const COMPARED = { squaredError: 0, ssim: 1, lumaSquaredError: 2, lumaSsim: 3, count: 4 } as const;
