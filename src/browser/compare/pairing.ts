// SPDX-License-Identifier: Apache-2.0
// Which frames of two videos belong together.
import { type Rate, rateText, sameRate, secondsOf } from './rate.js';

export interface Clip {
  width: number;
  height: number;
  frames: number;
  rate: Rate;
}

export interface Pairing {
  /** How many frames of A have a partner: these are compared. */
  frames: number;
  /** B's frame beside A's. */
  partner(frame: number): number;
  /** What the two do not have in common, for people. */
  notes: string[];
}

/** Frame by frame where the rates are equal, otherwise what B shows in the middle of A's frame. */
export function pair(a: Clip, b: Clip): Pairing {
  const notes: string[] = [];
  const equal = sameRate(a.rate, b.rate);
  // Whole numbers all the way: (frame + 1/2) / rateA * rateB.
  const scale = { num: b.rate.num * a.rate.den, den: 2 * b.rate.den * a.rate.num };
  const partner = equal ? (frame: number) => frame : (frame: number) => floorOf((2 * frame + 1) * scale.num, scale.den);
  let frames = a.frames;
  while (frames > 1 && partner(frames - 1) >= b.frames) {
    // One step for equal rates and for all but rounding of the others.
    frames = Math.min(
      frames - 1,
      equal ? b.frames : Math.ceil((b.frames * a.rate.num * b.rate.den) / (b.rate.num * a.rate.den)),
    );
  }
  if (!equal) {
    notes.push(`The frame rates differ (A ${rateText(a.rate)}, B ${rateText(b.rate)}): frames are paired by time.`);
  }
  if (a.frames !== b.frames && equal) {
    notes.push(`A has ${a.frames} frames, B ${b.frames}: the first ${frames} are compared.`);
  } else if (!equal && Math.abs(secondsOf(a.frames, a.rate) - secondsOf(b.frames, b.rate)) > secondsOf(1, a.rate)) {
    notes.push(`The lengths differ (A ${length(a)}, B ${length(b)}): what both have is compared.`);
  }
  if (a.width !== b.width || a.height !== b.height) {
    notes.push(`The sizes differ (A ${size(a)}, B ${size(b)}): B is scaled to A's.`);
  }
  return { frames, partner, notes };
}

const floorOf = (num: number, den: number): number => Math.floor(num / den);
const length = ({ frames, rate }: Clip): string => `${secondsOf(frames, rate).toFixed(2)} s`;
const size = ({ width, height }: Clip): string => `${width}x${height}`;
