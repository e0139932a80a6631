// SPDX-License-Identifier: Apache-2.0
import { Piscina } from 'piscina';
import { type ErrorCode, FramekilnError } from '../errors.js';
import type { TaskMessage, TaskName, TaskReply, Tasks } from './worker.js';

/** Threads that run native calls. Tasks start in the order in which they were given. */
export class RenderPool {
  readonly threads: number;
  readonly #piscina: Piscina;

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
    const reply: TaskReply<N> = await this.#piscina.run(message);
    if ('result' in reply) return reply.result;
    throw new FramekilnError(reply.error.code as ErrorCode, reply.error.message);
  }

  /** Ends the threads. No task may be running: ending a thread inside a native call aborts the process. */
  async close(): Promise<void> {
    await this.#piscina.destroy();
  }
}
