// SPDX-License-Identifier: Apache-2.0
// Documents to render: the goldens with the hashes of their frames, and small ones of our own.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const GOLDEN = new URL('../fixtures/golden/', import.meta.url);

export const SMALL_GOLDENS = [
  'tiny_1x1',
  'tiny_2x2',
  'tiny_17x3',
  'edges_320x200',
  'families_640x360',
  'odd_641x359',
] as const;

export interface Golden {
  name: string;
  path: string;
  bytes: Buffer;
  width: number;
  height: number;
  frames: number;
  /** Of each frame's packed RGB24. */
  sha256: string[];
}

export function golden(name: string): Golden {
  const path = fileURLToPath(new URL(`${name}_params.json`, GOLDEN));
  const bytes = readFileSync(path);
  const { resolution, total_frames } = JSON.parse(bytes.toString());
  const { sha256 } = JSON.parse(readFileSync(new URL(`${name}_frames.json`, GOLDEN), 'utf8'));
  return { name, path, bytes, width: resolution[0], height: resolution[1], frames: total_frames, sha256 };
}

export const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** Indices of the frames of packed `data` whose SHA-256 is not the wanted one, and of those that are missing. */
export function differingFrames(data: Uint8Array, wanted: readonly string[], frameBytes: number): number[] {
  const frame = (i: number): Uint8Array => data.subarray(i * frameBytes, (i + 1) * frameBytes);
  return [...wanted.keys()].filter((i) => sha256(frame(i)) !== wanted[i]);
}

/** `frames` frames of the default schedule. */
export function scheduled(width: number, height: number, frames: number, fps = 30) {
  return { version: '1.0', schedule: 'default', resolution: [width, height], fps, duration: (frames + 0.5) / fps };
}

export type Parameters = [time: number, complexity: number, palette: 'vibrant' | 'pastel' | 'monochrome'];

/** A document of stored parameters. */
export function stored(width: number, height: number, fps: number, frames: readonly Parameters[]) {
  const parameters = frames.map(([time, complexity, color_palette]) => ({ time, complexity, color_palette }));
  return { version: '1.0', resolution: [width, height], fps, total_frames: frames.length, parameters };
}

/** Work for many seconds, in many segments: for what stops it. */
export const ENDLESS = scheduled(640, 360, 100_000);
