// SPDX-License-Identifier: Apache-2.0
import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import { abortedBy } from '../aws/client.js';
import { FramekilnError } from '../errors.js';

/** The SDK retries a request only until its answer begins, so what breaks later is read again from the start. */
const READS = 5;
const FIRST_WAIT_MS = 100;

type Place = { Bucket: string; Key: string };

/**
 * An object's bytes, all of them.
 * @throws FramekilnError `INVALID_DOCUMENT` above `maxBytes`, as soon as that is known; otherwise what the SDK throws
 */
export function readObject(
  client: S3Client,
  object: Place,
  maxBytes: number,
  signal: AbortSignal | undefined,
): Promise<{ bytes: Buffer; etag: string }> {
  return reading(client, object, signal, async (answer) => {
    return { bytes: await readBody(answer, maxBytes, object.Key), etag: answer.ETag ?? '' };
  });
}

/**
 * Writes an object to the new or emptied file `path`.
 * @throws FramekilnError `INVALID_VIDEO` above `maxBytes`, before any is read; otherwise what the SDK throws
 */
export function downloadObject(
  client: S3Client,
  object: Place,
  path: string,
  maxBytes: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  return reading(client, object, signal, async ({ ContentLength, Body }) => {
    const stream = Body as Readable;
    if (ContentLength !== undefined && ContentLength > maxBytes) {
      stream.destroy();
      const expected = `up to ${maxBytes} bytes`;
      throw new FramekilnError('INVALID_VIDEO', `The object ${object.Key} has ${ContentLength} bytes`, { expected });
    }
    const file = createWriteStream(path);
    await pipeline(stream, file, signal ? { signal } : {}).catch((cause: NodeJS.ErrnoException) => {
      if (cause.path === undefined && cause.syscall !== 'write') throw cause;
      throw new FramekilnError('OUTPUT_UNWRITABLE', `Cannot write ${path}: ${cause.message}`, { cause });
    });
    if (ContentLength !== undefined && file.bytesWritten !== ContentLength) {
      throw new Error(`the answer has ${file.bytesWritten} of ${ContentLength} bytes`);
    }
  });
}

async function reading<T>(
  client: S3Client,
  object: Place,
  signal: AbortSignal | undefined,
  read: (answer: GetObjectCommandOutput) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const answer = await client.send(new GetObjectCommand(object), abortedBy(signal));
    try {
      return await read(answer);
    } catch (error) {
      if (error instanceof FramekilnError || signal?.aborted || attempt === READS) throw error;
    }
    await setTimeout(Math.random() * FIRST_WAIT_MS * 2 ** (attempt - 1), undefined, { signal });
  }
}

async function readBody(answer: GetObjectCommandOutput, maxBytes: number, key: string): Promise<Buffer> {
  const { ContentLength, Body } = answer;
  const stream = Body as AsyncIterable<Uint8Array> & { destroy(): void };
  const tooLarge = () => {
    stream.destroy();
    const expected = `up to ${maxBytes} bytes`;
    return new FramekilnError('INVALID_DOCUMENT', `The object ${key} is larger than ${maxBytes} bytes`, { expected });
  };
  if (ContentLength !== undefined && ContentLength > maxBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  if (ContentLength !== undefined && size !== ContentLength) {
    throw new Error(`the answer has ${size} of ${ContentLength} bytes`);
  }
  return Buffer.concat(chunks, size);
}
