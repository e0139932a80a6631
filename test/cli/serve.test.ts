// SPDX-License-Identifier: Apache-2.0
// `framekiln serve` as a program: where it listens, who gets in, and how it ends.
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { useBackfillStores } from '../support/backfill-stores.js';
import { ENDLESS } from '../support/documents.js';
import { temporaryFolder } from '../support/folder.js';
import { framekiln, MAIN, start } from '../support/process.js';
import { sendRaw } from '../support/raw-http.js';
import { record, smallDocument } from '../support/records.js';

const stores = await useBackfillStores();
const folder = temporaryFolder();
const TOKEN = 'correct-horse-battery-staple';

async function opened() {
  const here = await stores.open();
  await here.put(
    record('one', { parameters: smallDocument(1) }),
    record('endless', { parameters_s3_key: 'endless.json' }),
  );
  await here.putObject('endless.json', JSON.stringify(ENDLESS));
  const env = { ...process.env, FRAMEKILN_TABLE: here.table, FRAMEKILN_BUCKET: here.bucket, FRAMEKILN_THREADS: '1' };
  return { here, env };
}

/** Starts it at a free port, and waits until it says where it is. */
async function serving(env: NodeJS.ProcessEnv, ...args: string[]) {
  const { child, ended } = start(process.execPath, [MAIN, 'serve', '--port', '0', '--json', ...args], { env });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  let log = '';
  child.stdout?.on('data', (chunk) => {
    said += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    log += chunk;
  });
  await Promise.race([vi.waitUntil(() => said.endsWith('\n'), { timeout: 50_000 }), ended]);
  if (said === '') throw new Error(`It did not start: ${log}`);
  const { url } = JSON.parse(said) as { url: string };
  return { url, child, ended, log: () => log };
}

test('it serves, makes a video, and ends with 0', async () => {
  const { here, env } = await opened();
  const { url, child, ended, log } = await serving(env);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect(await (await fetch(`${url}/`)).text()).toContain('/experiments/one');
  const first = await fetch(`${url}/api/experiments/one/video`, { redirect: 'manual' });
  expect([first.status, first.headers.get('location')]).toEqual([202, '/api/jobs/one']);
  const link = await vi.waitUntil(
    async () => {
      const answer = await fetch(`${url}/api/experiments/one/video`, { redirect: 'manual' });
      return answer.status === 302 && answer.headers.get('location');
    },
    { timeout: 50_000, interval: 200 },
  );
  const video = Buffer.from(await (await fetch(link)).arrayBuffer());
  expect(video).toEqual((await here.objects())['reconstructed/one.mp4']?.bytes);
  expect(await (await fetch(`${url}/metrics`)).text()).toContain('framekiln_jobs_total{state="done"} 1\n');
  child.kill('SIGTERM');
  const { code, signal } = await ended;
  expect([code, signal]).toEqual([0, null]);
  const lines = log().trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).msg)).toContain('request');
  for (const secret of ['X-Amz', 'Signature', 'S3RVER']) expect(log()).not.toContain(secret);
});

describe('its end', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('%s within a render: nothing half-written stays', async (signal) => {
    const { here, env } = await opened();
    const before = await here.everything();
    const { url, child, ended, log } = await serving(env);
    const answer = await fetch(`${url}/api/experiments/endless/video`, { redirect: 'manual' });
    expect(answer.status).toBe(202);
    const events = await fetch(`${url}/api/jobs/endless/events`);
    const job = async () => (await (await fetch(`${url}/api/jobs/endless`)).json()) as { framesDone: number };
    await vi.waitUntil(async () => (await job()).framesDone > 0, { timeout: 50_000, interval: 100 });
    child.kill(signal);
    // Who watches is told the end.
    expect(await events.text()).toMatch(/"state":"failed".*"code":"CLOSED".*\n\n$/s);
    expect([(await ended).code, log().includes('"level":60')]).toEqual([0, false]);
    expect(await here.everything()).toEqual(before);
  });

  test('asked twice it goes at once', async () => {
    const { env } = await opened();
    const { url, child, ended } = await serving(env);
    await fetch(`${url}/api/experiments/endless/video`, { redirect: 'manual' });
    child.kill('SIGINT');
    child.kill('SIGTERM');
    expect([0, 130]).toContain((await ended).code);
  });
});

