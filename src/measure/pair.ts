// SPDX-License-Identifier: Apache-2.0
import { FramekilnError } from '../errors.js';
import type { FrameRange } from '../render/plan.js';
import { rangeWithin } from '../render/settings.js';
import type { FrameSource } from './source.js';

export interface PairOptions {
  /** Scales the second to the first one's size, as OpenCV's INTER_LINEAR does, when they differ. */
  resize?: boolean | undefined;
  /** Only these frames of both, `end` exclusive; then their lengths may differ. */
  range?: FrameRange | undefined;
}

/**
 * Whether two sources can be laid side by side, and which of their frames.
 * @returns the frames, and what is to be said about it
 * @throws FramekilnError `NOT_COMPARABLE` with both sizes and lengths; `INVALID_SETTING` for the range
 */
export function checkPair(
  a: FrameSource,
  b: FrameSource,
  { resize, range }: PairOptions,
): FrameRange & { notes: string[] } {
  const sizes = a.width !== b.width || a.height !== b.height;
  const lengths = a.frames !== b.frames;
  if (sizes && !resize) {
    refuse('sizes', a, b, "--resize scales the second to the first one's size, as OpenCV's INTER_LINEAR does.");
  }
  if (lengths && !range) refuse('lengths', a, b, `--frames 0:${Math.min(a.frames, b.frames)} takes what both have.`);
  const notes = [
    ...a.notes.map((note) => `${a.label}: ${note}`),
    ...b.notes.map((note) => `${b.label}: ${note}`),
    ...(sizes ? [`${b.label} is scaled from ${sizeOf(b)} to ${sizeOf(a)} (OpenCV INTER_LINEAR).`] : []),
    ...(a.rate !== undefined && b.rate !== undefined && a.rate !== b.rate
      ? [`The frame rates differ (${a.rate} and ${b.rate}); frames are compared by their number.`]
      : []),
  ];
  return { ...rangeWithin(Math.min(a.frames, b.frames), range), notes };
}

function refuse(what: string, a: FrameSource, b: FrameSource, remedy: string): never {
  const frames = (count: number) => `${count} ${count === 1 ? 'frame' : 'frames'}`;
  const said = [a, b].map((s) => `${s.label} has ${frames(s.frames)} of ${sizeOf(s)}`).join(', ');
  throw new FramekilnError('NOT_COMPARABLE', `The ${what} differ: ${said}`, { remedy });
}

function sizeOf({ width, height }: FrameSource): string {
  return `${width}x${height}`;
}
