// SPDX-License-Identifier: Apache-2.0
// An S3 and a DynamoDB of our own: s3rver and dynalite on loopback, in a process of their own.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { FramekilnError } from '../errors.js';
import { DEMO_BUCKET, DEMO_CREDENTIALS, DEMO_REGION, DEMO_TABLE } from './names.js';
import type { Ports } from './servers.js';
import type { StoresMessage, StoresTask } from './stores-process.js';
import { experimentsTable } from './table.js';

export interface DemoStores {
  /** Where their data is: `s3` and `dynamodb` below it. */
  folder: string;
  bucket: string;
  table: string;
  s3Url: string;
  dynamoDbUrl: string;
  /** What an environment says that uses these stores; undefined is what it must not say. */
  env: Record<string, string | undefined>;
  /** Ends them within a moment; their data stays. */
  close(): Promise<void>;
}

/**
 * Starts the stores over a folder, which is made if need be, with an empty bucket and table when they are new.
 * The same folder gets the same ports again while they are free, so that links stay right.
 * @throws FramekilnError `PACKAGE_MISSING`, or `OUTPUT_UNWRITABLE` when the folder cannot be used
 */
export async function startStores(folder: string): Promise<DemoStores> {
  const place = resolve(folder);
  const remembered = join(place, 'ports.json');
  try {
    await mkdir(place, { recursive: true });
    const child = fork(new URL('./stores-process.js', import.meta.url), {
      execArgv: [],
      env: { ...process.env, NODE_NO_WARNINGS: '1' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    try {
      const ports = await open(child, { folder: place, buckets: [DEMO_BUCKET], ...(await readPorts(remembered)) });
      const stores = describeStores(place, ports, () => close(child));
      await Promise.race([createTable(stores), failure(child)]);
      await writeFile(remembered, JSON.stringify(ports));
      return stores;
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  } catch (cause) {
    if (cause instanceof FramekilnError) throw cause;
    throw new FramekilnError('OUTPUT_UNWRITABLE', `Cannot keep stores in ${place}: ${(cause as Error).message}`, {
      remedy: 'Is another demo using the folder? End that one, or name another folder.',
      cause,
    });
  }
}

/** Makes this process, and those it starts, use the stores as it would use AWS. */
export function useStores({ env }: DemoStores): void {
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

/** What could lead away from the endpoints, or sign with other keys. */
const MISLEADING =
  /^AWS_(PROFILE|DEFAULT_PROFILE|SESSION_TOKEN|ENDPOINT_URL|USE_.*|IGNORE_.*|S3_.*)$|^FRAMEKILN_(BUCKET|TABLE|SIGNING_.*)$/;

function describeStores(folder: string, ports: Ports, close: () => Promise<void>): DemoStores {
  const s3Url = `http://127.0.0.1:${ports.s3}`;
  const dynamoDbUrl = `http://127.0.0.1:${ports.dynamoDb}`;
  const misleading = Object.keys(process.env).filter((name) => MISLEADING.test(name));
  return {
    folder,
    bucket: DEMO_BUCKET,
    table: DEMO_TABLE,
    s3Url,
    dynamoDbUrl,
    env: {
      ...Object.fromEntries(misleading.map((name) => [name, undefined])),
      AWS_ENDPOINT_URL_S3: s3Url,
      AWS_ENDPOINT_URL_DYNAMODB: dynamoDbUrl,
      AWS_REGION: DEMO_REGION,
      AWS_ACCESS_KEY_ID: DEMO_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: DEMO_CREDENTIALS.secretAccessKey,
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    },
    close,
  };
}

/** Rejects when the child fails or ends. */
function failure(child: ChildProcess): Promise<never> {
  return new Promise((_, reject) => {
    child.on('message', (message: StoresMessage) => {
      if (!('failed' in message)) return;
      const { code, message: text, ...remedy } = message.failed;
      reject(code === undefined ? new Error(text) : new FramekilnError(code, text, remedy));
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`their process ended (${signal ?? code})`)));
  });
}

async function open(child: ChildProcess, task: StoresTask): Promise<Ports> {
  const opened = new Promise<Ports>((ready) => {
    child.on('message', (message: StoresMessage) => {
      if ('ports' in message) ready(message.ports);
    });
  });
  child.send(task);
  return Promise.race([opened, failure(child)]);
}

async function close(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((done) => {
    child.once('exit', () => done());
    if (child.connected) child.send('close');
  });
}

async function readPorts(file: string): Promise<{ ports?: Ports }> {
  try {
    const { s3, dynamoDb } = JSON.parse(await readFile(file, 'utf8')) as Ports;
    return Number.isInteger(s3) && Number.isInteger(dynamoDb) ? { ports: { s3, dynamoDb } } : {};
  } catch {
    return {};
  }
}

async function createTable({ table, dynamoDbUrl }: DemoStores): Promise<void> {
  const client = new DynamoDBClient({
    endpoint: dynamoDbUrl,
    region: DEMO_REGION,
    credentials: DEMO_CREDENTIALS,
  });
  try {
    await client.send(new CreateTableCommand(experimentsTable(table))).catch(orThere);
    await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 0.02, maxDelay: 1 }, { TableName: table });
  } finally {
    client.destroy();
  }
}

function orThere(error: Error): void {
  if (error.name !== 'ResourceInUseException') throw error;
}
