// SPDX-License-Identifier: Apache-2.0
// The app's own routes in the three kinds of events.
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { useBackfillStores } from '../support/backfill-stores.js';
import { record, smallDocument } from '../support/records.js';
import { useSqsDouble } from '../support/sqs-double.js';
import { call, headerOf, openContainer } from './lambda-container.js';
import { httpEvent, restEvent, urlEvent } from './lambda-events.js';

const stores = await useBackfillStores();
const sqs = await useSqsDouble();
const TOKEN = 'token-of-the-test';

async function filled(env: Record<string, string> = {}) {
  const opened = await stores.open();
  await opened.put(record('there'), record('missing'));
  await opened.putObject('parameters/there.json', JSON.stringify(smallDocument(1)));
  await opened.putObject('parameters/missing.json', JSON.stringify(smallDocument(2)));
  await opened.kiln().regenerate('there');
  return openContainer(opened, { FRAMEKILN_QUEUE_URL: sqs.url, ...env });
}

describe.each([
  ['REST API', restEvent],
  ['HTTP API', httpEvent],
  ['function URL', urlEvent],
] as const)('%s', (_, eventOf) => {
  test('texts and pictures', async () => {
    const container = await filled();
    const list = await call(container, eventOf({ path: '/api/experiments', query: { q: 'HERE', sort: 'id' } }));
    expect([list.statusCode, list.isBase64Encoded, list.json]).toMatchObject([200, false, { total: 1, page: 1 }]);
    const poster = await call(container, eventOf({ path: '/api/experiments/there/poster.png' }));
    expect([poster.statusCode, poster.isBase64Encoded, headerOf(poster, 'content-type')]).toEqual([
      200,
      true,
      'image/png',
    ]);
    expect(Buffer.from(poster.body, 'base64').toString('latin1', 1, 4)).toBe('PNG');
    const page = await call(container, eventOf({ path: '/' }));
    expect(page).toMatchObject({ statusCode: 200, isBase64Encoded: false, body: expect.stringContaining('there') });
    expect(headerOf(page, 'content-security-policy')).toContain("default-src 'self'");
  });

  test('a stored video is a redirect, also when its stream is asked for', async () => {
    const container = await filled();
    for (const name of ['video', 'stream.mp4']) {
      const answer = await call(container, eventOf({ path: `/api/experiments/there/${name}` }));
      expect(answer.statusCode).toBe(302);
      expect(headerOf(answer, 'cache-control')).toBe('no-store');
      expect((await fetch(headerOf(answer, 'location') ?? '')).status).toBe(200);
    }
  });

  test('a missing video goes into the queue, and its job is known', async () => {
    const container = await filled();
    sqs.reset();
    const query = { variant: 'exact' };
    const path = '/api/experiments/missing/video';
    const answer = await call(container, eventOf({ path, query }));
    expect([answer.statusCode, headerOf(answer, 'location')]).toEqual([202, '/api/jobs/missing~exact']);
    const body = Buffer.from('{"force":true}');
    const headers = { 'Content-Type': 'application/json' };
    const regenerate = { method: 'POST', path: '/api/experiments/there/regenerate', body, headers };
    expect((await call(container, eventOf(regenerate))).statusCode).toBe(202);
    expect(sqs.messages.map(({ MessageBody }) => JSON.parse(MessageBody))).toEqual([
      { experiment: 'missing', variant: 'exact' },
      { experiment: 'there', variant: 'video', force: true },
    ]);
    const job = await call(container, eventOf({ path: '/api/jobs/missing~exact' }));
    expect([job.statusCode, job.json]).toMatchObject([200, { id: 'missing~exact', state: 'running' }]);
    const events = await call(container, eventOf({ path: '/api/jobs/missing~exact/events' }));
    expect(events.body).toMatch(/^event: job\ndata: \{.*"state":"running".*\}\n/);
  });

  test('login: a form, and a cookie among others', async () => {
    const container = await filled({ FRAMEKILN_TOKEN: TOKEN });
    const api = { path: '/api/experiments' };
    expect((await call(container, eventOf(api))).statusCode).toBe(401);
    const page = await call(container, eventOf({ path: '/experiments/there' }));
    expect([page.statusCode, headerOf(page, 'location')]).toEqual([303, '/login?next=%2Fexperiments%2Fthere']);
    const form = {
      method: 'POST',
      path: '/login',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: Buffer.from(new URLSearchParams({ token: TOKEN, next: '/' }).toString()),
    };
    const login = await call(container, eventOf(form));
    expect(login.statusCode).toBe(303);
    const [cookie = ''] = login.cookies ?? login.multiValueHeaders?.['set-cookie'] ?? [];
    expect(cookie).toMatch(/; Secure/);
    const cookies = ['theme=dark', cookie.split(';')[0] ?? '', 'a=b'];
    expect((await call(container, eventOf({ ...api, cookies }))).statusCode).toBe(200);
    const headers = { Authorization: `Bearer ${TOKEN}` };
    expect((await call(container, eventOf({ ...api, headers }))).statusCode).toBe(200);
  });

  test.each(['/api/experiments/..%2f..%2fhealthz/video', '/api/experiments/<script>', '/api/experiments/a%00', '/%ff'])(
    'a hostile path: %s',
    async (path) => {
      const container = await filled();
      const answer = await call(container, eventOf({ path }));
      expect([400, 404]).toContain(answer.statusCode);
      const type = headerOf(answer, 'content-type') ?? '';
      expect(type.startsWith('application/json') || !answer.body.includes('<script>')).toBe(true);
      expect(headerOf(answer, 'x-content-type-options')).toBe('nosniff');
    },
  );

  test('a page of another site may not make it work', async () => {
    const container = await filled();
    const headers = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'cors' };
    const answer = await call(container, eventOf({ path: '/api/experiments/missing/video', headers }));
    expect([answer.statusCode, answer.json]).toMatchObject([403, { error: { code: 'CROSS_ORIGIN' } }]);
  });
});

