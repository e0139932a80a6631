// SPDX-License-Identifier: Apache-2.0
// Which GPUs draw and which encoder encodes. Only trying tells, so each is tried once, in the pool, when first wanted.
import { type GpuCode, refuseSetting } from '../errors.js';
import type { Codec } from '../native.js';
import { isNvencCodec, needsNvenc } from './encoder-names.js';
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
  working: readonly number[];
  code?: string;
  message?: string;
}

/** What a GPU was lost to. */
export interface Loss {
  code: GpuCode;
  message: string;
}

/** Of one video. */
export interface Wanted {
  /** Such as `1920x1080`. */
  size?: string | undefined;
  /** Software must encode it, whatever the kiln was made for. */
  software?: boolean | undefined;
}

/** @throws FramekilnError `INVALID_SETTING` */
export function checkChoice(device: string = 'auto', encoder: string = 'auto'): [DeviceChoice, EncoderChoice] {
  if (!/^(auto|cpu|cuda|cuda:\d{1,2})$/.test(device)) refuseSetting('auto, cpu, cuda or cuda:N', 'device', device);
  if (!/^(auto|software|nvenc)$/.test(encoder)) refuseSetting('auto, software or nvenc', 'encoder', encoder);
  if (device === 'cpu' && encoder === 'nvenc') refuseSetting('auto or software (with device cpu)', 'encoder', encoder);
  return [device as DeviceChoice, encoder as EncoderChoice];
}

/** Another time it may be otherwise: not so that there is no chip. */
const PASSING = ['SESSION_LIMIT', 'GPU_OUT_OF_MEMORY'];

export class Devices {
  readonly #pool: Pick<RenderPool, 'run'>;
  readonly #device: DeviceChoice;
  readonly #encoder: EncoderChoice;
  /** By what was tried. */
  readonly #tried = new Map<string, Promise<Tried>>();
  readonly #lost = new Map<number, Loss>();
  /** What NVENC refused, and what it said: it takes no very small pictures, for one. */
  readonly #refused = new Map<string, string>();

  constructor(pool: Pick<RenderPool, 'run'>, device: DeviceChoice, encoder: EncoderChoice) {
    this.#pool = pool;
    this.#device = device;
    this.#encoder = encoder;
  }

  /**
   * The GPUs that draw, without those that were lost.
   * @throws FramekilnError with the code of what keeps the GPU that was asked for from working
   */
  async drawing(): Promise<Pick<Means, 'devices' | 'why'>> {
    return this.#draw(this.#gpuWanted || this.#encoder === 'nvenc', false);
  }

  /**
   * With what to make a video.
   * @throws FramekilnError as drawing(), and with the code of what keeps NVENC from working when it must
   */
  async means(codec: Codec, { size, software }: Wanted = {}): Promise<Means> {
    const encoder = software ? 'software' : this.#encoder;
    const must = encoder === 'nvenc' || needsNvenc(codec);
    if (must && encoder === 'software') refuseSetting(`auto or nvenc (for ${codec})`, 'encoder', 'software');
    if (must && this.#device === 'cpu') refuseSetting(`auto or cuda (for ${codec})`, 'device', 'cpu');

    const { devices, why } = await this.#draw(must || this.#gpuWanted, needsNvenc(codec));
    if (devices.length === 0) return { devices, nvenc: false, why };
    if (encoder === 'software') return { devices, nvenc: false, why: `${why}, encoder software` };
    // Also when NVENC was asked for: that is what else a kiln makes, such as exact copies and files as recorded.
    if (!isNvencCodec(codec)) return { devices, nvenc: false, why: `${why}; NVENC makes 4:2:0 alone` };
    const refused = must ? undefined : this.#refused.get(`${codec} ${size}`);
    if (refused !== undefined) return { devices, nvenc: false, why: `${why}; no NVENC: ${refused}` };
    const tried = await this.#try(codec, () => this.#pool.run('openNvenc', { devices, codec }));
    const encoding = tried.working.filter((index) => devices.includes(index));
    if (encoding.length > 0) return { devices: encoding, nvenc: true, why };
    if (must) throw refusal(tried.code, tried.message ?? why);
    return { devices, nvenc: false, why: `${why}; no NVENC: ${tried.message}` };
  }

  /** A GPU that is not to be used any more. What follows from its loss is no other. */
  lose(device: number, loss: Loss): void {
    if (!this.#lost.has(device)) this.#lost.set(device, loss);
  }

  lossOf(device: number): Loss | undefined {
    return this.#lost.get(device);
  }

  /** What NVENC would not encode, and is not asked for again. */
  refuse(codec: Codec, size: string, message: string): void {
    this.#refused.set(`${codec} ${size}`, message);
  }

  get #gpuWanted(): boolean {
    return this.#device.startsWith('cuda');
  }

  /**
   * @param must a GPU was asked for
   * @param only the CPU cannot do it: otherwise it makes good a GPU that was there and was lost, whatever was asked for
   */
  async #draw(must: boolean, only: boolean): Promise<Pick<Means, 'devices' | 'why'>> {
    const device = this.#device;
    if (device === 'cpu') return { devices: [], why: 'device cpu' };
    const { working, code, message = '' } = await this.#try('gpus', () => this.#pool.run('openGpus', { device }));
    const devices = working.filter((index) => !this.#lost.has(index));
    if (devices.length > 0) return { devices, why: `device ${device}` };
    const [lost] = this.#lost;
    const reason = lost ? `cuda:${lost[0]} was lost: ${lost[1].message}` : message;
    if (must && (!lost || only)) throw refusal(lost?.[1].code ?? code, reason);
    return { devices, why: `no GPU: ${reason}` };
  }

  /** Tries once; again when it could not be tried, or what it died of may have passed. */
  async #try(what: string, attempt: () => Promise<Tried>): Promise<Tried> {
    const trying = this.#tried.get(what) ?? attempt();
    this.#tried.set(what, trying);
    const forget = () => this.#tried.get(what) === trying && this.#tried.delete(what);
    const tried = await trying.catch((error) => {
      forget();
      throw error;
    });
    if (tried.code !== undefined && PASSING.includes(tried.code)) forget();
    return tried;
  }
}

function refusal(code: string | undefined, message: string): Error {
  return gpuError(isGpuCode(code) ? code : 'NO_GPU', message);
}
