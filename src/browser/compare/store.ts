// SPDX-License-Identifier: Apache-2.0

/** A state that is told of each change; whole states, never changed in place. */
export class Store<T extends object> {
  #state: T;
  readonly #listeners: ((state: T) => void)[] = [];

  constructor(state: T) {
    this.#state = state;
  }

  get state(): T {
    return this.#state;
  }

  set(change: Partial<T>): void {
    const names = Object.keys(change) as (keyof T)[];
    if (names.every((name) => Object.is(change[name], this.#state[name]))) return;
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener(this.#state);
  }

  /** Calls back now, and after each change. */
  follow(listener: (state: T) => void): void {
    this.#listeners.push(listener);
    listener(this.#state);
  }
}
