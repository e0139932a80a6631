// SPDX-License-Identifier: Apache-2.0
// The module that Lambda loads, in a process of its own: set up by its environment, and what it logs.
import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { useBackfillStores } from '../support/backfill-stores.js';
import { record, smallDocument } from '../support/records.js';
import { httpEvent, sqsEvent } from './lambda-events.js';

const stores = await useBackfillStores();
const MODULE = pathToFileURL('dist/src/http/lambda/index.js').href;
const TOKEN = 'token-of-the-test';

/** Sends the worker one event and the handler several, and prints the answers. */
const PROGRAM = `
  const [module, events, messages] = process.argv.slice(1);
  const { handler, worker } = await import(module);
  const context = { getRemainingTimeInMillis: () => 29_000 };
  const answers = [await worker(JSON.parse(messages), context)];
  for (const event of JSON.parse(events)) answers.push(await handler(event, context));
  process.stdout.write(JSON.stringify(answers), () => process.exit(0));
`;

test('events of Lambda, by the environment alone', async () => {
  const opened = await stores.open();
  await opened.put(record('one'));
  await opened.putObject('parameters/one.json', JSON.stringify(smallDocument(1)));
  const headers = { authorization: `Bearer ${TOKEN}` };
  const asked = { route: '/videos/{experiment_id}', parameters: { experiment_id: 'one' }, headers };
  const redirect = { path: '/api/experiments/one/video', query: { secret: 'in the query' }, headers };
  const events = JSON.stringify([httpEvent(asked), httpEvent(redirect), httpEvent({ path: '/api/experiments' })]);
  const messages = JSON.stringify(sqsEvent(JSON.stringify({ experiment: 'one', variant: 'video' }), 'malformed'));
  const env = {
    ...process.env,
    FRAMEKILN_TABLE: opened.table,
    FRAMEKILN_BUCKET: opened.bucket,
    FRAMEKILN_TOKEN: TOKEN,
    FRAMEKILN_QUEUE_URL: '',
    FRAMEKILN_SOURCE: '',
    FRAMEKILN_ALLOWED_ORIGIN: 'https://dashboard.example.com',
  };
  const args = ['--input-type=module', '-e', PROGRAM, MODULE, events, messages];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { env });
  const [made, link, moved, refused] = JSON.parse(stdout) as Record<string, unknown>[];
  expect(made).toEqual({ batchItemFailures: [] });
  expect(link).toMatchObject({
    statusCode: 200,
    headers: { 'access-control-allow-origin': 'https://dashboard.example.com' },
    body: expect.stringContaining('X-Amz-Signature='),
  });
  expect(moved).toMatchObject({ statusCode: 302, headers: { location: expect.stringContaining('X-Amz-Signature=') } });
  expect(refused).toMatchObject({ statusCode: 401 });

  const lines = stderr.split('\n').filter((line) => line.startsWith('{'));
  const logged = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(logged).toMatchObject([
    { msg: 'job', experiment: 'one', outcome: 'regenerated' },
    { msg: 'a malformed message is dropped' },
    { msg: 'request', route: '/api/experiments/:id/video', status: 200, client: '203.0.113.17' },
    { msg: 'request', status: 302 },
    { msg: 'request', status: 401 },
  ]);
  for (const secret of [TOKEN, 'X-Amz-', 'in the query', 'S3RVER', 'in+the+query'])
    expect(stderr).not.toContain(secret);
});
