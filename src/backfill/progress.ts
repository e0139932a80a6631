// SPDX-License-Identifier: Apache-2.0
import type { Progress } from '../render/job.js';
import type { ScanCount } from './candidates.js';
import type { BackfillProgress, Tally } from './summary.js';

const INTERVAL_MS = 200;

/** Tells now and then how far a backfill is, until it is disposed of. */
export class ProgressReport implements Disposable {
  readonly #tally: Tally;
  readonly #count: ScanCount;
  readonly #items: number;
  readonly #ids: number | undefined;
  readonly #limit: number;
  /** Tells it at once. */
  readonly tell: () => void;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #started = performance.now();
  readonly #jobs = new Set<{ frames: number }>();

  /**
   * @param items about how many the table has
   * @param onFailure told what `onProgress` throws
   */
  constructor(
    tally: Tally,
    count: ScanCount,
    items: number,
    options: {
      ids?: readonly string[] | undefined;
      limit?: number | undefined;
      onProgress?: ((progress: BackfillProgress) => void) | undefined;
    },
    onFailure: (reason: unknown) => void,
  ) {
    this.#tally = tally;
    this.#count = count;
    this.#items = items;
    this.#ids = options.ids && new Set(options.ids).size;
    this.#limit = options.limit ?? Infinity;
    this.tell = () => {
      try {
        options.onProgress?.(this.now);
      } catch (reason) {
        onFailure(reason);
      }
    };
    if (options.onProgress) this.#timer = setInterval(this.tell, INTERVAL_MS).unref();
  }

  /** An experiment that is worked on: feed it the progress of its render, and end it. */
  job(): { update: (progress: Progress) => void; end: () => void } {
    const job = { frames: 0 };
    this.#jobs.add(job);
    return {
      update: ({ framesDone }) => {
        job.frames = framesDone;
      },
      end: () => this.#jobs.delete(job),
    };
  }

  get now(): BackfillProgress {
    const { experiments, outcomes } = this.#tally;
    const seconds = (performance.now() - this.#started) / 1000;
    const frames = [...this.#jobs].reduce((sum, job) => sum + job.frames, this.#tally.frames);
    const total = this.#total();
    const left = total === undefined ? undefined : Math.max(0, total - experiments);
    return {
      done: experiments,
      total,
      inFlight: this.#jobs.size,
      outcomes: { ...outcomes },
      frames,
      framesPerSecond: frames / seconds,
      videosPerSecond: experiments / seconds,
      etaSeconds: left === undefined || experiments === 0 ? undefined : (left * seconds) / experiments,
    };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  /** From the share of the items seen so far that were selected. */
  #total(): number | undefined {
    const { items, selected, complete } = this.#count;
    if (complete || selected >= this.#limit) return selected;
    if (this.#ids !== undefined) return Math.min(this.#ids, this.#limit);
    if (items === 0) return undefined;
    // AWS counts a table's items only a few times a day.
    return Math.min(this.#limit, Math.round((selected / items) * Math.max(this.#items, items)));
  }
}
