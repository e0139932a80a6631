// SPDX-License-Identifier: Apache-2.0
// What is compared, each a pure function from the recorded and the regenerated to a line of evidence.
import { exactRate } from '../document/rate.js';
import { type FrameTable, frameCount } from '../document/table.js';
import type { Measurement } from '../measure/source.js';
import type { Evidence } from './evidence.js';
import { halfDigit, type Recorded } from './recorded.js';

/** Equality or nothing. */
export function exactly(
  check: string,
  recorded: string | number,
  regenerated: string | number,
  weight: Evidence['weight'],
): Evidence {
  const result = recorded === regenerated ? 'equal' : 'different';
  return { check, recorded, regenerated, tolerance: 'exact', result, weight };
}

/** Equality up to `tolerance`, which `why` explains. */
export function about(
  check: string,
  recorded: number,
  regenerated: number,
  [tolerance, why]: [number, string],
  weight: Evidence['weight'] = 'support',
): Evidence {
  const off = Math.abs(recorded - regenerated);
  const result = off === 0 ? 'equal' : off <= tolerance ? 'within' : 'different';
  return { check, recorded, regenerated, tolerance: `±${Number(tolerance.toPrecision(3))}: ${why}`, result, weight };
}

/** Length, rate and size, as far as the table was not itself made from the record's. */
export function clipEvidence({ totalFrames, duration, fps, resolution }: Recorded, table: FrameTable): Evidence[] {
  const frames = frameCount(table);
  const rate = exactRate(table.fps);
  const size = `${table.width}x${table.height}`;
  return [
    ...(totalFrames === undefined ? [] : [exactly('total_frames', totalFrames, frames, 'support')]),
    ...(duration === undefined
      ? []
      : [about('duration', duration, (frames * rate.den) / rate.num, [rate.den / rate.num, 'one frame'])]),
    ...(fps === undefined ? [] : [about('fps', fps, rate.num / rate.den, [0.005, 'rounding, 29.97 for 30000/1001'])]),
    ...(resolution === undefined ? [] : [exactly('resolution', resolution, size, 'support')]),
  ];
}

/**
 * What another build of libswscale, with other SIMD code, makes of the source's colours: over clips of 5 to 36 dB it
 * moved PSNR by up to 0.05 dB below 27 dB and by up to 0.27 dB above, and SSIM by up to 0.015.
 */
const psnrSlack = (psnr: number): number => (psnr < 27 ? 0.05 : 0.3);
const SSIM_SLACK = 0.015;

/** Of a measured value. JSON drops the last digit of 30.0, so a whole number may have had one. */
const roundingOf = (value: number): number => Math.min(halfDigit(value), 0.05);

/** PSNR and SSIM against the source, beside the recorded ones. */
export function qualityEvidence({ psnrDb, ssim }: Recorded, { psnr, ssim: measured }: Measurement): Evidence[] {
  const why = 'rounding of the recorded digits, and what other builds of libswscale make of the colours';
  return [
    ...(psnrDb === undefined ? [] : [psnrEvidence(psnrDb, psnr.mean, why)]),
    ...(ssim === undefined
      ? []
      : [about('ssim', ssim, measured.mean ?? Number.NaN, [roundingOf(ssim) + SSIM_SLACK, why])]),
  ];
}

function psnrEvidence(recorded: number, measured: number | null, why: string): Evidence {
  if (measured !== null && Number.isFinite(recorded)) {
    return about('psnr_db', recorded, measured, [roundingOf(recorded) + psnrSlack(recorded), why]);
  }
  const word = (value: number | null) => (value === null || value === Number.POSITIVE_INFINITY ? 'infinite' : value);
  return exactly('psnr_db', word(recorded), word(measured), 'support');
}
