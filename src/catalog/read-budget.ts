// SPDX-License-Identifier: Apache-2.0
import { setTimeout } from 'node:timers/promises';
import { refuseSetting } from '../errors.js';

/** Time in milliseconds. */
export interface Clock {
  now(): number;
  /** Rejects with the signal's reason. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** What a page must tell of itself. */
export interface PageCost {
  /** Read units that it consumed. */
  units: number;
  /** Items that it has. */
  scanned: number;
}

/** DynamoDB ends a page at 1 MB: so many units of 8 KB, as a scan reads them. */
const LARGEST_PAGE = 128;

/**
 * A bucket of read units that fills steadily: a page starts when all earlier ones are paid for. It is reserved at its
 * expected cost, and what it really cost is settled afterwards.
 */
export class ReadBudget {
  readonly #perSecond: number;
  readonly #clock: Clock;
  /** The expected cost of a page. */
  readonly #pageUnits: number;
  /** When everything reserved so far is paid for. */
  #paidAt: number;
  // Pages read so far; the item ahead of them is a guess.
  #units = 1;
  #items = 1;

  /**
   * @param perSecond read units a second, 1 or more
   * @param readers how many readers take turns: a page is what one of them may read in a second
   * @throws FramekilnError `INVALID_SETTING`
   */
  constructor(perSecond: number, readers: number, clock: Clock = CLOCK) {
    if (!(perSecond >= 1 && perSecond <= Number.MAX_SAFE_INTEGER)) {
      refuseSetting('a number from 1', 'maxRcu', perSecond);
    }
    this.#perSecond = perSecond;
    this.#clock = clock;
    this.#pageUnits = Math.min(Math.max(perSecond / readers, 1), LARGEST_PAGE);
    this.#paidAt = clock.now();
  }

  /** Reads a page of at most `limit` items when the budget allows it. */
  async read<P extends PageCost>(page: (limit: number) => Promise<P>, signal: AbortSignal): Promise<P> {
    const now = this.#clock.now();
    const start = Math.max(now, this.#paidAt);
    this.#paidAt = start + this.#milliseconds(this.#pageUnits);
    if (start > now) await this.#clock.sleep(start - now, signal);
    const unitsPerItem = this.#units / this.#items;
    const cost = await page(Math.max(1, Math.floor(this.#pageUnits / unitsPerItem)));
    this.#paidAt += this.#milliseconds(cost.units - this.#pageUnits);
    this.#units += cost.units;
    this.#items += cost.scanned;
    return cost;
  }

  #milliseconds(units: number): number {
    return (units / this.#perSecond) * 1000;
  }
}

const CLOCK: Clock = {
  now: () => performance.now(),
  async sleep(ms, signal) {
    try {
      await setTimeout(ms, undefined, { signal });
    } catch (cause) {
      throw signal.aborted ? signal.reason : cause;
    }
  },
};
