// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for files on their way, made when first needed. It goes when disposed of, or when the process exits. */
export class TemporaryFolder implements Disposable {
  #folder: string | undefined;
  #files = 0;

  /** Lets `body` make and use a file at the path it is given; the file is removed afterwards. */
  async withFile<T>(body: (path: string) => Promise<T>): Promise<T> {
    const path = this.path();
    try {
      return await body(path);
    } finally {
      await rm(path, { force: true });
    }
  }

  /** A path for a file that stays as long as the folder. */
  path(): string {
    this.#folder ??= this.#make();
    return join(this.#folder, `${++this.#files}.mp4`);
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#remove);
    this.#remove();
  }

  /** At once: an exit while it is being made would leave it behind. */
  #make(): string {
    process.once('exit', this.#remove);
    return mkdtempSync(join(tmpdir(), 'framekiln-'));
  }

  readonly #remove = (): void => {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  };
}
