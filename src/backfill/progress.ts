// SPDX-License-Identifier: Apache-2.0
import type { Progress } from '../render/job.js';
import type { ScanCount } from './candidates.js';

const INTERVAL_MS = 200;

/** How far a run over experiments is. */
export interface WalkProgress {
  done: number;
  /** An estimate until the table is read to its end; undefined when there is nothing to tell it from. */
  total: number | undefined;
  inFlight: number;
  /** Rendered, also of videos under way. */
  frames: number;
  framesPerSecond: number;
  videosPerSecond: number;
  etaSeconds: number | undefined;
}

/** What a run adds up, and who is told of it. */
export interface Followed {
  readonly tally: {
    /** Dealt with. */
    readonly experiments: number;
    /** Rendered for these. */
    readonly frames: number;
  };
  /** Called a few times a second. */
  readonly onProgress?: ((progress: WalkProgress) => void) | undefined;
}

/** Tells now and then how far a run is, until it is disposed of. */
export class ProgressReport implements Disposable {
  readonly #tally: Followed['tally'];
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
   * @param size about how many items the table has, and what bounds the selection
   * @param onFailure told what `onProgress` throws
   */
  constructor(
    { tally, onProgress }: Followed,
    count: ScanCount,
    size: { items: number; ids: readonly string[] | undefined; limit: number | undefined },
    onFailure: (reason: unknown) => void,
  ) {
    this.#tally = tally;
    this.#count = count;
    this.#items = size.items;
    this.#ids = size.ids && new Set(size.ids).size;
    this.#limit = size.limit ?? Infinity;
    this.tell = () => {
      try {
        onProgress?.(this.now);
      } catch (reason) {
        onFailure(reason);
      }
    };
    if (onProgress) this.#timer = setInterval(this.tell, INTERVAL_MS).unref();
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

  get now(): WalkProgress {
    const { experiments, frames: done } = this.#tally;
    const seconds = (performance.now() - this.#started) / 1000;
    const frames = [...this.#jobs].reduce((sum, job) => sum + job.frames, done);
    const total = this.#total();
    const left = total === undefined ? undefined : Math.max(0, total - experiments);
    return {
      done: experiments,
      total,
      inFlight: this.#jobs.size,
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
