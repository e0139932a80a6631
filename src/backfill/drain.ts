// SPDX-License-Identifier: Apache-2.0

/** setTimeout knows no longer time. */
const MAX_MILLISECONDS = 2 ** 31 - 1;

/**
 * How a long run ends before its time: asked to stop, it claims nothing new, and what is in flight may finish within
 * the drain time; a failure or `closing` ends both at once.
 */
export class Drain implements Disposable {
  readonly #claiming = new AbortController();
  readonly #working = new AbortController();
  readonly #signal: AbortSignal | undefined;
  readonly #closing: AbortSignal;
  readonly #milliseconds: number;
  #timer: NodeJS.Timeout | undefined;
  #failure: { reason: unknown } | undefined;

  constructor(signal: AbortSignal | undefined, closing: AbortSignal, seconds: number) {
    this.#signal = signal;
    this.#closing = closing;
    this.#milliseconds = Math.min(seconds * 1000, MAX_MILLISECONDS);
    signal?.addEventListener('abort', this.#stop, { once: true });
    closing.addEventListener('abort', this.#close, { once: true });
    if (signal?.aborted) this.#stop();
    if (closing.aborted) this.#close();
  }

  /** Aborted when nothing new may begin. */
  get claiming(): AbortSignal {
    return this.#claiming.signal;
  }

  /** Aborted when what is in flight must end. */
  get working(): AbortSignal {
    return this.#working.signal;
  }

  /** Ends everything because of an error; the first one counts. */
  fail(reason: unknown): void {
    // A source that was told to stop fails with the reason that it was given.
    if (this.#claiming.signal.aborted && reason === this.#claiming.signal.reason) return;
    this.#failure ??= { reason };
    this.#claiming.abort(reason);
    this.#working.abort(reason);
  }

  /** Throws the error that ended everything. */
  check(): void {
    if (this.#failure) throw this.#failure.reason;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#stop);
    this.#closing.removeEventListener('abort', this.#close);
  }

  readonly #stop = (): void => {
    const reason = this.#signal?.reason;
    this.#claiming.abort(reason);
    this.#timer = setTimeout(() => this.#working.abort(reason), this.#milliseconds);
  };

  readonly #close = (): void => this.fail(this.#closing.reason);
}
