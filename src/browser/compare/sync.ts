// SPDX-License-Identifier: Apache-2.0
// One clock: A leads, B follows. What to do about B, decided from where both are; no state, no browser.

export interface SideNow {
  /** Seconds. */
  position: number;
  /** It cannot go on for now: it is loading or seeking. */
  waiting: boolean;
}

export interface Follow {
  /** B's playback rate. */
  rateB: number;
  /** Where B must jump to, in seconds. */
  seekB?: number;
  /** Who must stand still until the other can go on. */
  hold?: 'a' | 'b';
}

/** Within this part of a frame the two count as together. */
const TOGETHER = 0.15;
/** A drift is made good within this many seconds of the wall clock ... */
const CATCH_UP = 0.5;
/** ... but with no more than this change of the rate ... */
const MOST_NUDGE = 0.25;
/** ... beyond this many seconds of the wall clock or frames the one ahead stands still, as no pairs come meanwhile ... */
const HOLD_BEYOND = 0.12;
const HOLD_FRAMES = 2.5;
/** ... and beyond so many seconds it is quicker to jump. */
const SEEK_BEYOND = 0.4;

/**
 * @param speed of playback, 1 is normal
 * @param frame seconds of one frame
 */
export function follow(a: SideNow, b: SideNow, speed: number, frame: number): Follow {
  if (b.waiting) return { rateB: speed, hold: 'a' };
  if (a.waiting) return { rateB: speed, hold: 'b' };
  const drift = b.position - a.position;
  if (Math.abs(drift) > Math.max(SEEK_BEYOND * speed, 3 * frame)) return { rateB: speed, seekB: a.position };
  if (Math.abs(drift) > Math.max(HOLD_BEYOND * speed, HOLD_FRAMES * frame)) {
    return { rateB: speed, hold: drift > 0 ? 'b' : 'a' };
  }
  if (Math.abs(drift) <= TOGETHER * frame) return { rateB: speed };
  const nudge = Math.max(-MOST_NUDGE, Math.min(MOST_NUDGE, -drift / (CATCH_UP * speed)));
  // In steps: each change of the rate costs a browser something.
  return { rateB: speed * (1 + Math.round(nudge * 100) / 100) };
}

/** How much of the wanted speed a machine can do. Times in milliseconds. */
export interface Pace {
  /** 1 is all of it. */
  share: number;
  since: number;
}

/** So long without a whole pair, and it is too fast: each side drops other frames. */
const STARVED = 600;
const RECOVERED = 4000;
/** Of playback; browsers refuse less than a sixteenth. */
const SLOWEST = 0.1;

/**
 * Slower when no pairs come, faster again after a while.
 * @param lastPair when the last new pair was shown
 * @param speed that is wanted
 * @param frame milliseconds of one frame at normal speed
 */
export function repace(pace: Pace, now: number, lastPair: number, speed: number, frame: number): Pace {
  const hungry = now - Math.max(lastPair, pace.since);
  const enough = Math.max(STARVED, (2 * frame) / (speed * pace.share));
  const least = Math.min(1, SLOWEST / speed);
  if (hungry > enough && pace.share > least) return { share: Math.max(least, pace.share * 0.6), since: now };
  if (pace.share < 1 && now - pace.since > RECOVERED) return { share: Math.min(1, pace.share * 1.25), since: now };
  return pace;
}
