// SPDX-License-Identifier: Apache-2.0
import { Piscina } from 'piscina';
import { fromNative } from '../errors.js';
import type { TaskMessage, TaskName, TaskReply, Tasks } from './worker.js';

/** Threads that run native calls. Tasks start in the order in which they were given. */
export class RenderPool {
  readonly threads: number;
  readonly #piscina: Piscina;
  readonly #running = new Set<Promise<unknown>>();

  constructor(threads: number) {
    this.threads = threads;
    this.#piscina = new Piscina({
      filename: new URL('./worker.js', import.meta.url).href,
      minThreads: 1,
      maxThreads: threads,
      idleTimeout: 5000,
      recordTiming: false,
    });
  }

  /**
   * Runs one task. Native code cannot be interrupted from outside: to stop one, set its job's control word.
   * @throws FramekilnError with the native code, `CANCELLED` among them
   */
  async run<N extends TaskName>(name: N, job: Tasks[N]['job']): Promise<Tasks[N]['result']> {
    const message: TaskMessage<N> = { name, job };
    const task: Promise<TaskReply<N>> = this.#piscina.run(message);
    this.#running.add(task);
    const reply = await task.finally(() => this.#running.delete(task));
    if ('result' in reply) return reply.result;
    throw fromNative(reply.error);
  }

  /** Waits for the tasks, which somebody has told to stop, and ends the threads: never inside a native call. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#running);
    await this.#piscina.destroy();
  }
}
