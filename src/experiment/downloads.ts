// SPDX-License-Identifier: Apache-2.0
import { rm } from 'node:fs/promises';
import { unlessAborted } from './shared-work.js';
import type { Stores } from './stores.js';
import type { TemporaryFolder } from './temporary-folder.js';

/** An original is a clip. */
const MAX_BYTES = 16 * 2 ** 30;
/** What is kept of those that nobody uses. */
const KEPT_FILES = 16;
const KEPT_BYTES = 4 * 2 ** 30;

/** A local copy of an object as it was when its use began. */
export interface LocalCopy {
  readonly path: string;
}

interface Download {
  copy: Promise<LocalCopy>;
  path: string;
  bytes: number;
  done: boolean;
  /** Callers that wait for it or use it; when the last one gives up before it is there, it ends. */
  users: number;
  stop: AbortController;
}

/** Local copies of objects in S3: each is fetched once, however many ask for it at once, and some are kept. */
export class Downloads {
  readonly #stores: Stores;
  readonly #temporary: TemporaryFolder;
  /** The one used last stands last. */
  readonly #downloads = new Map<string, Download>();

  constructor(stores: Stores, temporary: TemporaryFolder) {
    this.#stores = stores;
    this.#temporary = temporary;
  }

  /**
   * Lets `body` read a local copy of the object as it is now; the copy stays at least until `body` has ended.
   * @throws FramekilnError `NO_VIDEO`, or why it cannot be fetched; the signal's reason
   */
  async use<T>(
    bucket: string,
    key: string,
    signal: AbortSignal | undefined,
    body: (copy: LocalCopy) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    // Of what is not there the download says why.
    const { etag = '', bytes = 0 } = (await this.#stores.bucket(bucket).head(key, signal)) ?? {};
    const name = `${bucket}/${key} ${etag}`;
    const download = this.#downloads.get(name) ?? this.#begin(bucket, key, bytes);
    this.#downloads.delete(name);
    this.#downloads.set(name, download);
    download.users++;
    try {
      return await body(await unlessAborted(download.copy, signal));
    } catch (error) {
      // Whoever asks next may be luckier.
      if (!download.done) this.#forget(name, download);
      throw error;
    } finally {
      if (--download.users === 0 && !download.done) {
        this.#forget(name, download);
        download.stop.abort();
      }
      this.#evict();
    }
  }

  #begin(bucket: string, key: string, bytes: number): Download {
    const stop = new AbortController();
    const path = this.#temporary.path();
    const copy = this.#stores
      .bucket(bucket)
      .download(key, path, MAX_BYTES, stop.signal)
      .then(() => {
        download.done = true;
        return { path };
      });
    const download: Download = { copy, path, bytes, done: false, users: 0, stop };
    copy.catch(() => remove(path));
    return download;
  }

  /** Removes what was used longest ago. */
  #evict(): void {
    let files = 0;
    let bytes = 0;
    for (const [name, download] of [...this.#downloads].reverse()) {
      files++;
      bytes += download.bytes;
      if (download.users > 0 || (files <= KEPT_FILES && bytes <= KEPT_BYTES)) continue;
      this.#forget(name, download);
      remove(download.path);
    }
  }

  #forget(name: string, download: Download): void {
    if (this.#downloads.get(name) === download) this.#downloads.delete(name);
  }
}

/** What cannot be removed now goes with its folder. */
function remove(path: string): Promise<void> {
  return rm(path, { force: true }).catch(() => undefined);
}
