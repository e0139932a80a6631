// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { FrameFormat } from '../native.js';

/**
 * The digest of a video's frames before encoding: SHA-256 over their XXH3-128 hashes, in frame order.
 * Hashing hashes, one a frame, makes it independent of where segments end and which thread rendered what, and hashes
 * the pixels themselves ten times faster than SHA-256 would.
 */
export class FramesDigest {
  readonly #hash = createHash('sha256');
  readonly #format: FrameFormat;

  /** `format` is the layout of the frames that were hashed. */
  constructor(format: FrameFormat) {
    this.#format = format;
  }

  /** Adds the next frames: 16 bytes each, in frame order. */
  add(hashes: Uint8Array): void {
    this.#hash.update(hashes);
  }

  /** `{format}-xxh3-sha256:{hex}` of the frames so far. */
  toString(): string {
    return `${this.#format}-xxh3-sha256:${this.#hash.copy().digest('hex')}`;
  }
}

/** SHA-256 of a file, in hex. */
export async function fileHash(path: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash, signal ? { signal } : {});
  return hash.digest('hex');
}
