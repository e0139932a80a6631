// SPDX-License-Identifier: Apache-2.0
import type { Distribution } from './source.js';

const PEAK = 255;

/** PSNR in dB of a sum of squared differences; null, which is infinite, when there are none. */
export function psnrOf(squaredError: number, samples: number): number | null {
  return squaredError === 0 ? null : 10 * Math.log10((PEAK * PEAK * samples) / squaredError);
}

/** PSNR a frame, from each frame's sum of squared differences over `samples`, and of all frames together. */
export function psnrs(squaredErrors: readonly number[], samples: number): Distribution & { pooled: number | null } {
  const total = squaredErrors.reduce((sum, error) => sum + error, 0);
  return {
    ...distribution(squaredErrors.map((error) => psnrOf(error, samples))),
    pooled: psnrOf(total, samples * squaredErrors.length),
  };
}

/** Mean, least and most of one number a frame; null is infinite. Of none at all, all is null. */
export function distribution(perFrame: (number | null)[]): Distribution {
  const finite = perFrame.filter((value) => value !== null && !Number.isNaN(value)) as number[];
  const infinite = perFrame.includes(null);
  const extreme = (pick: (a: number, b: number) => number) => (finite.length > 0 ? finite.reduce(pick) : null);
  return {
    mean: infinite || finite.length === 0 ? null : finite.reduce((sum, value) => sum + value, 0) / finite.length,
    min: extreme((a, b) => Math.min(a, b)),
    max: infinite ? null : extreme((a, b) => Math.max(a, b)),
    perFrame: perFrame.map((value) => (Number.isNaN(value) ? null : value)),
  };
}
