// SPDX-License-Identifier: Apache-2.0
import { FramekilnError } from '../errors.js';
import type { Control } from '../native.js';

export interface Progress {
  framesDone: number;
  frames: number;
  /** Since the start, over all threads. */
  framesPerSecond: number;
  /** Undefined until there is a rate to tell it from. */
  etaSeconds: number | undefined;
}

/** How a caller follows and stops a long call. */
export interface JobOptions {
  /** Stops the work; the call then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called about ten times a second, and once at the end. What it throws stops the work. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * One long call over many pool tasks: its cancel flag, its frame counter, and the tasks still running.
 * Whatever ends the call, it returns only when none of its tasks runs any more.
 */
export class Job {
  readonly control: Control = new Int32Array(new SharedArrayBuffer(8));
  readonly #frames: number;
  readonly #options: JobOptions;
  readonly #started = performance.now();
  readonly #running = new Set<Promise<unknown>>();
  readonly #timer: NodeJS.Timeout | undefined;
  #failure: { reason: unknown } | undefined;

  constructor(frames: number, options: JobOptions) {
    this.#frames = frames;
    this.#options = options;
    options.signal?.throwIfAborted();
    options.signal?.addEventListener('abort', this.#abort);
    if (options.onProgress) this.#timer = setInterval(() => this.#report(), 100).unref();
  }

  get seconds(): number {
    return (performance.now() - this.#started) / 1000;
  }

  /** Keeps hold of a task until it has ended, so that its failure is never unhandled. */
  follow<T>(task: Promise<T>): Promise<T> {
    const ended: Promise<unknown> = task.then(
      () => this.#running.delete(ended),
      (reason) => {
        this.#running.delete(ended);
        this.fail(reason);
      },
    );
    this.#running.add(ended);
    return task;
  }

  /** Stops the work; the first reason counts. */
  fail(reason: unknown): void {
    this.#failure ??= { reason };
    Atomics.store(this.control, 0, 1);
  }

  /** Throws why the work stopped, if it did. */
  check(): void {
    if (this.#failure) throw this.#failure.reason;
  }

  /** Waits until no task runs any more. */
  async settle(): Promise<void> {
    if (!this.#failure) this.#report();
    clearInterval(this.#timer);
    this.#options.signal?.removeEventListener('abort', this.#abort);
    await Promise.all(this.#running);
  }

  /** Runs the body, then waits for the tasks; throws why the work stopped, if it did. */
  async finish<T>(body: () => Promise<T>): Promise<T> {
    const result = await body().catch((reason) => this.fail(reason));
    await this.settle();
    this.check();
    return result as T;
  }

  readonly #abort = (): void => this.fail(this.#options.signal?.reason ?? new FramekilnError('CANCELLED', 'cancelled'));

  #report(): void {
    const framesDone = Math.min(Atomics.load(this.control, 1), this.#frames);
    const framesPerSecond = framesDone / this.seconds;
    const etaSeconds = framesDone > 0 ? (this.#frames - framesDone) / framesPerSecond : undefined;
    try {
      this.#options.onProgress?.({ framesDone, frames: this.#frames, framesPerSecond, etaSeconds });
    } catch (reason) {
      this.fail(reason);
    }
  }
}

/**
 * Starts `start(0)`, `start(1)`, ... `start(count - 1)` at most `ahead` before the one that is taken next, and gives
 * their results in order: memory holds a bounded number of them.
 */
export async function* inOrder<T>(
  count: number,
  ahead: number,
  start: (index: number) => Promise<T>,
): AsyncGenerator<T> {
  const started: Promise<T>[] = [];
  for (let next = 0, taken = 0; taken < count; taken++) {
    for (; next < count && next < taken + ahead; next++) started.push(start(next));
    yield await (started.shift() as Promise<T>);
  }
}
