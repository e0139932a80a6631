// SPDX-License-Identifier: Apache-2.0
// When a fresh link is worth asking for. A file that is truly broken must not be asked for again and again.

/** A link that lives no longer than this is replaced before it is used again, in seconds. */
const NEAR = 30;
/** A second fresh link within so many seconds is of no use, unless the video got on in between. */
const SOON = 30;
/** Getting on: seconds of video between two failures. */
const STEP = 0.25;

export class Renewal {
  #at = Number.NEGATIVE_INFINITY;
  #position = Number.NaN;

  /** Whether to sign again after an error at this position of the video. Times in seconds. */
  afterError(now: number, position: number): boolean {
    return this.#allow(now, position, Math.abs(position - this.#position) > STEP);
  }

  /** Whether to sign again before this link is used once more. */
  beforeUse(now: number, position: number, expiresAt: number): boolean {
    return expiresAt - now < NEAR && this.#allow(now, position, false);
  }

  #allow(now: number, position: number, gotOn: boolean): boolean {
    if (now - this.#at < SOON && !gotOn) return false;
    this.#at = now;
    this.#position = position;
    return true;
  }
}
