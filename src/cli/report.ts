// SPDX-License-Identifier: Apache-2.0
import { closeSync, openSync, writeSync } from 'node:fs';
import { FramekilnError } from '../errors.js';
import type { Outcome } from '../experiment/outcome.js';

/** A backfill's report: one JSON line an experiment, each on disk as soon as it is known. */
export class Report implements Disposable {
  readonly #path: string;
  readonly #file: number;

  /** @throws FramekilnError `OUTPUT_UNWRITABLE` */
  constructor(path: string) {
    this.#path = path;
    this.#file = this.#try(() => openSync(path, 'w'));
  }

  add(outcome: Outcome): void {
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
