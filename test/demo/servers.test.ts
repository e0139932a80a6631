// SPDX-License-Identifier: Apache-2.0
// s3rver and dynalite, as far as we make them behave like S3 and DynamoDB.
import { once } from 'node:events';
import * as http from 'node:http';
import { connect } from 'node:net';
import { CopyObjectCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, expect, test } from 'vitest';
import { openServers } from '../../src/demo/servers.js';
import { listing, temporaryFolder } from '../support/folder.js';

const Bucket = 'videos';
const folder = temporaryFolder();
const servers = await openServers(folder, [Bucket]);
afterAll(() => servers.close());
const s3Url = `http://127.0.0.1:${servers.ports.s3}`;
const s3 = new S3Client({
  endpoint: s3Url,
  region: 'us-east-1',
  credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
  requestChecksumCalculation: 'WHEN_REQUIRED',
});

const put = (Key: string, Body: Buffer, version: string) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: 'video/mp4', Metadata: { version } }));

async function read(Key: string) {
  const { Body, Metadata, ContentType } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return {
    body: Buffer.from((await Body?.transformToByteArray()) ?? []),
    version: Metadata?.version,
    type: ContentType,
  };
}

test('an upload that breaks off leaves the old object and no file', async () => {
  const old = Buffer.alloc(500_000, 'old');
  await put('a/broken', old, 'old');
  const before = listing(folder);
  const request = http.request(`${s3Url}/${Bucket}/a/broken`, {
    method: 'PUT',
    headers: { 'content-length': 1_000_000, 'x-amz-meta-version': 'new' },
  });
  request.on('error', () => undefined);
  await new Promise((sent) => request.write(Buffer.alloc(300_000), sent));
  await expect.poll(() => listing(folder)).not.toEqual(before);
  request.destroy();
  await expect.poll(() => listing(folder)).toEqual(before);
  expect(await read('a/broken')).toEqual({ body: old, version: 'old', type: 'video/mp4' });
});

test('who reads while others write sees one whole object or the other', async () => {
  const size = 2_000_000;
  const versions = ['a', 'b'];
  const bodies = new Map(versions.map((version) => [version, Buffer.alloc(size, version)]));
  await put('contested', Buffer.alloc(size, 'a'), 'a');
  const write = async (version: string): Promise<void> => {
    for (let i = 0; i < 6; i++) await put('contested', bodies.get(version) ?? Buffer.alloc(0), version);
  };
  let writing = true;
  const written = Promise.all(versions.map(write)).finally(() => {
    writing = false;
  });
  while (writing) {
    const { body } = await read('contested');
    expect([...bodies.values()].some((whole) => whole.equals(body))).toBe(true);
    expect((await s3.send(new HeadObjectCommand({ Bucket, Key: 'contested' }))).ContentLength).toBe(size);
  }
  await written;
});

test('a copy has the bytes, and the metadata of the one or the other', async () => {
  const body = Buffer.alloc(100_000, 'copy');
  await put('source', body, 'first');
  const copy = (Key: string, more: object) =>
    s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/source`, ...more }));
  await copy('same', {});
  await copy('other', { MetadataDirective: 'REPLACE', Metadata: { version: 'second' }, ContentType: 'video/mp4' });
  expect(await read('same')).toEqual({ body, version: 'first', type: 'video/mp4' });
  expect(await read('other')).toEqual({ body, version: 'second', type: 'video/mp4' });
});

test('a page of another origin may read', async () => {
  await put('cors', Buffer.from('0123456789'), '1');
  const headers = { origin: 'http://dashboard.example', range: 'bytes=2-4' };
  const answer = await fetch(`${s3Url}/${Bucket}/cors`, { headers });
  expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  expect(answer.headers.get('access-control-expose-headers')).toContain('Content-Range');
  expect(await answer.text()).toBe('234');
});

test('DynamoDB survives a client that goes away within a request', async () => {
  const socket = connect(servers.ports.dynamoDb, '127.0.0.1');
  await once(socket, 'connect');
  await new Promise((sent) => socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"half', sent));
  socket.resetAndDestroy();
  await once(socket, 'close');
  const answer = await fetch(`http://127.0.0.1:${servers.ports.dynamoDb}/`);
  expect(await answer.text()).toContain('healthy');
});
