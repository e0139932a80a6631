// SPDX-License-Identifier: Apache-2.0
import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { FramekilnError } from '../errors.js';

/**
 * The report of a run over experiments: one JSON line each, on disk as soon as it is known. An older report at its path
 * stays until the first line: a run that cannot begin leaves the list of what failed before.
 */
export class Report implements Disposable {
  readonly #path: string;
  readonly #file: number;
  #begun = false;

  /** @throws FramekilnError `OUTPUT_UNWRITABLE` */
  constructor(path: string) {
    this.#path = path;
    this.#file = this.#try(() => openSync(path, 'a'));
  }

  /** Empties the file. */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#try(() => {
      if (fstatSync(this.#file).isFile()) ftruncateSync(this.#file);
    });
  }

  /** @param outcome JSON-able */
  add(outcome: object): void {
    this.begin();
    this.#try(() => writeSync(this.#file, `${JSON.stringify(outcome)}\n`));
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  #try<T>(write: () => T): T {
    try {
      return write();
    } catch (cause) {
      const { message } = cause as Error;
      throw new FramekilnError('OUTPUT_UNWRITABLE', `Cannot write the report ${this.#path}: ${message}`, { cause });
    }
  }
}
