// SPDX-License-Identifier: Apache-2.0
import type { DocumentInput } from '../document/document.js';
import type { StoreOptions } from '../experiment/stores.js';
import type { VerifyOptions } from '../experiment/verify.js';
import type { CpuLevel, FrameFormat } from '../native.js';
import type { DeviceChoice, EncoderChoice } from '../render/devices.js';
import type { RenderFramesOptions } from '../render/frames.js';
import type { FrameRange } from '../render/plan.js';

/** Threads, and where experiments are for the calls that work on them. */
export interface KilnOptions extends StoreOptions {
  /** Threads that render and encode, 1 to 256; default: the processor's. */
  threads?: number | undefined;
  /** Default: the best this machine has, or what the environment's FRAMEKILN_CPU allows of it. */
  cpu?: CpuLevel | undefined;
  /** What draws: `cpu`, `cuda` (all GPUs), `cuda:1`; default `auto`, all GPUs that work, or else the CPU. */
  device?: DeviceChoice | undefined;
  /** Default `auto`: NVENC where it works, or else `software`. */
  encoder?: EncoderChoice | undefined;
}

/** What a kiln draws and encodes with. */
export interface Backend {
  /** Such as `cpu-avx2` or `cuda:0+cuda:1`. */
  renderer: string;
  /** Such as `libx264` or `h264_nvenc`. */
  encoder: string;
  why: string;
}

export interface FramesOptions extends RenderFramesOptions {
  /** Default `rgb24`. */
  format?: FrameFormat | undefined;
  /** `end` exclusive; default all. */
  range?: FrameRange | undefined;
}

export interface FidelityOptions {
  signal?: AbortSignal | undefined;
  /** Frames to measure, evenly spread; default 8. */
  samples?: number | undefined;
}

export interface VerifyCall extends Omit<VerifyOptions, 'document'> {
  /** Held against the record instead of the parameters that are stored. */
  document?: DocumentInput | undefined;
}
