// SPDX-License-Identifier: Apache-2.0
import type { ErrorCode } from '../errors.js';

/** One GPU. */
export interface GpuFacts {
  index: number;
  name: string;
  /** Bytes. */
  memory: number;
  /** Compute capability, such as `8.6`. */
  capability: string;
  multiprocessors: number;
}

/** What NVIDIA's driver shows; when it shows nothing, why. */
export interface Gpus {
  /** The CUDA version that the driver is for, such as `13.0`. */
  driver?: string;
  devices: GpuFacts[];
  /** `LIB_MISSING`, `NO_GPU` or `DRIVER_TOO_OLD`. */
  code?: ErrorCode;
  message?: string;
}

/** Seconds that a GPU took for `bytes` in its own memory. */
export interface GpuTiming {
  drawing: number;
  /** Clearing the same bytes. */
  memset: number;
  bytes: number;
}
