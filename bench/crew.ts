// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { CrewJob } from './crew-worker.js';

/** Omits from each member of a union. */
type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** The bench's own threads: native calls with nothing around them, to measure the pool against. */
export class Crew implements AsyncDisposable {
  readonly #workers: Worker[];

  private constructor(workers: Worker[]) {
    this.#workers = workers;
  }

  /** Resolves once every thread has the addon. */
  static async start(threads: number): Promise<Crew> {
    const file = new URL('./crew-worker.js', import.meta.url);
    const workers = Array.from({ length: threads }, () => new Worker(file));
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    return new Crew(workers);
  }

  /** All threads take pieces of the job, in order, until it is done. Gives the bytes they made. */
  async run(job: Without<CrewJob, 'next'>): Promise<number> {
    const next = new Int32Array(new SharedArrayBuffer(4));
    const answers = this.#workers.map((worker) => once(worker, 'message'));
    for (const worker of this.#workers) worker.postMessage({ ...job, next });
    return (await Promise.all(answers)).reduce((sum, [bytes]) => sum + (bytes as number), 0);
  }

  /** No job may be running. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

/** Cuts for pieces of one length. */
export function evenCuts(frames: number, piece: number): number[] {
  return [...Array.from({ length: Math.ceil(frames / piece) }, (_, i) => i * piece), frames];
}

/** Thread counts to measure: all up to 4, then powers of two, and the most. */
export function threadCounts(most: number): number[] {
  const counts = Array.from({ length: most }, (_, i) => i + 1);
  return counts.filter((n) => n <= 4 || n === most || Number.isInteger(Math.log2(n)));
}
