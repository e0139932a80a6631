// SPDX-License-Identifier: Apache-2.0

/** The last few frames of one side, each in a slot that is used again for the oldest. */
export class FrameRing<T> {
  readonly #slots: { frame: number; value: T; age: number }[];
  #age = 0;

  /** @param values one for each slot */
  constructor(values: readonly T[]) {
    this.#slots = values.map((value) => ({ frame: -1, value, age: 0 }));
  }

  has(frame: number): boolean {
    return this.#slots.some((slot) => slot.frame === frame);
  }

  get(frame: number): T | undefined {
    return this.#slots.find((slot) => slot.frame === frame)?.value;
  }

  /** The slot for a new frame; its value is what was there before. */
  put(frame: number): T | undefined {
    const known = this.#slots.find((slot) => slot.frame === frame);
    const slot = known ?? this.#slots.reduce((oldest, other) => (other.age < oldest.age ? other : oldest));
    slot.frame = frame;
    slot.age = ++this.#age;
    return slot.value;
  }

  /** Latest first, by when they came. */
  frames(): number[] {
    const taken = this.#slots.filter(({ frame }) => frame >= 0);
    return taken.sort((one, other) => other.age - one.age).map(({ frame }) => frame);
  }

  clear(): void {
    for (const slot of this.#slots) slot.frame = -1;
  }
}

/** The frame of A that came last among those whose partner is there too. */
export function newestPair(a: FrameRing<unknown>, b: FrameRing<unknown>, partner: (frame: number) => number) {
  return a.frames().find((frame) => b.has(partner(frame)));
}

const BUDGET = 160 * 1024 * 1024;

/** How many frames of both sides fit a GPU of a phone, as RGBA. */
export function slotsFor(pixelsA: number, pixelsB: number): number {
  return Math.max(3, Math.min(8, Math.floor(BUDGET / ((pixelsA + pixelsB) * 4))));
}
