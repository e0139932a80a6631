// SPDX-License-Identifier: Apache-2.0

/** Frames a second, as a fraction. */
export interface Rate {
  num: number;
  den: number;
}

/** `30000/1001` or `25/1`; undefined for anything else. */
export function parseRate(text: string): Rate | undefined {
  const [, num = '', den = ''] = /^(\d{1,10})\/(\d{1,10})$/.exec(text) ?? [];
  return Number(num) > 0 && Number(den) > 0 ? { num: Number(num), den: Number(den) } : undefined;
}

export function sameRate(a: Rate, b: Rate): boolean {
  return a.num * b.den === b.num * a.den;
}

/** Which frame begins at a media time (seconds); browsers round these to microseconds. */
export function frameAt(mediaTime: number, { num, den }: Rate): number {
  return Math.round((mediaTime * num) / den);
}

/** The middle of a frame, in seconds: a seek there cannot hit its neighbours. */
export function middleOf(frame: number, { num, den }: Rate): number {
  return ((frame + 0.5) * den) / num;
}

/** Seconds that `frames` frames take. */
export function secondsOf(frames: number, { num, den }: Rate): number {
  return (frames * den) / num;
}

/** For people: `29.97 frames/s`. */
export function rateText({ num, den }: Rate): string {
  return `${Number((num / den).toFixed(3))} frames/s`;
}
