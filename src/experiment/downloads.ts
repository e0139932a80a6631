// SPDX-License-Identifier: Apache-2.0
import type { Stores } from './stores.js';
import type { TemporaryFolder } from './temporary-folder.js';

/** An original is a clip. */
const MAX_BYTES = 16 * 2 ** 30;

interface Download {
  path: Promise<string>;
  done: boolean;
  /** Callers that wait for it; when the last one gives up it ends. */
  waiting: number;
  stop: AbortController;
}

/** Local copies of objects in S3: each is fetched once, however many ask for it at once, and kept. */
export class Downloads {
  readonly #stores: Stores;
  readonly #temporary: TemporaryFolder;
  readonly #downloads = new Map<string, Download>();

  constructor(stores: Stores, temporary: TemporaryFolder) {
    this.#stores = stores;
    this.#temporary = temporary;
  }

  /** The path of a local copy. @throws FramekilnError `NO_VIDEO`, or why it cannot be fetched; the signal's reason */
  readonly fetch = async (bucket: string, key: string, signal: AbortSignal | undefined): Promise<string> => {
    signal?.throwIfAborted();
    const name = `${bucket}/${key}`;
    const download = this.#downloads.get(name) ?? this.#begin(name, bucket, key);
    download.waiting++;
    try {
      return await unlessAborted(download.path, signal);
    } finally {
      if (--download.waiting === 0 && !download.done) {
        this.#forget(name, download);
        download.stop.abort();
      }
    }
  };

  #begin(name: string, bucket: string, key: string): Download {
    const stop = new AbortController();
    const path = this.#temporary.path();
    const download: Download = {
      path: this.#stores
        .bucket(bucket)
        .download(key, path, MAX_BYTES, stop.signal)
        .then(() => path),
      done: false,
      waiting: 0,
      stop,
    };
    this.#downloads.set(name, download);
    download.path.then(
      () => {
        download.done = true;
      },
      // Whoever asks next may be luckier.
      () => this.#forget(name, download),
    );
    return download;
  }

  #forget(name: string, download: Download): void {
    if (this.#downloads.get(name) === download) this.#downloads.delete(name);
  }
}

/** What the promise gives, unless the signal comes first. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
