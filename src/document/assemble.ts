// SPDX-License-Identifier: Apache-2.0

/** What is known of a clip beside its parameters, from wherever it was recorded. Untrusted. */
export interface Clip {
  resolution?: unknown;
  fps?: unknown;
  duration?: unknown;
}

/**
 * A document from what was stored: a whole document stays what it is; a bare list of frame parameters gets its
 * resolution and rate from the clip. Nothing is validated here.
 */
export function assembleDocument(value: unknown, { resolution, fps, duration }: Clip = {}): unknown {
  if (!isBareList(value)) return value;
  return {
    version: '1.0',
    resolution: sides(resolution),
    fps,
    ...(duration !== undefined && { duration }),
    total_frames: value.length,
    parameters: value,
  };
}

/** Whether a document's size and rate are the clip's, not its own. */
export function isBareList(value: unknown): value is unknown[] {
  return Array.isArray(value);
}

/** The default schedule of a clip, as a document. */
export function scheduleDocument({ resolution, fps, duration }: Clip): object {
  return { version: '1.0', schedule: 'default', resolution: sides(resolution), fps, duration };
}

/** `"1920x1080"` as `[1920, 1080]`; anything else as it is. */
function sides(resolution: unknown): unknown {
  const match = typeof resolution === 'string' ? /^(\d{1,5})x(\d{1,5})$/.exec(resolution) : null;
  return match ? [Number(match[1]), Number(match[2])] : resolution;
}
