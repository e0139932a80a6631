// SPDX-License-Identifier: Apache-2.0

/**
 * Memory of frames that nobody looks at any more, for the next ones: fresh memory costs more than many a frame's drawing,
 * since the system clears it page by page. Holds a few pieces of one size, the last one asked for.
 */
export class FrameMemory {
  readonly #limit: number;
  #bytes = 0;
  #free: ArrayBuffer[] = [];

  /** @param limit pieces held at most */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** A piece of exactly so many bytes, if there is one. */
  take(bytes: number): ArrayBuffer | undefined {
    if (bytes !== this.#bytes) this.#free = [];
    this.#bytes = bytes;
    return this.#free.pop();
  }

  give(piece: ArrayBuffer): void {
    if (piece.byteLength === this.#bytes && this.#free.length < this.#limit) this.#free.push(piece);
  }
}
