// SPDX-License-Identifier: Apache-2.0
// S3 writes only over what the writer has seen when it is asked to. s3rver does not know these headers.
import type { IncomingMessage, RequestListener } from 'node:http';
import type { S3rverStore } from './whole-objects.js';

const REFUSAL =
  '<?xml version="1.0" encoding="UTF-8"?>\n' +
  '<Error><Code>PreconditionFailed</Code><Message>At least one of the pre-conditions did not hold</Message></Error>';

/** `next`, with `If-Match` and `If-None-Match: *` of uploads and copies heeded. */
export function heedConditions(store: S3rverStore, next: RequestListener): RequestListener {
  return async (request, response) => {
    if (await holds(store, request)) return next(request, response);
    response.writeHead(412, { 'content-type': 'application/xml', connection: 'close' }).end(REFUSAL);
  };
}

async function holds(store: S3rverStore, { method, url = '', headers }: IncomingMessage): Promise<boolean> {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  if (method !== 'PUT' || (match === undefined && noneMatch === undefined)) return true;
  const [, bucket = '', key = ''] = /^\/([^/]+)\/(.*)$/.exec(decodeURIComponent(url.replace(/\?.*/, ''))) ?? [];
  const there = await store.getMetadata(bucket, key).catch(() => undefined);
  if (noneMatch !== undefined) return there === undefined;
  return there !== undefined && match === there.etag;
}
