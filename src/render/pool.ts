// SPDX-License-Identifier: Apache-2.0
import { availableParallelism } from 'node:os';
import type { Transferable } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { FramekilnError, fromNative, refuseSetting } from '../errors.js';
import type { TaskMessage, TaskName, TaskReply, Tasks } from './worker.js';

/** JavaScript memory of a thread, in MB: twice what the worst document takes that `checkBounds` lets pass. */
const HEAP_MEGABYTES = 2048;

/** @throws FramekilnError `INVALID_SETTING` */
export function checkThreads(threads = availableParallelism()): number {
  if (Number.isInteger(threads) && threads >= 1 && threads <= 256) return threads;
  return refuseSetting('an integer from 1 to 256', 'threads', threads);
}

/** Threads that run native calls. Tasks start in the order in which they were given. */
export class RenderPool {
  readonly threads: number;
  readonly #piscina: Piscina;
  readonly #running = new Set<Promise<unknown>>();
  #busyMilliseconds = 0;

  constructor(threads: number, heapMegabytes = HEAP_MEGABYTES) {
    this.threads = threads;
    this.#piscina = new Piscina({
      filename: new URL('./worker.js', import.meta.url).href,
      minThreads: 1,
      maxThreads: threads,
      idleTimeout: 5000,
      recordTiming: false,
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
    });
  }

  /** How long tasks have run, over all threads. */
  get busySeconds(): number {
    return this.#busyMilliseconds / 1000;
  }

  /**
   * Runs one task. Native code cannot be interrupted from outside: to stop one, set its job's control word.
   * @param transfer parts of the job that move to the thread instead of being copied
   * @throws FramekilnError with the native code, `CANCELLED` among them; `OUT_OF_MEMORY` when the thread died of it,
   * which ends this task alone
   */
  async run<N extends TaskName>(
    name: N,
    job: Tasks[N]['job'],
    transfer: Transferable[] = [],
  ): Promise<Tasks[N]['result']> {
    const message: TaskMessage<N> = { name, job };
    const task: Promise<TaskReply<N>> = this.#piscina.run(message, { transferList: transfer });
    this.#running.add(task);
    const reply = await task.catch(threadDied).finally(() => this.#running.delete(task));
    this.#busyMilliseconds += reply.milliseconds;
    if ('result' in reply) return reply.result;
    throw fromNative(reply.error);
  }

  /** Waits for the tasks, which somebody has told to stop, and ends the threads: never inside a native call. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#running);
    await this.#piscina.destroy();
  }
}

function threadDied(cause: NodeJS.ErrnoException): never {
  if (cause.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    throw new FramekilnError('OUT_OF_MEMORY', 'A thread ran out of memory', { cause });
  }
  throw new FramekilnError('RENDER_FAILED', `A thread ended before its task: ${cause.message}`, { cause });
}
