// SPDX-License-Identifier: Apache-2.0
import { PutBucketCorsCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { checkCors, checkWrite, corsRules, iamPolicy } from '../../src/storage/access.js';
import { ObjectStore } from '../../src/storage/object-store.js';
import { useStores } from '../support/stores.js';
import { type Asked, s3Double, s3Error } from './s3-double.js';

const stores = await useStores();

test('the policy names what is used, and nothing wider', () => {
  expect(iamPolicy('videos', 'experiments')).toEqual({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Bucket',
        Effect: 'Allow',
        Action: ['s3:ListBucket', 's3:GetBucketCORS'],
        Resource: ['arn:aws:s3:::videos'],
      },
      {
        Sid: 'Read',
        Effect: 'Allow',
        Action: ['s3:GetObject'],
        Resource: [
          'arn:aws:s3:::videos/parameters/*.json',
          'arn:aws:s3:::videos/parameters/*.json.gz',
          'arn:aws:s3:::videos/parameters/*_params.json',
          'arn:aws:s3:::videos/reconstructed/*.mp4',
          'arn:aws:s3:::videos/reconstructed/*.json',
        ],
      },
      {
        Sid: 'Write',
        Effect: 'Allow',
        Action: ['s3:PutObject', 's3:AbortMultipartUpload'],
        Resource: ['arn:aws:s3:::videos/reconstructed/*.mp4', 'arn:aws:s3:::videos/reconstructed/*.json'],
      },
      {
        Sid: 'Records',
        Effect: 'Allow',
        Action: ['dynamodb:DescribeTable', 'dynamodb:Scan', 'dynamodb:Query', 'dynamodb:UpdateItem'],
        Resource: ['arn:aws:dynamodb:*:*:table/experiments'],
      },
    ],
  });
});

test('other templates and partitions', () => {
  const templates = ['runs/{experiment_id}/{experiment_id}_params.json'];
  const resources = iamPolicy('b', 't', { templates, region: 'cn-north-1' }).Statement.flatMap(
    ({ Resource }) => Resource,
  );
  expect(resources).toContain('arn:aws-cn:s3:::b/runs/*/*_params.json');
  expect(resources).toContain('arn:aws-cn:dynamodb:cn-north-1:*:table/t');
});

test('the original that a setting names', () => {
  const resources = (source: string) =>
    iamPolicy('b', 't', { source })
      .Statement.filter(({ Sid }) => Sid === 'Read')
      .flatMap(({ Resource }) => Resource);
  expect(resources('s3://clips/a b.mp4')).toContain('arn:aws:s3:::clips/a b.mp4');
  expect(resources('schedule')).toEqual(iamPolicy('b', 't').Statement[1]?.Resource);
});

describe('CORS', () => {
  const put = async (bucket: string, CORSRules: ReturnType<typeof corsRules>) => {
    const client = new S3Client({ forcePathStyle: true, requestChecksumCalculation: 'WHEN_REQUIRED' });
    await client.send(new PutBucketCorsCommand({ Bucket: bucket, CORSConfiguration: { CORSRules } }));
    client.destroy();
  };

  test('no rules', async () => {
    await stores.createBucket('bare');
    using store = new ObjectStore('bare');
    expect(await checkCors(store)).toEqual(['no rule allows GET']);
    expect(await checkCors(store, 'https://a.example')).toEqual(['no rule allows GET from https://a.example']);
  });

  test('our own rules', async () => {
    await stores.createBucket('ours');
    await put('ours', corsRules(['https://*.example.com', 'https://other.org']));
    using store = new ObjectStore('ours');
    expect(await checkCors(store)).toEqual([]);
    expect(await checkCors(store, 'https://dash.example.com')).toEqual([]);
    expect(await checkCors(store, 'https://other.org')).toEqual([]);
    expect(await checkCors(store, 'https://example.com')).toHaveLength(1);
    expect(await checkCors(store, 'https://other.org.evil')).toHaveLength(1);
  });

  test('a rule that hides headers', async () => {
    await stores.createBucket('hiding');
    await put('hiding', [{ AllowedOrigins: ['*'], AllowedMethods: ['GET'], ExposeHeaders: ['etag'] }]);
    using store = new ObjectStore('hiding');
    expect(await checkCors(store, 'https://a.example')).toEqual([
      'the rule for GET from https://a.example does not expose Content-Range, Accept-Ranges, Content-Length',
    ]);
  });

  test('no permission to read them', async () => {
    await using _double = await s3Double(() => s3Error(403, 'AccessDenied'));
    using store = new ObjectStore('bucket');
    await expect(checkCors(store)).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  });
});

describe('the trial of writing', () => {
  const created = { body: '<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>' };
  const begins = ({ query }: Asked) => query.has('uploads');

  test('leaves nothing behind', async () => {
    await using double = await s3Double((asked) => (begins(asked) ? created : { status: 204 }));
    using store = new ObjectStore('bucket');
    await checkWrite(store);
    expect(double.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /bucket/reconstructed/framekiln-doctor.mp4',
      'DELETE /bucket/reconstructed/framekiln-doctor.mp4',
    ]);
    expect(double.asked[1]?.query.get('uploadId')).toBe('u');
  });

  test('without permission to write, or to take an upload back', async () => {
    for (const refused of [begins, (asked: Asked) => !begins(asked)]) {
      await using _double = await s3Double((asked) => (refused(asked) ? s3Error(403, 'AccessDenied') : created));
      using store = new ObjectStore('bucket');
      await expect(checkWrite(store)).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    }
  });

  test('shows no object in s3rver, which cannot take an upload back', async () => {
    await stores.createBucket('trial');
    using store = new ObjectStore('trial');
    await checkWrite(store);
    expect(await store.head('reconstructed/framekiln-doctor.mp4')).toBeUndefined();
  });

  test('in a bucket that is not there', async () => {
    using store = new ObjectStore('absent');
    await expect(checkWrite(store)).rejects.toMatchObject({ code: 'BUCKET_NOT_FOUND' });
  });
});
