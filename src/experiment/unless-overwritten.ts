// SPDX-License-Identifier: Apache-2.0
import { FramekilnError } from '../errors.js';
import type { MakeOptions } from './on-demand.js';

/** Somebody else writes the same object at most so often before it is left to them. */
const ATTEMPTS = 3;

/**
 * What `attempt` gives; it is made again when somebody else wrote the same object meanwhile. Whoever listens hears of one
 * rendering, the first.
 */
export async function unlessOverwritten<O extends MakeOptions, T>(
  options: O,
  attempt: (options: O) => Promise<T>,
): Promise<T> {
  const { onPrepared, onSegment } = options;
  let prepared = false;
  let rendering: number | undefined;
  for (let number = 1; ; number++) {
    const listeners: Pick<MakeOptions, 'onPrepared' | 'onSegment'> = {
      onPrepared: async (what) => {
        if (prepared) return;
        prepared = true;
        await onPrepared?.(what);
      },
      ...(onSegment && {
        onSegment: (segment, settings) => {
          rendering ??= number;
          if (rendering === number) onSegment(segment, settings);
        },
      }),
    };
    try {
      return await attempt({ ...options, ...listeners });
    } catch (error) {
      const changed = error instanceof FramekilnError && error.code === 'OBJECT_CHANGED';
      if (!changed || number === ATTEMPTS) throw error;
    }
  }
}
