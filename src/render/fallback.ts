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

/** What a failure costs: the GPU while the process lives, the GPU or NVENC for the rest of the job, or one chance of NVENC's. */
export type Cost = 'gpu' | 'gpu of this job' | 'nvenc of this job' | 'chance';

const COSTS: Record<GpuCode, Cost> = {
  DEVICE_LOST: 'gpu',
  GPU_WRONG: 'gpu',
  MODULE_REFUSED: 'gpu',
  NO_GPU: 'gpu',
  NO_SUCH_DEVICE: 'gpu',
  LIB_MISSING: 'gpu of this job',
  DRIVER_TOO_OLD: 'gpu of this job',
  GPU_OUT_OF_MEMORY: 'gpu of this job',
  // All segments have the same size.
  NVENC_REFUSED: 'nvenc of this job',
  NO_NVENC_UNIT: 'nvenc of this job',
  CODEC_UNAVAILABLE: 'nvenc of this job',
  // May work for the next segment; what fails again does not.
  SESSION_LIMIT: 'chance',
  SESSION_LOST: 'chance',
};
const NVENC_CHANCES = 2;

export const costOf = (code: GpuCode): Cost => COSTS[code];

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
    const works = (index: number) => !this.#lost.has(index) && !this.#devices.lossOf(index);
    const devices = this.#means.devices.filter(works);
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

  /** No more NVENC in this job. */
  dropNvenc(): void {
    this.#means = { ...this.#means, nvenc: false };
  }

  #note(index: number, code: GpuCode, { message, device }: FramekilnError, means: Means): void {
    const gpus = device === undefined ? means.devices : [Number(device.slice('cuda:'.length))];
    const cost = costOf(code);
    if (cost === 'gpu') for (const gpu of gpus) this.#devices.lose(gpu, { code, message });
    const loss = this.#devices.lossOf(gpus[0] as number) ?? { code, message };
    this.events.push({ index, code: loss.code, message: loss.message, ...(device !== undefined && { device }) });
    if (cost === 'gpu') return;
    // What is no fault of NVENC's, because it was not there, is the GPU's.
    if (cost === 'gpu of this job' || !means.nvenc) for (const gpu of gpus) this.#lost.add(gpu);
    else if (cost === 'nvenc of this job' || ++this.#nvencFailures >= NVENC_CHANCES) this.dropNvenc();
  }
}

/** For work that the CPU cannot do: the last failure, as an error that says what to do. */
export function failureOf({ events }: Fallbacks): FramekilnError {
  const { code = 'SESSION_LOST', message = 'NVENC is gone', device } = events.at(-1) ?? {};
  return gpuError(code, message, device);
}

/** What happened, for a person: each kind of failure once. */
export function fallbackTexts(events: readonly Fallback[]): string[] {
  const texts = events.map(({ code, message, device }) => `${device ?? 'GPU'}: ${code}: ${message}; the CPU went on`);
  return [...new Set(texts)];
}
