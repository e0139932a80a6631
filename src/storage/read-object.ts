// SPDX-License-Identifier: Apache-2.0
import { setTimeout } from 'node:timers/promises';
import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import { abortedBy } from '../aws/client.js';
import { FramekilnError } from '../errors.js';

/** The SDK retries a request only until its answer begins, so what breaks later is read again from the start. */
const READS = 5;
const FIRST_WAIT_MS = 100;

/**
 * An object's bytes, all of them.
 * @throws FramekilnError `INVALID_DOCUMENT` above `maxBytes`, as soon as that is known; otherwise what the SDK throws
 */
export async function readObject(
  client: S3Client,
  object: { Bucket: string; Key: string },
  maxBytes: number,
  signal: AbortSignal | undefined,
): Promise<{ bytes: Buffer; etag: string }> {
  for (let read = 1; ; read++) {
    const answer = await client.send(new GetObjectCommand(object), abortedBy(signal));
    try {
      return { bytes: await readBody(answer, maxBytes, object.Key), etag: answer.ETag ?? '' };
    } catch (error) {
      if (error instanceof FramekilnError || signal?.aborted || read === READS) throw error;
    }
    await setTimeout(Math.random() * FIRST_WAIT_MS * 2 ** (read - 1), undefined, { signal });
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