test('what is measured is measured here, although there is a queue', async () => {
  const container = await filled();
  sqs.reset();
  const query = { against: 'there' };
  const answer = await call(container, httpEvent({ path: '/api/experiments/missing/quality', query }));
  expect([answer.statusCode, answer.json]).toMatchObject([200, { measurement: { frames: 6 } }]);
  const plot = await call(
    container,
    urlEvent({ path: '/api/experiments/there/quality.svg', query: { against: 'missing' } }),
  );
  expect([plot.statusCode, plot.body]).toMatchObject([200, expect.stringContaining('<svg')]);
  expect(sqs.accepted).toBe(0);
});

test('a stage and a base path stay in front of where answers lead', async () => {
  const container = await filled();
  const path = '/api/experiments/missing/video';
  const staged = await call(container, httpEvent({ path: `/prod${path}`, stage: 'prod' }));
  expect([staged.statusCode, headerOf(staged, 'location')]).toEqual([202, '/prod/api/jobs/missing']);
  const based = { path: `/v1${path}`, parameters: { proxy: path.slice(1) }, domain: 'videos.example.com' };
  const mapped = await call(container, restEvent(based));
  expect([mapped.statusCode, headerOf(mapped, 'location')]).toEqual([202, '/v1/api/jobs/missing']);
  const stored = await call(container, restEvent({ path: '/api/experiments/there/video' }));
  expect(headerOf(stored, 'location')).toMatch(/^http/);
});

test('what is no HTTP event is refused', async () => {
  const container = await filled();
  for (const event of [{}, { Records: [] }, { path: 1, requestContext: {} }]) {
    expect((await call(container, event)).statusCode).toBe(400);
  }
  // Hono says so there.
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  onTestFinished(() => said.mockRestore());
  const headers = { 'bad name': 'x', ok: 'a\nb' };
  expect((await call(container, urlEvent({ path: '/', headers }))).statusCode).toBe(400);
});
