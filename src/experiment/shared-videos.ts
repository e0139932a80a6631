// SPDX-License-Identifier: Apache-2.0
import { unlessAborted } from './shared-work.js';
import type { StoredVideo } from './stored-video.js';

/** Fingerprints remembered: about 100 bytes each. */
const CAPACITY = 100_000;

/**
 * Which video has which fingerprint, so that equal ones are rendered once. Work under way counts: whoever asks for the
 * same fingerprint waits for it.
 */
export class SharedVideos {
  readonly #making = new Map<string, Promise<StoredVideo>>();
  readonly #keys = new Map<string, string>();

  /** Notes that the object `key` is said to have this fingerprint; who uses it checks. */
  remember(fingerprint: string, key: string): void {
    this.#keys.delete(fingerprint);
    this.#keys.set(fingerprint, key);
    if (this.#keys.size > CAPACITY) this.#keys.delete(this.#keys.keys().next().value as string);
  }

  /** The key of an object that is said to have this fingerprint. */
  find(fingerprint: string): string | undefined {
    return this.#keys.get(fingerprint);
  }

  forget(fingerprint: string): void {
    this.#keys.delete(fingerprint);
  }

  /**
   * Waits for a video of this fingerprint that is being made, or makes it. Others whose maker fails try themselves.
   * @param signal ends the waiting; what is made has its own
   * @returns the video, and whether it was `make` that made it
   */
  async share(
    fingerprint: string,
    make: () => Promise<StoredVideo>,
    signal?: AbortSignal,
  ): Promise<{ video: StoredVideo; made: boolean }> {
    for (let running = this.#making.get(fingerprint); running; running = this.#making.get(fingerprint)) {
      const video = await unlessAborted(
        running.catch(() => undefined),
        signal,
      );
      if (video) return { video, made: false };
    }
    const making = make();
    this.#making.set(fingerprint, making);
    try {
      const video = await making;
      this.remember(fingerprint, video.key);
      return { video, made: true };
    } finally {
      this.#making.delete(fingerprint);
    }
  }
}
