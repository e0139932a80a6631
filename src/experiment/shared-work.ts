// SPDX-License-Identifier: Apache-2.0

interface Running<T> {
  work: Promise<T>;
  /** Callers that wait for it; when the last one gives up it is stopped. */
  waiting: number;
  stop: AbortController;
}

/** Work under way by name: whoever asks for the same meanwhile waits for it. Nothing is kept. */
export class SharedWork<T> {
  readonly #running = new Map<string, Running<T>>();

  /**
   * What `start` gives, or the work of this name that is under way. Who gives up waits no longer; the last one to do so
   * waits until the work has stopped.
   */
  async run(name: string, signal: AbortSignal | undefined, start: (signal: AbortSignal) => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    const running = this.#running.get(name) ?? this.#begin(name, start);
    running.waiting++;
    try {
      return await unlessAborted(running.work, signal);
    } finally {
      if (--running.waiting === 0) {
        this.#forget(name, running);
        running.stop.abort(signal?.reason);
        await running.work.catch(() => undefined);
      }
    }
  }

  #begin(name: string, start: (signal: AbortSignal) => Promise<T>): Running<T> {
    const stop = new AbortController();
    const running: Running<T> = { work: start(stop.signal), waiting: 0, stop };
    this.#running.set(name, running);
    const ended = () => this.#forget(name, running);
    running.work.then(ended, ended);
    return running;
  }

  #forget(name: string, running: Running<T>): void {
    if (this.#running.get(name) === running) this.#running.delete(name);
  }
}

/** What the promise gives, unless the signal comes first. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
