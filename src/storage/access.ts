// SPDX-License-Identifier: Apache-2.0
// What the bucket and the table must allow: for `framekiln doctor`.
import type { CORSRule } from '@aws-sdk/client-s3';
import { allKeys, DOCUMENT_TEMPLATES, videoKey } from './keys.js';
import type { ObjectStore } from './object-store.js';

export interface IamPolicy {
  Version: '2012-10-17';
  Statement: { Sid: string; Effect: 'Allow'; Action: string[]; Resource: string[] }[];
}

export interface PolicyOptions {
  templates?: readonly string[];
  region?: string;
  /** What the experiments compressed: `s3://bucket/key`, or `schedule`. */
  source?: string;
}

/** What a page of another origin reads of an answer to play a video and to take its pixels. */
const EXPOSED = ['Content-Range', 'Accept-Ranges', 'Content-Length', 'ETag'];

/**
 * The least that a backfill, links, the API and the doctor need. Documents and originals under other keys, which
 * records may name, need `s3:GetObject` there too.
 * @param region decides how ARNs begin (China and GovCloud have their own partitions)
 */
export function iamPolicy(
  bucket: string,
  table: string,
  { templates = DOCUMENT_TEMPLATES, region = '', source }: PolicyOptions = {},
): IamPolicy {
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  const arn = `arn:${partition}:s3:::${bucket}`;
  const { documents, videos, qualities } = allKeys(templates);
  const original = source?.startsWith('s3://') ? [`arn:${partition}:s3:::${source.slice(5)}`] : [];
  const allow = (Sid: string, Action: string[], Resource: string[]) => ({
    Sid,
    Effect: 'Allow' as const,
    Action,
    Resource,
  });
  return {
    Version: '2012-10-17',
    Statement: [
      // Without ListBucket, S3 answers 403 where an object is missing.
      allow('Bucket', ['s3:ListBucket', 's3:GetBucketCORS'], [arn]),
      allow(
        'Read',
        ['s3:GetObject'],
        [...[...documents, videos, qualities].map((keys) => `${arn}/${keys}`), ...original],
      ),
      allow('Write', ['s3:PutObject', 's3:AbortMultipartUpload'], [`${arn}/${videos}`, `${arn}/${qualities}`]),
      allow(
        'Records',
        ['dynamodb:DescribeTable', 'dynamodb:Scan', 'dynamodb:Query', 'dynamodb:UpdateItem'],
        [`arn:${partition}:dynamodb:${region || '*'}:*:table/${table}`],
      ),
    ],
  };
}

/** The bucket's CORS rules for pages of these origins, such as `https://dashboard.example.com` or `*`. */
export function corsRules(origins: readonly string[]): CORSRule[] {
  const methods = { AllowedMethods: ['GET', 'HEAD'], AllowedHeaders: ['Range'] };
  return [{ AllowedOrigins: [...origins], ...methods, ExposeHeaders: [...EXPOSED], MaxAgeSeconds: 3600 }];
}

/**
 * What the bucket's CORS rules lack, for people; nothing when all is well.
 * @param origin of the dashboard; without it, rules for any origin will do
 */
export async function checkCors(store: ObjectStore, origin?: string, signal?: AbortSignal): Promise<string[]> {
  const rules = await store.corsRules(signal);
  const from = origin === undefined ? '' : ` from ${origin}`;
  // S3 goes by the first rule that fits, whatever the others expose.
  const rule = rules.find(
    ({ AllowedMethods = [], AllowedOrigins = [] }) =>
      AllowedMethods.includes('GET') &&
      (origin === undefined || AllowedOrigins.some((allowed) => fits(allowed, origin))),
  );
  if (!rule) return [`no rule allows GET${from}`];
  const exposed = (rule.ExposeHeaders ?? []).map((name) => name.toLowerCase());
  const hidden = EXPOSED.filter((name) => !exposed.includes(name.toLowerCase()));
  return hidden.length === 0 ? [] : [`the rule for GET${from} does not expose ${hidden.join(', ')}`];
}

/** Whether objects may be written where videos go; throws why not. Nothing is written. */
export function checkWrite(store: ObjectStore, signal?: AbortSignal): Promise<void> {
  return store.tryWrite(videoKey('framekiln-doctor'), signal);
}

/** An allowed origin holds one `*` at most, which stands for anything. */
function fits(allowed: string, origin: string): boolean {
  const [start = '', end] = allowed.split('*');
  if (end === undefined) return allowed === origin;
  return origin.length >= start.length + end.length && origin.startsWith(start) && origin.endsWith(end);
}
