// SPDX-License-Identifier: Apache-2.0
import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { FramekilnError, refuseSetting } from '../errors.js';
import { frameBytes, type PixelFrames } from '../native.js';
import type { FrameSource } from './source.js';

const MAX_SIDE = 8192;

/**
 * The frames of a file of packed RGB24.
 * @throws FramekilnError `INVALID_SETTING`, `INPUT_UNREADABLE`, `INVALID_VIDEO` when it does not hold whole frames
 */
export async function rawSource(
  path: string,
  { width, height }: { width: number; height: number },
): Promise<FrameSource> {
  for (const [name, side] of [['width', width] as const, ['height', height] as const]) {
    if (!Number.isInteger(side) || side < 1 || side > MAX_SIDE) {
      refuseSetting(`an integer from 1 to ${MAX_SIDE}`, name, side);
    }
  }
  const bytes = frameBytes('rgb24', width, height);
  const found = await stat(path).catch((cause) => unreadable(path, cause));
  if (!found.isFile()) throw new FramekilnError('INPUT_UNREADABLE', `Cannot read ${path}: it is not a regular file`);
  const frames = found.size / bytes;
  if (frames < 1 || !Number.isInteger(frames)) {
    const what = `${path} has ${found.size} bytes, which are no whole frames of ${width}x${height}`;
    throw new FramekilnError('INVALID_VIDEO', what, {
      expected: `a whole number of frames of ${bytes} bytes`,
      received: `${found.size} bytes`,
      remedy: 'Check the size: width x height x 3 bytes a frame.',
    });
  }
  const read = async (file: FileHandle, start: number, count: number): Promise<PixelFrames> => {
    const data = new Uint8Array(count * bytes);
    const { bytesRead } = await file.read(data, 0, data.length, start * bytes);
    if (bytesRead < data.length) {
      throw new FramekilnError('INVALID_VIDEO', `${path} became shorter while it was read`);
    }
    return { data, frames: count, width, height, format: 'rgb24', matrix: 0, fullRange: true };
  };
  return {
    label: `${basename(path)} (RGB24)`,
    width,
    height,
    frames,
    rate: undefined,
    notes: [],
    async *chunks({ start, end }, perChunk) {
      await using file = await open(path).catch((cause) => unreadable(path, cause));
      for (let at = start; at < end; at += perChunk) yield read(file, at, Math.min(perChunk, end - at));
    },
    async *pick(indices) {
      await using file = await open(path).catch((cause) => unreadable(path, cause));
      for (const index of indices) yield read(file, index, 1);
    },
  };
}

function unreadable(path: string, cause: NodeJS.ErrnoException): never {
  const reason = cause.code === 'ENOENT' ? 'it does not exist' : cause.message;
  throw new FramekilnError('INPUT_UNREADABLE', `Cannot read ${path}: ${reason}`, { remedy: 'Check the path.', cause });
}
