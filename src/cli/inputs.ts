// SPDX-License-Identifier: Apache-2.0
// Documents, videos and raw pixels, as `measure` and `sheet` take them.
import { open, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { Command } from 'commander';
import { readDocument } from '../document/read.js';
import { refuseSetting } from '../errors.js';
import type { FramesInput } from '../measure/open.js';
import type { Luma } from '../native.js';
import type { FrameRange } from '../render/plan.js';
import { parseRange } from './format.js';

export interface InputFlags {
  size?: string;
  opencv?: boolean;
  matrix?: string;
}

export const INPUTS =
  'a document (JSON, plain or gzip), a video (MP4, MOV, MKV, WebM, AVI, Y4M), or raw RGB24 (.rgb, with --size)';

export function withInputOptions(command: Command): Command {
  return command
    .option('--size <WxH>', 'of raw RGB24 files')
    .option('--matrix <bt709|bt601>', 'of videos that do not say theirs, such as Y4M; default bt601, as FFmpeg has it')
    .option('--opencv', "turn videos into RGB as OpenCV's VideoCapture does; default: as the file says, accurately");
}

/**
 * What a file is: raw pixels by its ending, a video or a document by how it begins.
 * @throws FramekilnError `INPUT_UNREADABLE`, `INVALID_SETTING`, `INVALID_DOCUMENT`
 */
export async function inputOf(path: string, { size, opencv, matrix }: InputFlags): Promise<FramesInput> {
  if (['.rgb', '.raw'].includes(extname(path).toLowerCase())) {
    const [, width, height] = /^(\d{1,4})x(\d{1,4})$/.exec(size ?? '') ?? [];
    if (width === undefined) refuseSetting('WIDTHxHEIGHT, as raw pixels do not say it', '--size', size);
    return { rgb: path, width: Number(width), height: Number(height) };
  }
  const named = ['.json', '.gz'].includes(extname(path).toLowerCase());
  if (path !== '-' && !named && !(await beginsAsDocument(path))) {
    if (opencv && matrix !== undefined)
      refuseSetting('nothing beside --opencv, which always takes BT.601', '--matrix', matrix);
    return { video: path, conversion: opencv ? 'opencv' : undefined, matrix: matrix as Luma | undefined };
  }
  return { document: await readDocument(path), label: basename(path) };
}

/** Two inputs, of which standard input is one at most. */
export async function inputsOf(a: string, b: string, flags: InputFlags): Promise<[FramesInput, FramesInput]> {
  if (a === '-' && b === '-') refuseSetting('a file beside -, standard input', 'B', b);
  return [await inputOf(a, flags), await inputOf(b, flags)];
}

/** JSON, perhaps behind a byte order mark or white space, or gzip. What cannot be read, readDocument says best. */
async function beginsAsDocument(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  // What is no file, such as a pipe, can be read once only, and holds no video.
  if (found && !found.isFile()) return !found.isDirectory();
  const file = await open(path).catch(() => undefined);
  if (!file) return true;
  try {
    const { buffer, bytesRead } = await file
      .read(Buffer.alloc(4096), 0, 4096, 0)
      .catch(() => ({ buffer: Buffer.of(), bytesRead: 0 }));
    const start = buffer.subarray(0, bytesRead);
    return (start[0] === 0x1f && start[1] === 0x8b) || /^(\ufeff)?\s*[{[]/.test(start.toString('utf8'));
  } finally {
    await file.close();
  }
}

/** How long the clips are is known later, so both ends must be said. */
export function openRange(text: string): FrameRange {
  return /^\d+:$/.test(text)
    ? refuseSetting('A:B, :B or A', '--frames', text)
    : parseRange(text, Number.MAX_SAFE_INTEGER);
}
