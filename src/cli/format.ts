// SPDX-License-Identifier: Apache-2.0
import { extname } from 'node:path';
import { refuseSetting } from '../errors.js';
import type { FrameRange } from '../render/plan.js';

/** What `render` can write. */
export const OUTPUT_FORMATS = ['mp4', 'mkv', 'y4m', 'rgb24', 'nv12', 'i420', 'png'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

const EXTENSIONS: Record<string, OutputFormat> = {
  '.mp4': 'mp4',
  '.mkv': 'mkv',
  '.y4m': 'y4m',
  '.rgb': 'rgb24',
  '.nv12': 'nv12',
  '.yuv': 'i420',
  '.png': 'png',
};

/**
 * The format that is asked for, or else the one of the file's ending.
 * @throws FramekilnError `INVALID_SETTING`
 */
export function chooseFormat(file: string, wanted: string | undefined): OutputFormat {
  if (wanted !== undefined) {
    const format = OUTPUT_FORMATS.find((known) => known === wanted);
    return format ?? refuseSetting(`one of ${OUTPUT_FORMATS.join(', ')}`, '--format', wanted);
  }
  const format = EXTENSIONS[extname(file).toLowerCase()];
  const endings = Object.keys(EXTENSIONS).join(', ');
  return format ?? refuseSetting(`a file ending in ${endings}, or --format`, '--output', file);
}

/**
 * Frames as people write them: `A:B` (B exclusive), `A:`, `:B`, or `A` for one frame.
 * @throws FramekilnError `INVALID_SETTING`
 */
export function parseRange(text: string | undefined, frames: number): FrameRange {
  if (text === undefined) return { start: 0, end: frames };
  const match = /^(\d{1,9})?(:)?(\d{1,9})?$/.exec(text);
  const [, first, colon, last] = match ?? [];
  if (first === undefined && last === undefined) refuseSetting('A:B, A:, :B or A', '--frames', text);
  const start = Number(first ?? 0);
  const end = colon ? Number(last ?? frames) : start + 1;
  if (start >= frames || end <= start || end > frames) refuseSetting(`frames within 0:${frames}`, '--frames', text);
  return { start, end };
}

/**
 * A number from an option's text.
 * @throws FramekilnError `INVALID_SETTING`
 */
export function parseNumber(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : refuseSetting('a number', option, text);
}
