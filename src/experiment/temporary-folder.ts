// SPDX-License-Identifier: Apache-2.0
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for files on their way, made when first needed. It goes when disposed of, or when the process exits. */
export class TemporaryFolder implements Disposable {
  #folder: Promise<string> | undefined;
  #made: string | undefined;
  #files = 0;

  /** Lets `body` make and use a file at the path it is given; the file is removed afterwards. */
  async withFile<T>(body: (path: string) => Promise<T>): Promise<T> {
    const path = await this.path();
    try {
      return await body(path);
    } finally {
      await rm(path, { force: true });
    }
  }

  /** A path for a file that stays as long as the folder. */
  async path(): Promise<string> {
    this.#folder ??= this.#make();
    return join(await this.#folder, `${++this.#files}.mp4`);
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#remove);
    this.#remove();
  }

  async #make(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), 'framekiln-'));
    this.#made = path;
    process.once('exit', this.#remove);
    return path;
  }

  readonly #remove = (): void => {
    if (this.#made !== undefined) rmSync(this.#made, { recursive: true, force: true });
  };
}
