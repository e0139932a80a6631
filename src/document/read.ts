// SPDX-License-Identifier: Apache-2.0
import { createReadStream } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { FramekilnError } from '../errors.js';
import { checkBounds } from './bounds.js';
import { parseJson } from './json.js';

/** Longest document, in bytes, as it comes and as JSON. */
export const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;

/**
 * Reads a document's bytes from a file, or from `stdin` when the source is `-`.
 * @throws FramekilnError `INPUT_UNREADABLE` (missing, a directory, no permission) or `INVALID_DOCUMENT` (above 64 MiB;
 * the rest stays unread).
 */
export async function readDocument(source: string, stdin?: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of source === '-' ? (stdin ?? process.stdin) : createReadStream(source)) {
      size += chunk.length;
      if (size > MAX_DOCUMENT_BYTES) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (cause) {
    throw cause instanceof FramekilnError ? cause : unreadable(source, cause as NodeJS.ErrnoException);
  }
  return Buffer.concat(chunks, size);
}

/**
 * The JSON value of a document, plain or gzip, and the length of its JSON text in bytes. Python's `NaN`, `Infinity`
 * and `-Infinity` are understood, so that whoever needs a finite number there can say so.
 * @throws FramekilnError `INVALID_DOCUMENT`
 */
export function decodeDocument(bytes: Uint8Array): { value: unknown; jsonBytes: number } {
  const json = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzip(bytes) : bytes;
  if (json.length > MAX_DOCUMENT_BYTES) throw tooLarge();
  checkBounds(json);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(json);
  } catch (cause) {
    throw new FramekilnError('INVALID_DOCUMENT', 'The document is not JSON: it is not UTF-8 text', { cause });
  }
  return { value: parseJson(text), jsonBytes: json.length };
}

function gunzip(bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_DOCUMENT_BYTES });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(cause);
    throw new FramekilnError('INVALID_DOCUMENT', `The document's gzip data is damaged: ${message}`, { cause });
  }
}

function tooLarge(cause?: unknown): FramekilnError {
  return new FramekilnError('INVALID_DOCUMENT', 'The document is larger than 64 MiB', {
    expected: 'up to 64 MiB',
    cause,
  });
}

const UNREADABLE: Record<string, [reason: string, remedy: string]> = {
  ENOENT: ['it does not exist', 'Check the path.'],
  EISDIR: ['it is a directory', 'Name a file, or - for standard input.'],
  EACCES: ['no permission', 'Give this user permission to read it.'],
};

function unreadable(source: string, cause: NodeJS.ErrnoException): FramekilnError {
  const [reason, remedy] = UNREADABLE[cause.code ?? ''] ?? [cause.message, 'Check the path.'];
  const name = source === '-' ? 'standard input' : source;
  return new FramekilnError('INPUT_UNREADABLE', `Cannot read ${name}: ${reason}`, { remedy, cause });
}
