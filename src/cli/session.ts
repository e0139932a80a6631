// SPDX-License-Identifier: Apache-2.0
// What every command shares: the kiln's life, signals, errors and exit codes.
import { type ErrorCode, FramekilnError } from '../errors.js';
import { createKiln, type Kiln, type KilnOptions } from '../kiln.js';

/** The exit codes of the command line: 0 done, 1 some work failed, 2 wrong use or bad input, 130 interrupted. */
export const EXIT = { done: 0, failed: 1, badInput: 2, interrupted: 130 } as const;

class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

const OUR_FAILURES: readonly ErrorCode[] = [
  ...(['ENCODE_FAILED', 'MUX_FAILED', 'RENDER_FAILED', 'OUT_OF_MEMORY'] as const),
  ...(['DEVICE_LOST', 'GPU_OUT_OF_MEMORY', 'GPU_WRONG', 'SESSION_LOST'] as const),
  ...([
    'STORE_UNREACHABLE',
    'STORE_FAILED',
    'RECORD_CHANGED',
    'RECORD_TOO_LARGE',
    'OBJECT_ARCHIVED',
    'NO_VIDEO',
  ] as const),
];

/**
 * Runs a command's body with a kiln, which is closed whatever happens, and a signal that Ctrl-C and SIGTERM abort.
 * A body that gives `finished` was done when it was interrupted.
 */
export async function withKiln(
  options: KilnOptions,
  body: (kiln: Kiln, signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const controller = new AbortController();
  const stop = (): void => {
    // Asked a second time, leave at once; what is half written is removed on the way out.
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort(new Interrupted('Interrupted'));
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const kiln = createKiln(options);
  try {
    if ((await body(kiln, controller.signal)) !== 'finished') controller.signal.throwIfAborted();
  } finally {
    await kiln[Symbol.asyncDispose]();
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

/** Says on standard error what went wrong, and gives the exit code. */
export function reportError(error: unknown, json: boolean): number {
  if (error instanceof Interrupted) {
    process.stderr.write(json ? `${JSON.stringify({ error: { code: 'INTERRUPTED' } })}\n` : 'framekiln: interrupted\n');
    return EXIT.interrupted;
  }
  if (!(error instanceof FramekilnError)) {
    process.stderr.write(`framekiln: ${error instanceof Error ? error.stack : String(error)}\n`);
    return EXIT.failed;
  }
  const { code, message, pointer, setting, expected, received, remedy } = error;
  if (json) {
    const fields = { code, message, pointer, setting, expected, received, remedy };
    process.stderr.write(`${JSON.stringify({ error: fields })}\n`);
  } else {
    process.stderr.write(`framekiln: ${message}\n${remedy ? `  ${remedy}\n` : ''}`);
  }
  return OUR_FAILURES.includes(code) ? EXIT.failed : EXIT.badInput;
}
