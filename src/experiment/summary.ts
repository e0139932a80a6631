// SPDX-License-Identifier: Apache-2.0

/** One experiment as a line of a list: what its record says, and nothing that would have to be looked up. JSON-able. */
export interface ExperimentSummary {
  id: string;
  /** The item's range key, as stored. */
  timestamp: string;
  /** The same as a number: epoch seconds. */
  createdAt: number;
  status?: string;
  /** What the experiment tried, in its own words. */
  approach?: string;
  bitrateMbps?: number;
  /** Per cent saved against HEVC at 10 Mbps, negative when it takes more; as recorded, otherwise from the bit rate. */
  reductionPercent?: number;
  /** dB; null is infinite, of equal frames. */
  psnrDb?: number | null;
  ssim?: number;
  /** `stored`: the record has a video. `missing`: it has none, and may be made. `none`: nothing says that it could be. */
  video: 'stored' | 'missing' | 'none';
  /** Epoch seconds, of the link on the record. */
  linkExpiresAt?: number;
  verified?: string;
}
