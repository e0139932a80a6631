// SPDX-License-Identifier: Apache-2.0
// What to do when a GPU fails in the middle of the work: whatever it made stays, the rest is made by the CPU.
import { FramekilnError, type GpuCode } from '../errors.js';
import type { Devices, Means } from './devices.js';
import { gpuError, isGpuCode } from './remedies.js';

/** Something that a GPU did not do, and the CPU did. */
export interface Fallback {
  /** Of the segment, or of the first frame. */
  index: number;
  code: GpuCode;
  message: string;
  /** Such as `cuda:0`. */
  device?: string;
}

/** A session that failed may work for the next segment; one that fails again and again does not. */
const NVENC_CHANCES = 2;
/** Of these a GPU does not recover while the process lives. */
const FOR_GOOD: readonly GpuCode[] = ['DEVICE_LOST', 'GPU_WRONG', 'MODULE_REFUSED', 'NO_GPU', 'NO_SUCH_DEVICE'];

/** The means of one job, as they shrink. */
export class Fallbacks {
  readonly events: Fallback[] = [];
  readonly #devices: Devices;
  readonly #lost = new Set<number>();
  #means: Means;
  #nvencFailures = 0;

  constructor(devices: Devices, means: Means) {
    this.#devices = devices;
    this.#means = means;
  }

  /** What to use next. */
  get means(): Means {
    const devices = this.#means.devices.filter((index) => !this.#lost.has(index));
    return { ...this.#means, devices, nvenc: this.#means.nvenc && devices.length > 0 };
  }

  /**
   * Does the work on the GPU while there is one; when that fails, on the CPU.
   * @throws what is not the GPU's fault, as it is
   */
  async run<T>(index: number, onGpu: (means: Means) => Promise<T>, onCpu: () => Promise<T>): Promise<T> {
    const { means } = this;
    if (means.devices.length === 0) return onCpu();
    try {
      return await onGpu(means);
    } catch (error) {
      if (!(error instanceof FramekilnError) || !isGpuCode(error.code)) throw error;
      this.#note(index, error.code, error, means);
      return onCpu();
    }
  }

  #note(index: number, code: GpuCode, { message, device }: FramekilnError, means: Means): void {
    this.events.push({ index, code, message, ...(device !== undefined && { device }) });
    const gpu = Number(device?.slice('cuda:'.length));
    if (FOR_GOOD.includes(code)) this.#devices.lose(gpu, message);
    if (FOR_GOOD.includes(code) || code === 'GPU_OUT_OF_MEMORY') this.#lost.add(gpu);
    else if (means.nvenc && ++this.#nvencFailures >= NVENC_CHANCES) this.#means = { ...this.#means, nvenc: false };
  }
}

/** For work that the CPU cannot do: the last failure, as an error that says what to do. */
export function failureOf({ events }: Fallbacks): FramekilnError {
  const { code = 'SESSION_LOST', message = 'NVENC is gone', device } = events.at(-1) ?? {};
  return gpuError(code, message, device);
}