describe('who gets in', () => {
  test('with a token in the environment, or in a file', async () => {
    const { env } = await opened();
    const file = join(folder, 'token');
    writeFileSync(file, `${TOKEN}\n`);
    const servers = [
      await serving({ ...env, FRAMEKILN_TOKEN: TOKEN }),
      await serving({ ...env, FRAMEKILN_TOKEN: 'another-token-that-loses' }, '--token-file', file, '--host', '0.0.0.0'),
    ];
    for (const { url, child, ended, log } of servers) {
      expect((await fetch(`${url}/api/experiments`)).status).toBe(401);
      const headers = { authorization: `Bearer ${TOKEN}` };
      expect((await fetch(`${url}/api/experiments`, { headers })).status).toBe(200);
      expect((await fetch(url, { redirect: 'manual' })).headers.get('location')).toBe('/login?next=%2F');
      // What anybody on this machine can see of the process.
      expect(readFileSync(`/proc/${child.pid}/cmdline`, 'latin1')).not.toContain(TOKEN);
      child.kill('SIGTERM');
      await ended;
      expect(log()).not.toContain(TOKEN);
    }
  });

  test('beyond loopback not without a token, unless that is said', async () => {
    const { env } = await opened();
    for (const host of ['0.0.0.0', '::', '192.0.2.1']) {
      const { code, stdout, stderr } = await framekiln(['serve', '--host', host, '--json'], { env });
      expect([code, `${stdout}`]).toEqual([2, '']);
      expect(JSON.parse(stderr)).toMatchObject({
        error: { code: 'INVALID_SETTING', setting: 'FRAMEKILN_TOKEN', remedy: expect.stringContaining('--insecure') },
      });
    }
    const { url } = await serving(env, '--host', '0.0.0.0', '--insecure');
    expect((await fetch(`${url}/api/experiments`)).status).toBe(200);
  });

  test.each(['short', 'fifteen-letters', 'with spaces in it is none', 'ümlaut-ümlaut-ümlaut', 'x'.repeat(1001)])(
    'no token: %.20s',
    async (token) => {
      const { env } = await opened();
      const { code, stderr } = await framekiln(['serve'], { env: { ...env, FRAMEKILN_TOKEN: token } });
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(/^framekiln: Expected 16 to 1000 .*FRAMEKILN_TOKEN.*\n {2}.*openssl/),
      ]);
      expect(stderr).not.toContain(token);
    },
  );

  test('other names than localhost must be allowed', async () => {
    const { env } = await opened();
    const { url } = await serving(env);
    expect((await fetch(url.replace('127.0.0.1', 'localhost'))).status).toBe(200);
    const { port } = new URL((await serving(env, '--allowed-host', 'dashboard.example.com')).url);
    const ask = (name: string) =>
      sendRaw(Number(port), `GET /api/experiments HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`);
    for (const name of ['dashboard.example.com', 'localhost']) expect(await ask(name)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await ask('evil.example')).toMatch(/^HTTP\/1\.1 403 .*"code":"HOST_NOT_ALLOWED"/s);
  });
});

describe('what is wrong is said before it listens', () => {
  test('a port in use', async () => {
    const { env } = await opened();
    const other = createServer().listen(0, '127.0.0.1');
    await vi.waitUntil(() => other.listening);
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await framekiln(['serve', '--port', String(port)], { env });
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^framekiln: Cannot listen .*: it is in use\n {2}Choose another --port/),
    ]);
  });

  test.each([
    [['--port', 'x'], '--port'],
    [['--port', '70000'], '--port'],
    [['--max-jobs', '0'], '--max-jobs'],
    [['--log-level', 'loud'], '--log-level'],
    [['--crf', '99'], 'crf'],
    [['--source', 'nonsense'], 'source'],
    [['--token-file', '/nowhere/token'], '--token-file, /nowhere/token'],
    [['--token-file', '/dev/null'], 'for --token-file but received 0'],
    [['--host', '', '--insecure'], 'Expected an address for --host'],
    [['--threads', '0'], 'threads'],
  ])('%j', async (args, name) => {
    const { env } = await opened();
    const { code, stdout, stderr } = await framekiln(['serve', '--port', '0', ...args], { env });
    expect([code, `${stdout}`]).toEqual([2, '']);
    expect(stderr).toMatch(/^framekiln: /);
    expect(stderr).toContain(name);
  });

  test.each([
    ['FRAMEKILN_PORT', 'x', '--port'],
    ['FRAMEKILN_HOST', '0.0.0.0', 'FRAMEKILN_TOKEN'],
    ['FRAMEKILN_LOG_LEVEL', 'loud', '--log-level'],
    ['FRAMEKILN_SOURCE', 'nonsense', 'source'],
  ])('%s=%s in the environment', async (variable, value, name) => {
    const { env } = await opened();
    const { code, stdout, stderr } = await framekiln(['serve'], {
      env: { ...env, FRAMEKILN_PORT: '0', [variable]: value },
    });
    expect([code, `${stdout}`]).toEqual([2, '']);
    expect(stderr).toContain(name);
  });

  test('a table or a bucket that is not there', async () => {
    const { env } = await opened();
    const [table, bucket] = await Promise.all([
      framekiln(['serve', '--port', '0', '--table', 'nothing-there'], { env }),
      framekiln(['serve', '--port', '0', '--bucket', 'nothing-there'], { env }),
    ]);
    expect([table.code, table.stderr]).toEqual([2, expect.stringMatching(/^framekiln: .*nothing-there/)]);
    expect([bucket.code, bucket.stderr]).toEqual([2, expect.stringMatching(/^framekiln: .*nothing-there/)]);
  });
});
