// SPDX-License-Identifier: Apache-2.0
import { type FileHandle, open } from 'node:fs/promises';
import { FramekilnError } from '../errors.js';

/** What is stored: bytes, or a file that nobody changes meanwhile. */
export type ObjectBody = Uint8Array | { path: string };

/** A body of which any piece can be read, and read again. */
export interface PieceReader extends AsyncDisposable {
  bytes: number;
  read(start: number, length: number): Promise<Uint8Array>;
}

/** @throws FramekilnError `INPUT_UNREADABLE`, here and while reading */
export async function openBody(body: ObjectBody): Promise<PieceReader> {
  if (body instanceof Uint8Array) {
    return {
      bytes: body.length,
      read: async (start, length) => body.subarray(start, start + length),
      [Symbol.asyncDispose]: async () => undefined,
    };
  }
  const explained = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      throw new FramekilnError('INPUT_UNREADABLE', `Cannot read ${body.path}: ${code ?? message}`, { cause });
    }
  };
  const file = await explained(open(body.path));
  return {
    bytes: (await explained(file.stat())).size,
    read: (start, length) => explained(readPiece(file, start, length)),
    [Symbol.asyncDispose]: () => file.close(),
  };
}

async function readPiece(file: FileHandle, start: number, length: number): Promise<Uint8Array> {
  const piece = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; ) {
    const { bytesRead } = await file.read(piece, at, length - at, start + at);
    if (bytesRead === 0) throw new Error('the file became shorter');
    at += bytesRead;
  }
  return piece;
}
