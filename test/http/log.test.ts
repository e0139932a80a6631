// SPDX-License-Identifier: Apache-2.0
import { Writable } from 'node:stream';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { FramekilnError } from '../../src/errors.js';
import { answerError, Refusal, refusalOf } from '../../src/http/errors.js';
import { authRoutes, requireToken } from '../../src/http/middleware/auth.js';
import { createLog, requestLog } from '../../src/http/middleware/log.js';

const TOKEN = 'correct-horse-battery-staple';
const SIGNED = 'https://bucket.example/reconstructed/one.mp4?X-Amz-Date=1&X-Amz-Signature=abcdef0123456789&x=1';

function logged(level?: string) {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _, done) {
      lines.push(...String(chunk).trim().split('\n'));
      done();
    },
  });
  const app = new Hono();
  app.use(requestLog(createLog({ level, stream })));
  app.onError((error, c) => answerError(c, refusalOf(error)));
  app.route('/', authRoutes(TOKEN));
  app.use(requireToken(TOKEN));
  app.get('/api/experiments/:id/video', (c) => c.redirect(SIGNED, 302));
  app.get('/refused', () => {
    throw new Refusal(409, { code: 'no_parameters', message: 'none' });
  });
  app.get('/broken', () => {
    throw new Error(`GET ${SIGNED} failed`);
  });
  app.get('/store', () => {
    throw new FramekilnError('STORE_FAILED', `The store says no to ${SIGNED}`);
  });
  return { app, lines, parsed: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

const inside = { headers: { authorization: `Bearer ${TOKEN}` } };

test('a line for each request', async () => {
  const { app, parsed } = logged();
  const answer = await app.request('/api/experiments/one/video?variant=exact', inside);
  expect(parsed()).toEqual([
    {
      ...{ level: 30, msg: 'request', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) },
      id: answer.headers.get('x-request-id'),
      ...{ method: 'GET', route: '/api/experiments/:id/video', path: '/api/experiments/one/video', status: 302 },
      ...{ client: 'unknown', ms: expect.any(Number) },
    },
  ]);
});

test('what went wrong', async () => {
  const { app, parsed } = logged();
  for (const path of ['/refused', '/broken', '/store', '/api/nothing']) await app.request(path, inside);
  await app.request('/api/experiments');
  expect(parsed().map(({ level, status, code, err }) => ({ level, status, code, err: Boolean(err) }))).toEqual([
    { level: 30, status: 409, code: 'no_parameters', err: false },
    { level: 50, status: 500, code: 'UNEXPECTED', err: true },
    { level: 50, status: 502, code: 'STORE_FAILED', err: true },
    { level: 30, status: 404, code: undefined, err: false },
    { level: 30, status: 401, code: 'UNAUTHORIZED', err: false },
  ]);
});

test('no link, token, cookie or query is in the log of a whole session', async () => {
  const { app, lines } = logged('trace');
  const entered = await app.request('/login', { method: 'POST', body: new URLSearchParams({ token: TOKEN }) });
  const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
  expect(cookie).toMatch(/framekiln_session=.{20}/);
  for (const headers of [{ cookie }, inside.headers]) {
    for (const path of ['/api/experiments/one/video', '/broken', '/store', '/refused', '/api/nothing']) {
      await app.request(`${path}?token=${TOKEN}&secret=query`, { headers: headers as Record<string, string> });
    }
  }
  await app.request(`/x?token=${TOKEN}`);
  await app.request('/login', { method: 'POST', body: new URLSearchParams({ token: `${TOKEN}x` }) });
  const log = lines.join('\n');
  expect(lines.length).toBe(13);
  for (const secret of [TOKEN, cookie.split('=')[1] ?? '?', 'Signature', 'X-Amz', 'abcdef0123456789', 'secret=query']) {
    expect(log).not.toContain(secret);
  }
  expect(log).toContain('The store says no to https://bucket.example/reconstructed/one.mp4?...');
});

test('the id of a request', async () => {
  const { app, parsed } = logged();
  const id = async (given?: string) => {
    const headers = given === undefined ? inside.headers : { ...inside.headers, 'x-request-id': given };
    return (await app.request('/refused', { headers })).headers.get('x-request-id') ?? '';
  };
  expect(await id('from-the-proxy_1')).toBe('from-the-proxy_1');
  const own = [await id(), await id('<script>'), await id('x'.repeat(300))];
  for (const each of own) expect(each).toMatch(/^[0-9a-f-]{36}$/);
  expect(new Set(own).size).toBe(3);
  expect(parsed().map((line) => line.id)).toEqual(['from-the-proxy_1', ...own]);
});

test('a path cannot forge a line, or be longer than a line should be', async () => {
  const { app, lines } = logged();
  await app.request(`/api/%0A{"level":50}${'x'.repeat(5000)}`);
  expect(lines.length).toBe(1);
  expect(lines[0]?.length).toBeLessThan(700);
});

test('levels', async () => {
  const { app, parsed } = logged('error');
  await app.request('/refused', inside);
  await app.request('/broken', inside);
  expect(parsed().map(({ status }) => status)).toEqual([500]);
  expect(() => createLog({ level: 'loud' })).toThrow(/Expected one of fatal, .*silent for --log-level but received/);
});
