// SPDX-License-Identifier: Apache-2.0
// S3 and DynamoDB as s3rver and dynalite have them: on loopback, their data in folders.
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { FramekilnError } from '../errors.js';
import { heedConditions } from './conditional-writes.js';
import { makeObjectsWhole, type S3rverStore } from './whole-objects.js';

export interface Ports {
  s3: number;
  dynamoDb: number;
}

export interface OpenServers {
  ports: Ports;
  /** Ends open connections too, and waits until all data is in the files. */
  close(): Promise<void>;
}

/** What is used of s3rver, which has no types. */
interface S3rver {
  store: S3rverStore;
  configureBuckets(): Promise<unknown>;
  callback(): RequestListener;
}
type S3rverClass = new (options: {
  directory: string;
  silent: boolean;
  configureBuckets: { name: string; configs: string[] }[];
}) => S3rver;

/** What is used of dynalite, which has no types. */
type Dynalite = (options: { path: string; createTableMs: number }) => Server;

/** What a page of another origin needs to play a video and to read its pixels. */
const CORS = `<CORSConfiguration><CORSRule>
  <AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod><AllowedMethod>HEAD</AllowedMethod>
  <AllowedHeader>*</AllowedHeader><ExposeHeader>Accept-Ranges</ExposeHeader><ExposeHeader>Content-Range</ExposeHeader>
  <ExposeHeader>Content-Length</ExposeHeader><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>3000</MaxAgeSeconds>
</CORSRule></CORSConfiguration>`;

/**
 * Starts both in this process, with these buckets, at these ports where they are free and otherwise at others.
 * @throws FramekilnError `PACKAGE_MISSING` when the optional packages are not installed
 */
export async function openServers(folder: string, buckets: readonly string[], wanted?: Ports): Promise<OpenServers> {
  const [S3rver, dynalite] = await Promise.all([load<S3rverClass>('s3rver'), load<Dynalite>('dynalite')]);
  const directory = join(folder, 's3');
  const path = join(folder, 'dynamodb');
  for (const place of [directory, path]) await mkdir(place, { recursive: true });

  const configureBuckets = buckets.map((name) => ({ name, configs: [CORS] }));
  const app = new S3rver({ directory, silent: true, configureBuckets });
  makeObjectsWhole(app.store);
  await app.configureBuckets();
  const s3 = createServer(heedConditions(app.store, app.callback()));

  const dynamoDb = dynalite({ path, createTableMs: 0 });
  // dynalite throws when a client goes away within a request, which ends the process; Node by itself just lets it go.
  dynamoDb.on('request', (request) => request.removeAllListeners('error'));

  const ports = { s3: await listen(s3, wanted?.s3), dynamoDb: await listen(dynamoDb, wanted?.dynamoDb) };
  return {
    ports,
    close: async () => {
      await Promise.all([close(s3), close(dynamoDb)]);
    },
  };
}

async function load<T>(name: string): Promise<T> {
  try {
    return ((await import(name)) as { default: T }).default;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    const remedy = 'Install it: npm install s3rver dynalite';
    throw new FramekilnError('PACKAGE_MISSING', `The package ${name} is not installed`, { remedy, cause });
  }
}

async function listen(server: Server, port = 0): Promise<number> {
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch (error) {
    if (port === 0) throw error;
    return listen(server);
  }
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}
