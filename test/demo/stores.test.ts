// SPDX-License-Identifier: Apache-2.0
// The stores in their own process, which runs from built files.
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { expect, onTestFinished, test } from 'vitest';
import type * as Experiments from '../../src/demo/experiments.js';
import { DEMO_CREDENTIALS, DEMO_REGION } from '../../src/demo/names.js';
import type * as Seed from '../../src/demo/seed.js';
import type * as Stores from '../../src/demo/stores.js';
import { temporaryFolder } from '../support/folder.js';
import { runScript, start } from '../support/process.js';

const BUILT = new URL('../../dist/src/demo/', import.meta.url);
const { startStores }: typeof Stores = await import(new URL('stores.js', BUILT).href);
const { seed }: typeof Seed = await import(new URL('seed.js', BUILT).href);
const { loadExperiments }: typeof Experiments = await import(new URL('experiments.js', BUILT).href);
const folder = temporaryFolder();

const AWS = { region: DEMO_REGION, credentials: DEMO_CREDENTIALS };

async function count({ dynamoDbUrl, table }: Stores.DemoStores): Promise<number | undefined> {
  const client = new DynamoDBClient({ ...AWS, endpoint: dynamoDbUrl });
  const { Count } = await client.send(new ScanCommand({ TableName: table, Select: 'COUNT' }));
  client.destroy();
  return Count;
}

test('data, ports and links outlive a restart; what is there is not put again', async () => {
  const place = join(folder, 'restart');
  const first = await startStores(place);
  expect(await seed(first, loadExperiments(60))).toEqual({ added: 60, there: 0 });
  expect(await seed(first, loadExperiments(70))).toEqual({ added: 10, there: 60 });
  const s3 = new S3Client({ ...AWS, endpoint: first.s3Url });
  const Key = 'parameters/load_exp_000008.json.gz';
  const link = await getSignedUrl(s3, new GetObjectCommand({ Bucket: first.bucket, Key }), { expiresIn: 604_800 });
  const bytes = Buffer.from(await (await fetch(link)).arrayBuffer());
  await first.close();
  await expect(fetch(link)).rejects.toThrow();

  const second = await startStores(place);
  onTestFinished(() => second.close());
  expect(second.s3Url).toBe(first.s3Url);
  expect(await count(second)).toBe(70);
  expect(Buffer.from(await (await fetch(link)).arrayBuffer())).toEqual(bytes);
});

test('taken or senseless ports are replaced', async () => {
  const [one, other] = [join(folder, 'one'), join(folder, 'other')];
  const first = await startStores(one);
  onTestFinished(() => first.close());
  const ports = { s3: Number(new URL(first.s3Url).port), dynamoDb: Number(new URL(first.dynamoDbUrl).port) };
  for (const text of [JSON.stringify(ports), '{"s3": "x"', '{"s3": -1, "dynamoDb": 99999}']) {
    await (await startStores(other)).close();
    writeFileSync(join(other, 'ports.json'), text);
    const stores = await startStores(other);
    expect(stores.s3Url).not.toBe(first.s3Url);
    expect(await count(stores)).toBe(0);
    await stores.close();
  }
});

test('a folder in use, or not to be used, is refused', async () => {
  const place = join(folder, 'busy');
  const first = await startStores(place);
  onTestFinished(() => first.close());
  await expect(startStores(place)).rejects.toMatchObject({
    code: 'OUTPUT_UNWRITABLE',
    message: expect.stringContaining(place),
    remedy: expect.stringContaining('another folder'),
  });
  expect(await count(first)).toBe(0);
  writeFileSync(join(folder, 'file'), '');
  await expect(startStores(join(folder, 'file'))).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
});

const MODULE = new URL('stores.js', BUILT).href;

test('the stores end with their parent, however it ends', async () => {
  const script = `const { startStores } = await import('${MODULE}');
    console.log((await startStores('${join(folder, 'orphan')}')).s3Url);`;
  const { child, ended } = start(process.execPath, ['--input-type=module', '-e', script]);
  const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
  const { port } = new URL(line.toString().trim());
  const answers = (): Promise<boolean> =>
    new Promise((done) => {
      const socket = connect(Number(port), '127.0.0.1', () => done(true)).on('error', () => done(false));
      socket.on('connect', () => socket.destroy());
    });
  expect(await answers()).toBe(true);
  child.kill('SIGKILL');
  await ended;
  await expect.poll(answers, { timeout: 20_000 }).toBe(false);
});

test('without the optional packages it says what to install', async () => {
  const hooks = `export const resolve = (name, context, next) => name === 'dynalite'
    ? Promise.reject(Object.assign(new Error('not found'), { code: 'ERR_MODULE_NOT_FOUND' })) : next(name, context);`;
  const { stdout } = await runScript(`import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hooks)}));
    const { openServers } = await import('${new URL('servers.js', BUILT).href}');
    await openServers('${join(folder, 'bare')}', []).catch(({ code, remedy }) => console.log(code, remedy));`);
  expect(stdout.toString()).toBe('PACKAGE_MISSING Install it: npm install s3rver dynalite\n');
});

test('the environment leads to these stores and to nothing else', async () => {
  process.env.AWS_PROFILE = 'production';
  onTestFinished(() => {
    delete process.env.AWS_PROFILE;
  });
  const stores = await startStores(join(folder, 'environment'));
  await stores.close();
  expect(stores.env).toMatchObject({
    AWS_ENDPOINT_URL_S3: stores.s3Url,
    AWS_ENDPOINT_URL_DYNAMODB: stores.dynamoDbUrl,
    AWS_PROFILE: undefined,
  });
  expect(stores.env).toHaveProperty('AWS_PROFILE');
});
