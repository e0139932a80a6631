// SPDX-License-Identifier: Apache-2.0
// S3 and DynamoDB as servers on loopback, and an environment that leads the AWS SDK to them.
import { once } from 'node:events';
import * as fs from 'node:fs';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import dynalite from 'dynalite';
import S3rver from 's3rver';
import { afterAll } from 'vitest';
import { experimentsTable } from '../../src/demo/table.js';

export interface Stores {
  s3Url: string;
  dynamoUrl: string;
  /** Leads the AWS SDK to these servers; also for child processes. */
  env: Record<string, string>;
  createBucket(name: string): Promise<void>;
  /** A table with the key that experiments have. */
  createTable(name: string): Promise<void>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Variables that would lead the SDK elsewhere. */
const UNWANTED = { AWS_PROFILE: undefined, AWS_SESSION_TOKEN: undefined, AWS_ENDPOINT_URL: undefined };

/** Sets variables of this process (undefined removes one); call the answer to restore them. */
export function setEnvironment(values: Record<string, string | undefined>): () => void {
  const put = (name: string, value: string | undefined) => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  const before = Object.keys(values).map((name) => [name, process.env[name]] as const);
  for (const [name, value] of Object.entries(values)) put(name, value);
  return () => {
    for (const [name, value] of before) put(name, value);
  };
}

/** Both stores, empty. The caller closes them. */
export async function startStores(): Promise<Stores> {
  const directory = fs.mkdtempSync(join(tmpdir(), 'framekiln-test-s3-'));
  const s3rver = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory });
  const s3Url = url(await s3rver.run());
  const dynamo = dynalite({ createTableMs: 0 }).listen(0, '127.0.0.1');
  // dynalite throws when a client goes away within a request, which would end the tests' process.
  dynamo.on('request', (request: IncomingMessage) => request.removeAllListeners('error'));
  await once(dynamo, 'listening');
  const dynamoUrl = url(dynamo.address() as AddressInfo);

  const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
  const env = {
    AWS_ENDPOINT_URL_S3: s3Url,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoUrl,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const s3 = new S3Client({ endpoint: s3Url, region: env.AWS_REGION, credentials, forcePathStyle: true });
  const dynamoDb = new DynamoDBClient({ endpoint: dynamoUrl, region: env.AWS_REGION, credentials });

  const close = async () => {
    s3.destroy();
    dynamoDb.destroy();
    await Promise.all([stop(s3rver.httpServer), stop(dynamo)]);
    fs.rmSync(directory, { recursive: true, force: true });
  };
  return {
    s3Url,
    dynamoUrl,
    env,
    createBucket: async (name) => void (await s3.send(new CreateBucketCommand({ Bucket: name }))),
    createTable: async (name) => void (await dynamoDb.send(new CreateTableCommand(experimentsTable(name)))),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Both stores for one test file, with its environment leading there; all gone after its tests. */
export async function useStores(): Promise<Stores> {
  const stores = await startStores();
  const restore = setEnvironment({ ...UNWANTED, ...stores.env });
  afterAll(async () => {
    restore();
    await stores.close();
  });
  return stores;
}

const url = ({ port }: AddressInfo) => `http://127.0.0.1:${port}`;

async function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((done, failed) => server.close((error) => (error ? failed(error) : done())));
  server.closeAllConnections();
  await closed;
}
