// SPDX-License-Identifier: Apache-2.0
import {
  type CORSRule,
  CopyObjectCommand,
  GetBucketCorsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { type AwsOptions, abortedBy } from '../aws/client.js';
import { fromAws, isNamed } from '../aws/errors.js';
import { FramekilnError } from '../errors.js';
import { type ObjectBody, openBody } from './body.js';
import { s3Client } from './client.js';
import { putInParts, tryUpload } from './multipart.js';
import { downloadObject, readObject } from './read-object.js';

export type { ObjectBody } from './body.js';

export interface StoredObject {
  key: string;
  bytes: number;
  etag: string;
  contentType: string | undefined;
  /** Names in small letters. */
  metadata: Record<string, string>;
  storageClass: string;
  /** Can it be read now? What is archived and not restored cannot. */
  readable: boolean;
  lastModified: Date | undefined;
}

export interface PutOptions {
  contentType: string;
  metadata: Record<string, string>;
  /** Writes only over the object with this etag, or (null) only where there is none. Some emulators do not care. */
  replaces?: string | null | undefined;
  signal?: AbortSignal | undefined;
}

export interface ObjectStoreOptions extends AwsOptions {
  /** Bodies of this many bytes and more are stored in parts. Default: 100 MB. */
  partsFrom?: number | undefined;
}

/** A key that may be read like any video, and that no experiment has: ids do not begin with a dot. */
const NOWHERE = 'reconstructed/.framekiln.mp4';
const PARTS_FROM = 100_000_000;
/** Bytes that TLS has taken in one piece leave it unseen, so an idle socket may be one on a slow line. */
const UPLOAD_IDLE_MS = 300_000;

/**
 * The objects of one bucket. Nothing is sent before the first call; `close` frees the connections.
 * Every method throws FramekilnError (`NO_CREDENTIALS`, `NO_REGION`, `ACCESS_DENIED`, `BUCKET_NOT_FOUND`,
 * `STORE_UNREACHABLE`, `STORE_FAILED`), or the reason of its signal.
 */
export class ObjectStore {
  readonly bucket: string;
  readonly #client: S3Client;
  readonly #uploads: S3Client;
  readonly #partsFrom: number;

  constructor(bucket: string, options: ObjectStoreOptions = {}) {
    this.bucket = bucket;
    this.#client = s3Client(options);
    this.#uploads = s3Client({ ...options, idleMs: options.idleMs ?? UPLOAD_IDLE_MS });
    this.#partsFrom = options.partsFrom ?? PARTS_FROM;
  }

  /** Throws unless the bucket is there and its objects may be listed, which makes a missing one a 404 and not a 403. */
  async check(signal?: AbortSignal): Promise<void> {
    // Unlike HEAD, a GET says what is wrong; one byte of it is plenty should somebody have such an object.
    const command = new GetObjectCommand({ Bucket: this.bucket, Key: NOWHERE, Range: 'bytes=0-0' });
    try {
      const { Body } = await this.#client.send(command, abortedBy(signal));
      await Body?.transformToByteArray();
    } catch (error) {
      if (!isNamed(error, 'NoSuchKey')) throw fromAws(error, `use the bucket ${this.bucket}`, signal);
    }
  }

  /** What is known of an object; undefined when there is none. */
  async head(key: string, signal?: AbortSignal): Promise<StoredObject | undefined> {
    try {
      const command = new HeadObjectCommand({ Bucket: this.bucket, Key: key });
      return describeObject(key, await this.#client.send(command, abortedBy(signal)));
    } catch (error) {
      if (isNamed(error, '404')) return undefined;
      // An answer to HEAD has no body, so it cannot say whether it is the credentials, the region or the bucket.
      if (isNamed(error, '301', '400', '403')) await this.check(signal);
      throw fromAws(error, `look for ${key} in ${this.bucket}`, signal);
    }
  }

  /**
   * An object's bytes; undefined when there is none. What is cut short on its way is read again.
   * @throws FramekilnError `INVALID_DOCUMENT` above `maxBytes`, `OBJECT_ARCHIVED`
   */
  async get(key: string, maxBytes: number, signal?: AbortSignal): Promise<{ bytes: Buffer; etag: string } | undefined> {
    try {
      return await readObject(this.#client, { Bucket: this.bucket, Key: key }, maxBytes, signal);
    } catch (error) {
      if (isNamed(error, 'NoSuchKey')) return undefined;
      throw fromAws(error, `read ${key} from ${this.bucket}`, signal);
    }
  }

  /**
   * Writes an object to the file `path`.
   * @throws FramekilnError `NO_VIDEO` when there is none, `INVALID_VIDEO` above `maxBytes`, `OBJECT_ARCHIVED`
   */
  async download(key: string, path: string, maxBytes: number, signal?: AbortSignal): Promise<void> {
    try {
      await downloadObject(this.#client, { Bucket: this.bucket, Key: key }, path, maxBytes, signal);
    } catch (error) {
      if (isNamed(error, 'NoSuchKey')) {
        throw new FramekilnError('NO_VIDEO', `There is no object ${key} in the bucket ${this.bucket}`);
      }
      throw fromAws(error, `read ${key} from ${this.bucket}`, signal);
    }
  }

  /**
   * Stores an object whole or not at all, with a SHA-256 of its bytes that S3 checks.
   * @throws FramekilnError `OBJECT_CHANGED` when it is not what it `replaces`; `INPUT_UNREADABLE` when the body is a file.
   * An attempt that worked but whose answer was lost makes the next one find a changed object.
   */
  async put(key: string, body: ObjectBody, { contentType, metadata, replaces, signal }: PutOptions): Promise<void> {
    const object = {
      ...{ Bucket: this.bucket, Key: key, ContentType: contentType, Metadata: metadata },
      ChecksumAlgorithm: 'SHA256' as const,
    };
    const reader = await openBody(body);
    try {
      const condition = onlyOver(replaces);
      if (reader.bytes >= this.#partsFrom) return await putInParts(this.#uploads, object, condition, reader, signal);
      const command = new PutObjectCommand({ ...object, ...condition, Body: await reader.read(0, reader.bytes) });
      await this.#uploads.send(command, abortedBy(signal));
    } catch (error) {
      throw fromAws(error, `write ${key} to ${this.bucket}`, signal);
    } finally {
      await reader[Symbol.asyncDispose]();
    }
  }

  /** Makes `toKey` the same bytes as `from`, if that still is what its etag says (`OBJECT_CHANGED`). S3 copies 5 GB at most. */
  async copy(from: { key: string; etag: string }, toKey: string, options: PutOptions): Promise<void> {
    const { contentType, metadata, replaces, signal } = options;
    const source = [this.bucket, ...from.key.split('/')].map(encodeURIComponent).join('/');
    const command = new CopyObjectCommand({
      ...{ Bucket: this.bucket, Key: toKey, CopySource: source, CopySourceIfMatch: from.etag },
      ...onlyOver(replaces),
      ...{ MetadataDirective: 'REPLACE', ContentType: contentType, Metadata: metadata },
      // Copying tags, which others may have set, takes permissions of its own.
      TaggingDirective: 'REPLACE',
    });
    const doing = `copy ${from.key} to ${toKey} in ${this.bucket}`;
    await this.#explained(doing, signal, this.#client.send(command, abortedBy(signal)));
  }

  /** Throws unless objects may be written under a key; nothing is. */
  async tryWrite(key: string, signal?: AbortSignal): Promise<void> {
    const trial = tryUpload(this.#client, { Bucket: this.bucket, Key: key }, signal);
    await this.#explained(`write to ${this.bucket}`, signal, trial);
  }

  /** The rules by which browsers let pages of other origins read the bucket; none when nobody set any. */
  async corsRules(signal?: AbortSignal): Promise<CORSRule[]> {
    try {
      const command = new GetBucketCorsCommand({ Bucket: this.bucket });
      return (await this.#client.send(command, abortedBy(signal))).CORSRules ?? [];
    } catch (error) {
      if (isNamed(error, 'NoSuchCORSConfiguration')) return [];
      throw fromAws(error, `read the CORS rules of ${this.bucket}`, signal);
    }
  }

  close(): void {
    this.#client.destroy();
    this.#uploads.destroy();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #explained(doing: string, signal: AbortSignal | undefined, work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (error) {
      throw fromAws(error, doing, signal);
    }
  }
}

function onlyOver(etag: string | null | undefined): { IfMatch?: string; IfNoneMatch?: string } {
  if (etag === undefined) return {};
  return etag === null ? { IfNoneMatch: '*' } : { IfMatch: etag };
}

function describeObject(key: string, answer: HeadObjectCommandOutput): StoredObject {
  // S3 says nothing of the standard class.
  const { StorageClass = 'STANDARD', ArchiveStatus, Restore } = answer;
  const archived = ['GLACIER', 'DEEP_ARCHIVE'].includes(StorageClass) || ArchiveStatus !== undefined;
  return {
    key,
    bytes: answer.ContentLength ?? 0,
    etag: answer.ETag ?? '',
    contentType: answer.ContentType,
    metadata: answer.Metadata ?? {},
    storageClass: StorageClass,
    readable: !archived || /ongoing-request="false"/.test(Restore ?? ''),
    lastModified: answer.LastModified,
  };
}
