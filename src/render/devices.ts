// SPDX-License-Identifier: Apache-2.0
// Which GPUs draw and which encoder encodes. Only trying tells, so each is tried once, in the pool, when first wanted.
import { refuseSetting } from '../errors.js';
import { type Codec, NVENC_CODECS, type NvencCodec } from '../native.js';
import type { RenderPool } from './pool.js';
import { gpuError, isGpuCode } from './remedies.js';

/** `cuda` is all GPUs; `auto` is all that work, or else the CPU. */
export type DeviceChoice = 'auto' | 'cpu' | 'cuda' | `cuda:${number}`;
/** `auto` is NVENC where it works, or else software. */
export type EncoderChoice = 'auto' | 'software' | 'nvenc';

/** What a video's segments are made with. */
export interface Means {
  /** Indices of the GPUs that draw; none: the CPU does. */
  devices: readonly number[];
  nvenc: boolean;
  /** Why these, in a few words. */
  why: string;
}

/** What trying came to: what works, and what the rest died of. */
export interface Tried {
  working: number[];
  code?: string;
  message?: string;
}

/** @throws FramekilnError `INVALID_SETTING` */
export function checkChoice(device: string = 'auto', encoder: string = 'auto'): [DeviceChoice, EncoderChoice] {
  if (!/^(auto|cpu|cuda|cuda:\d{1,2})$/.test(device)) refuseSetting('auto, cpu, cuda or cuda:N', 'device', device);
  if (!/^(auto|software|nvenc)$/.test(encoder)) refuseSetting('auto, software or nvenc', 'encoder', encoder);
  if (device === 'cpu' && encoder === 'nvenc') refuseSetting('auto or software (with device cpu)', 'encoder', encoder);
  return [device as DeviceChoice, encoder as EncoderChoice];
}

export class Devices {
  readonly #pool: RenderPool;
  readonly #device: DeviceChoice;
  readonly #encoder: EncoderChoice;
  #gpus: Promise<Tried> | undefined;
  readonly #nvenc = new Map<NvencCodec, Promise<Tried>>();
  readonly #lost = new Map<number, string>();

  constructor(pool: RenderPool, device: DeviceChoice, encoder: EncoderChoice) {
    this.#pool = pool;
    this.#device = device;
    this.#encoder = encoder;
  }

  /**
   * The GPUs that draw, without those that were lost.
   * @throws FramekilnError with the code of what keeps the GPU that was asked for from working
   */
  async drawing(): Promise<Pick<Means, 'devices' | 'why'>> {
    if (this.#device === 'cpu') return { devices: [], why: 'device cpu' };
    this.#gpus ??= this.#pool.run('openGpus', { device: this.#device });
    const { working, code, message = '' } = await this.#gpus;
    const devices = working.filter((index) => !this.#lost.has(index));
    if (devices.length > 0) return { devices, why: `device ${this.#device}` };
    const lost = [...this.#lost][0];
    const why = lost ? `cuda:${lost[0]} was lost: ${lost[1]}` : message;
    if (this.#device !== 'auto' || this.#encoder === 'nvenc') throw refusal(lost ? 'DEVICE_LOST' : code, why);
    return { devices, why: `no GPU: ${why}` };
  }

  /**
   * With what to make a video.
   * @throws FramekilnError as drawing(), and with the code of what keeps NVENC from working when it must
   */
  async means(codec: Codec): Promise<Means> {
    const must = this.#encoder === 'nvenc' || codec === 'hevc_420' || codec === 'av1_420';
    if (must && this.#encoder === 'software') refuseSetting(`auto or nvenc (for ${codec})`, 'encoder', 'software');
    if (must && this.#device === 'cpu') refuseSetting(`auto or cuda (for ${codec})`, 'device', 'cpu');
    if (!isNvencCodec(codec)) {
      // Also when NVENC was asked for: that is what else a kiln makes, such as exact copies and files as recorded.
      return { ...(await this.drawing()), nvenc: false };
    }
    const drawing = await this.drawing();
    if (drawing.devices.length === 0 && must) throw refusal((await this.#gpus)?.code, drawing.why);
    if (drawing.devices.length === 0 || this.#encoder === 'software') return { ...drawing, nvenc: false };
    const { working, code, message = '' } = await this.#tryNvenc(codec, drawing.devices);
    const devices = working.filter((index) => drawing.devices.includes(index));
    if (devices.length > 0) return { devices, nvenc: true, why: drawing.why };
    if (must) throw refusal(code, message);
    return { ...drawing, nvenc: false, why: `${drawing.why}; no NVENC: ${message}` };
  }

  /** A GPU that is not to be used any more. */
  lose(device: number, message: string): void {
    this.#lost.set(device, message);
  }

  /** Having no chip is for good; having too many sessions or no memory is not. */
  async #tryNvenc(codec: NvencCodec, devices: readonly number[]): Promise<Tried> {
    const trying = this.#nvenc.get(codec) ?? this.#pool.run('openNvenc', { devices, codec });
    this.#nvenc.set(codec, trying);
    const tried = await trying;
    if (tried.code === 'SESSION_LIMIT' || tried.code === 'GPU_OUT_OF_MEMORY') this.#nvenc.delete(codec);
    return tried;
  }
}

const isNvencCodec = (codec: Codec): codec is NvencCodec => (NVENC_CODECS as readonly Codec[]).includes(codec);

function refusal(code: string | undefined, message: string): Error {
  return gpuError(isGpuCode(code) ? code : 'NO_GPU', message);
}
