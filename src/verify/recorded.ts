// SPDX-License-Identifier: Apache-2.0
import { refuseSetting } from '../errors.js';

/** What a record says that a regeneration can be held against. Everything is optional; nothing is trusted. */
export interface Recorded {
  /** Digests of the frames (`{format}-xxh3-sha256:{hex}`), each with where it is recorded. */
  digests?: readonly { where: string; digest: string }[];
  fileSizeBytes?: number;
  fileSizeMb?: number;
  bitrateMbps?: number;
  totalFrames?: number;
  /** Seconds. */
  duration?: number;
  fps?: number;
  /** `1920x1080`. */
  resolution?: string;
  psnrDb?: number;
  ssim?: number;
  /** How the framework made it: `procedural_demoscene` wrote its video by OpenCV's VideoWriter. */
  method?: string;
}

/** The method whose recorded sizes are those of a video that OpenCV wrote. */
export const WRITTEN_AS_VIDEO = 'procedural_demoscene';

const NUMBERS: readonly string[] = [
  ...(['fileSizeBytes', 'fileSizeMb', 'bitrateMbps', 'totalFrames', 'duration', 'fps', 'psnrDb', 'ssim'] as const),
] satisfies (keyof Recorded)[];
const TEXTS: readonly string[] = ['resolution', 'method'] satisfies (keyof Recorded)[];

/** @throws FramekilnError `INVALID_SETTING` */
export function checkRecorded(recorded: Recorded): void {
  if (typeof recorded !== 'object' || recorded === null) refuseSetting('an object', 'recorded', recorded);
  for (const [name, value] of Object.entries(recorded)) {
    if (value === undefined) continue;
    const setting = `recorded.${name}`;
    if (NUMBERS.includes(name)) {
      if (typeof value !== 'number' || Number.isNaN(value)) refuseSetting('a number', setting, value);
    } else if (TEXTS.includes(name)) {
      if (typeof value !== 'string') refuseSetting('a string', setting, value);
    } else if (name !== 'digests') {
      refuseSetting(`nothing (known are ${[...NUMBERS, ...TEXTS, 'digests'].join(', ')})`, setting, value);
    } else if (!Array.isArray(value) || !value.every(isDigest)) {
      refuseSetting('a list of { where, digest }, both strings', setting, value);
    }
  }
}

function isDigest(value: unknown): boolean {
  const { where, digest } = (value ?? {}) as Record<string, unknown>;
  return typeof where === 'string' && typeof digest === 'string';
}

/** Half a unit of a number's last digit: what rounding it for the record may have changed. 0.73 gives 0.005. */
export function halfDigit(value: number): number {
  const [digits = '', exponent = '0'] = String(value).split('e');
  const decimals = digits.split('.')[1]?.length ?? 0;
  return 0.5 * 10 ** (Number(exponent) - decimals);
}
