// SPDX-License-Identifier: Apache-2.0

/** The last few frames of one side. */
export class FrameRing<T> {
  readonly #most: number;
  /** Latest last, by when they came. */
  readonly #entries = new Map<number, T>();

  /** @param most frames that are kept */
  constructor(most: number) {
    this.#most = most;
  }

  has(frame: number): boolean {
    return this.#entries.has(frame);
  }

  get(frame: number): T | undefined {
    return this.#entries.get(frame);
  }

  /** Takes a frame in, and gives what is not kept any more. */
  put(frame: number, value: T): T[] {
    const known = this.#entries.get(frame);
    this.#entries.delete(frame);
    this.#entries.set(frame, value);
    const [oldest] = this.#entries;
    if (known !== undefined) return [known];
    if (this.#entries.size <= this.#most || !oldest) return [];
    this.#entries.delete(oldest[0]);
    return [oldest[1]];
  }

  /** Latest first. */
  frames(): number[] {
    return [...this.#entries.keys()].reverse();
  }

  /** Empties it, and gives all that was in it. */
  clear(): T[] {
    const all = [...this.#entries.values()];
    this.#entries.clear();
    return all;
  }
}

/** The frame of A that came last among those whose partner is there too. */
export function newestPair(
  a: FrameRing<unknown>,
  b: FrameRing<unknown>,
  partner: (frame: number) => number,
): number | undefined {
  return a.frames().find((frame) => b.has(partner(frame)));
}
