// SPDX-License-Identifier: Apache-2.0
import { setMaxListeners } from 'node:events';

type Source<T> = AsyncGenerator<T, void>;

/**
 * The values of several sources as they come. Each source works on its next value while its last one is used, and no
 * further ahead. However this ends, all sources are told by their signal to stop, and have stopped.
 */
export async function* merged<T>(
  sources: readonly ((signal: AbortSignal) => Source<T>)[],
  outer?: AbortSignal,
): Source<T> {
  const stop = new AbortController();
  const signal = outer ? AbortSignal.any([outer, stop.signal]) : stop.signal;
  // Every request listens to it, and Node warns at the eleventh.
  setMaxListeners(0, stop.signal, signal);
  const running = sources.map((source) => source(signal));
  const pending = new Map<Source<T>, Promise<{ source: Source<T>; result: IteratorResult<T, void> }>>();
  const ask = (source: Source<T>) => {
    const answer = source.next().then((result) => ({ source, result }));
    // It may fail while nobody waits; the next race sees it all the same.
    answer.catch(() => undefined);
    pending.set(source, answer);
  };
  try {
    running.forEach(ask);
    while (pending.size > 0) {
      const { source, result } = await Promise.race(pending.values());
      outer?.throwIfAborted();
      pending.delete(source);
      if (result.done) continue;
      // Asked again it stands last in the race, so a fast source cannot starve a slow one.
      ask(source);
      yield result.value;
    }
  } finally {
    stop.abort();
    await Promise.allSettled(running.map((source) => source.return()));
  }
}
