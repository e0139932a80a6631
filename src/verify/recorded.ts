// SPDX-License-Identifier: Apache-2.0

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

/** Half a unit of a number's last digit: what rounding it for the record may have changed. 0.73 gives 0.005. */
export function halfDigit(value: number): number {
  const [digits = '', exponent = '0'] = String(value).split('e');
  const decimals = digits.split('.')[1]?.length ?? 0;
  return 0.5 * 10 ** (Number(exponent) - decimals);
}
