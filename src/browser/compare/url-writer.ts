// SPDX-License-Identifier: Apache-2.0
import { type UrlState, writeUrlState } from './url-state.js';

/** Browsers refuse more than about a hundred changes of the address in half a minute. */
const PAUSE_MS = 500;

/** Keeps the address in step with the state. */
export class UrlWriter {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #latest: UrlState | undefined;

  write(state: UrlState): void {
    this.#latest = state;
    this.#timer ??= setTimeout(() => this.flush(), PAUSE_MS);
  }

  /** At once. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#latest) return;
    const query = writeUrlState(new URLSearchParams(location.search), this.#latest);
    if (`?${query}` !== location.search) history.replaceState(null, '', `?${query}`);
  }
}
