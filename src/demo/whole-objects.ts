// SPDX-License-Identifier: Apache-2.0
// S3 shows an object whole or not at all. s3rver writes in place: whoever reads in between, or whose upload breaks off,
// sees half of it under the metadata of the old one; and it answers before the bytes are in the file.
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, renameSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

type Metadata = Record<string, string>;

interface S3rverObject {
  bucket: string;
  key: string;
  content: Readable;
  metadata: Metadata;
}

/** What is used of s3rver's FilesystemStore. */
export interface S3rverStore {
  getResourcePath(bucket: string, key: string, resource: string): string;
  getMetadata(bucket: string, key: string): Promise<Metadata>;
  putObject(object: S3rverObject): Promise<{ size: number; md5: string }>;
  copyObject(
    fromBucket: string,
    fromKey: string,
    bucket: string,
    key: string,
    replacement: Metadata | null,
  ): Promise<Metadata>;
}

/** What s3rver keeps of the headers of an upload. */
const KEPT = /^(cache-control|content-(disposition|encoding|language|type)|expires|x-amz-storage-class|x-amz-meta-.+)$/;

/** Makes uploads and copies of the store appear at once, or never when they break off. */
export function makeObjectsWhole(store: S3rverStore): void {
  store.putObject = async ({ bucket, key, content, metadata }) => {
    const path = store.getResourcePath(bucket, key, 'object');
    const partial = store.getResourcePath(bucket, key, `partial-${randomUUID()}`);
    const parts = { [partial]: path, [`${partial}.md5`]: `${path}.md5` };
    parts[`${partial}.json`] = store.getResourcePath(bucket, key, 'metadata.json');
    await mkdir(dirname(path), { recursive: true });
    const hash = createHash('md5');
    let size = 0;
    const measured = async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        size += chunk.length;
        yield chunk;
      }
    };
    try {
      await pipeline(content, measured, createWriteStream(partial));
      const md5 = hash.digest('hex');
      const kept = Object.fromEntries(Object.entries(metadata).filter(([name]) => KEPT.test(name)));
      await writeFile(`${partial}.md5`, md5);
      await writeFile(`${partial}.json`, JSON.stringify(kept));
      for (const [from, to] of Object.entries(parts)) renameSync(from, to);
      return { size, md5 };
    } catch (error) {
      for (const file of Object.keys(parts)) await rm(file, { force: true });
      throw error;
    }
  };

  store.copyObject = async (fromBucket, fromKey, bucket, key, replacement) => {
    const metadata = replacement ?? (await store.getMetadata(fromBucket, fromKey));
    const content = createReadStream(store.getResourcePath(fromBucket, fromKey, 'object'));
    await store.putObject({ bucket, key, content, metadata });
    return store.getMetadata(bucket, key);
  };
}
