// SPDX-License-Identifier: Apache-2.0
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import pLimit from 'p-limit';
import { abortedBy } from '../aws/client.js';
import { isNamed } from '../aws/errors.js';
import type { PieceReader } from './body.js';

const PART_BYTES = 16 * 2 ** 20;
/** S3's own limit. */
const MAX_PARTS = 10_000;
/** Parts in memory and on their way at once. */
const PARTS_AT_ONCE = 4;
/** For the removal of parts: who interrupts does not wait for ten attempts. */
const CLEAN_UP_MS = 5_000;

/**
 * Stores a body in parts, each of which is retried by itself. Whatever ends it early, the signal too, stops the parts
 * under way and then removes those that are there: S3 would keep them, unseen, and charge for them.
 * (`Upload` of @aws-sdk/lib-storage lets parts under way run on after an abort, and sends all the others after a failure.)
 */
export async function putInParts(
  client: S3Client,
  object: CreateMultipartUploadCommandInput & { ChecksumAlgorithm: 'SHA256' },
  condition: { IfMatch?: string; IfNoneMatch?: string },
  body: PieceReader,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { Bucket, Key, ChecksumAlgorithm } = object;
  const partBytes = Math.max(PART_BYTES, Math.ceil(body.bytes / MAX_PARTS));
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(object), abortedBy(signal));
  const upload = { Bucket, Key, UploadId };

  const stop = new AbortController();
  const abortSignal = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const sendPart = async (index: number): Promise<CompletedPart> => {
    abortSignal.throwIfAborted();
    const start = index * partBytes;
    const PartNumber = index + 1;
    const Body = await body.read(start, Math.min(partBytes, body.bytes - start));
    const part = new UploadPartCommand({ ...upload, PartNumber, Body, ChecksumAlgorithm });
    const { ETag, ChecksumSHA256 } = await client.send(part, { abortSignal });
    return { PartNumber, ETag, ChecksumSHA256 };
  };

  const limit = pLimit(PARTS_AT_ONCE);
  const indices = Array.from({ length: Math.ceil(body.bytes / partBytes) }, (_, index) => index);
  const parts = indices.map((index) => limit(sendPart, index));
  try {
    const complete = { ...upload, ...condition, MultipartUpload: { Parts: await Promise.all(parts) } };
    await client.send(new CompleteMultipartUploadCommand(complete), { abortSignal });
  } catch (error) {
    stop.abort();
    await Promise.allSettled(parts);
    const cleanUp = { abortSignal: AbortSignal.timeout(CLEAN_UP_MS) };
    await client.send(new AbortMultipartUploadCommand(upload), cleanUp).catch(() => undefined);
    throw error;
  }
}

/** Begins an upload and takes it back, which needs the same permissions as a whole one. */
export async function tryUpload(
  client: S3Client,
  object: { Bucket: string; Key: string },
  signal: AbortSignal | undefined,
): Promise<void> {
  const options = abortedBy(signal);
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(object), options);
  try {
    await client.send(new AbortMultipartUploadCommand({ ...object, UploadId }), options);
  } catch (error) {
    // s3rver cannot take it back.
    if (!isNamed(error, '405')) throw error;
  }
}
