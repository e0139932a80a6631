// SPDX-License-Identifier: Apache-2.0
// File sizes and bit rates: of the video that the framework wrote, or of the parameters.
import { exactly } from './checks.js';
import type { Evidence } from './evidence.js';
import { halfDigit, type Recorded } from './recorded.js';

/** What a recorded size may be the size of. */
export interface SizedThing {
  what: string;
  bytes: number;
  /** Equal by accident is out of the question. */
  proof: boolean;
}

/** As exact as to tell one byte from the next, nearly. */
const EXACT_BYTES = 2;

/**
 * The recorded sizes beside what `thing` has.
 * @param duration seconds that the recorded bit rate is over
 */
export function sizeEvidence(recorded: Recorded, thing: SizedThing, duration: number): Evidence[] {
  const { fileSizeBytes, fileSizeMb, bitrateMbps } = recorded;
  const note = `of ${thing.what}`;
  const weight = thing.proof ? 'proof' : 'support';
  return [
    ...(fileSizeBytes === undefined
      ? []
      : [{ ...exactly('file_size_bytes', fileSizeBytes, thing.bytes, weight), note }]),
    ...(fileSizeMb === undefined ? [] : [{ ...megabytes(fileSizeMb, thing), note }]),
    ...(bitrateMbps === undefined ? [] : [{ ...bitrate(bitrateMbps, thing, duration), note }]),
  ];
}

/** The framework's MB are 2^20 bytes in some records and 10^6 in others. */
function megabytes(recorded: number, thing: SizedThing): Evidence {
  const lines = [2 ** 20, 1e6].map((unit) => scaled('file_size_mb', recorded, thing, unit));
  return lines.find(({ result }) => result !== 'different') ?? (lines[1] as Evidence);
}

function bitrate(recorded: number, thing: SizedThing, duration: number): Evidence {
  return scaled('bitrate_mbps', recorded, thing, (duration * 1e6) / 8);
}

/** A number of `unit` bytes, recorded with so many digits. */
function scaled(check: string, recorded: number, { bytes, proof }: SizedThing, unit: number): Evidence {
  const regenerated = Math.min(bytes / unit, Number.MAX_VALUE);
  // A double's own rounding, beside that of the digits.
  const tolerance = halfDigit(recorded) + Math.abs(recorded) * 1e-12;
  const off = Math.abs(recorded - regenerated);
  const tells = tolerance * unit <= EXACT_BYTES;
  return {
    check,
    recorded,
    regenerated,
    tolerance: `±${Number(tolerance.toPrecision(2))}: half of the last recorded digit, ${bytesText(tolerance * unit)}`,
    result: off === 0 ? 'equal' : off <= tolerance ? 'within' : 'different',
    weight: proof && tells ? 'proof' : 'support',
  };
}

function bytesText(bytes: number): string {
  return bytes < 1 ? 'less than a byte' : `${Math.round(bytes)} bytes`;
}
