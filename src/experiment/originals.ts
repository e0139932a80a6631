// SPDX-License-Identifier: Apache-2.0
import type { Stores } from './stores.js';
import type { TemporaryFolder } from './temporary-folder.js';

/** A day of lossless 1080p would be more; an original is a clip. */
const MAX_BYTES = 16 * 2 ** 30;

/** Local copies of originals in S3. Many experiments have the same one, so each is fetched once, and kept. */
export class Originals {
  readonly #stores: Stores;
  readonly #temporary: TemporaryFolder;
  readonly #paths = new Map<string, Promise<string>>();

  constructor(stores: Stores, temporary: TemporaryFolder) {
    this.#stores = stores;
    this.#temporary = temporary;
  }

  /** The path of a local copy. @throws FramekilnError `NO_VIDEO`, or why it cannot be fetched */
  readonly fetch = async (bucket: string, key: string, signal: AbortSignal | undefined): Promise<string> => {
    const name = `${bucket}/${key}`;
    const others = this.#paths.get(name);
    const fetching = others ?? this.#download(bucket, key, signal);
    this.#paths.set(name, fetching);
    try {
      return await fetching;
    } catch (error) {
      if (this.#paths.get(name) === fetching) this.#paths.delete(name);
      // Whoever asked first may have stopped it; this caller goes on.
      if (others && !signal?.aborted) return this.fetch(bucket, key, signal);
      throw error;
    }
  };

  async #download(bucket: string, key: string, signal: AbortSignal | undefined): Promise<string> {
    const path = this.#temporary.path();
    await this.#stores.bucket(bucket).download(key, path, MAX_BYTES, signal);
    return path;
  }
}
