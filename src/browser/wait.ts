// SPDX-License-Identifier: Apache-2.0
// Waiting, until a signal says otherwise.

/** Resolves when the event comes. @throws the signal's reason */
export function event(target: EventTarget, name: string, signal: AbortSignal): Promise<void> {
  return new Promise((done, failed) => {
    if (signal.aborted) return failed(signal.reason);
    const finish = () => {
      signal.removeEventListener('abort', abort);
      done();
    };
    const abort = () => {
      target.removeEventListener(name, finish);
      failed(signal.reason);
    };
    target.addEventListener(name, finish, { once: true });
    signal.addEventListener('abort', abort, { once: true });
  });
}

/** Resolves after so many milliseconds. @throws the signal's reason */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  const timer = new EventTarget();
  const handle = setTimeout(() => timer.dispatchEvent(new Event('over')), ms);
  return event(timer, 'over', signal).finally(() => clearTimeout(handle));
}
