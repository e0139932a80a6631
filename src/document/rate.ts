// SPDX-License-Identifier: Apache-2.0

/** Frames a second as a fraction in lowest terms. Both parts fit 32-bit signed integers for 0.001 to 1000 fps. */
export interface Rate {
  num: number;
  den: number;
}

const MAX_DENOMINATOR = 1_000_000;

/** Relative. Tight enough that up to three decimals stay exact, wide enough to see 100/3 in 33.33333333. */
const TOLERANCE = 1e-9;

/**
 * The exact rate a document means by its `fps` (0.001 to 1000): 29.97, 23.976 or 23.98 are roundings of
 * 30000/1001 and 24000/1001; every other number is taken at its word, 29.5 as 59/2 and 33.3 as 333/10.
 */
export function exactRate(fps: number): Rate {
  // Film and television run at k x 1000/1001 for these k only. One decimal is too short to mean it: 99.9 is 999/10.
  const k = Math.round(fps * 1.001);
  const decimals = String(fps).split('.')[1]?.length ?? 0;
  const ntsc = (k * 1000) / 1001;
  const rounded = decimals >= 2 && (k % 12 === 0 || k % 15 === 0) && Number(ntsc.toFixed(decimals)) === fps;
  return nearestRatio(rounded ? ntsc : fps);
}

/** The rate that OpenCV's VideoWriter gives its encoder for `fps`: the decimal fraction within 0.001. */
export function recordedRate(fps: number): Rate {
  let den = 1;
  let num = Math.floor(fps + 0.5);
  while (Math.abs(num / den - fps) > 0.001) {
    den *= 10;
    num = Math.floor(fps * den + 0.5);
  }
  return { num, den };
}

/** The first continued-fraction convergent within the tolerance. */
function nearestRatio(value: number): Rate {
  let [olderNum, olderDen, num, den] = [0, 1, 1, 0];
  let rest = value;
  for (;;) {
    const whole = Math.floor(rest);
    [olderNum, olderDen, num, den] = [num, den, whole * num + olderNum, whole * den + olderDen];
    if (den > MAX_DENOMINATOR) return { num: olderNum, den: olderDen };
    if (Math.abs(num / den - value) <= value * TOLERANCE) return { num, den };
    rest = 1 / (rest - whole);
  }
}
