// SPDX-License-Identifier: Apache-2.0
// What the team's dashboard asks of a route with {experiment_id}, in the three kinds of events, with a queue.
import { describe, expect, test } from 'vitest';
import { useBackfillStores } from '../support/backfill-stores.js';
import { record, smallDocument } from '../support/records.js';
import { useSqsDouble } from '../support/sqs-double.js';
import { call, openContainer } from './lambda-container.js';
import { type Asked, httpEvent, restEvent, urlEvent } from './lambda-events.js';

const stores = await useBackfillStores();
const sqs = await useSqsDouble();

const KINDS = { 'REST API': restEvent, 'HTTP API': httpEvent, 'function URL': urlEvent };

/** An event of a route of the dashboard's own. */
function ask(kind: keyof typeof KINDS, id: string, more: Asked = {}): object {
  const route = { route: '/videos/{experiment_id}', parameters: { experiment_id: id }, path: `/videos/${id}` };
  const event = KINDS[kind]({ ...route, ...more });
  return { ...event, pathParameters: { experiment_id: id } };
}

async function filled() {
  const { put, putObject, ...rest } = await stores.open();
  await put(record('there'), record('missing'), record('broken'), record('nothing'));
  await putObject('parameters/there.json', JSON.stringify(smallDocument(1)));
  await putObject('parameters/missing.json', JSON.stringify(smallDocument(2)));
  await putObject('parameters/broken.json', '{"width": "wide"}');
  const all = { put, putObject, ...rest };
  await all.kiln().regenerate('there');
  return { ...all, container: openContainer(all, { FRAMEKILN_QUEUE_URL: sqs.url }) };
}

describe.each(Object.keys(KINDS) as (keyof typeof KINDS)[])('%s', (kind) => {
  test('a stored video: its link', async () => {
    const { container } = await filled();
    const { statusCode, json, headers } = await call(container, ask(kind, 'there'));
    expect({ statusCode, json }).toEqual({
      statusCode: 200,
      json: { url: expect.stringContaining('X-Amz-Signature='), expires_at: expect.any(Number) },
    });
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    const video = await fetch(json.url as string);
    expect(video.headers.get('content-type')).toBe('video/mp4');
    expect(Buffer.from(await video.arrayBuffer()).toString('latin1', 4, 8)).toBe('ftyp');
  });

  test('a missing video: one message, however many ask', async () => {
    const { container } = await filled();
    sqs.reset();
    const viewers = Array.from({ length: 100 }, (_, i) => {
      const event = ask(kind, 'missing') as { requestContext: { http?: object; identity?: object } };
      const address = { sourceIp: `198.51.100.${i}` };
      const { http, identity } = event.requestContext;
      Object.assign(http ?? identity ?? {}, address);
      return call(container, event);
    });
    for (const { statusCode, json, headers } of await Promise.all(viewers)) {
      expect(json).toMatchObject({ status: 'regenerating', id: 'missing', experiment: 'missing', kind: 'video' });
      expect({ statusCode, retry: String(json.retry_after) }).toEqual({
        statusCode: 202,
        retry: headers?.['retry-after'],
      });
      expect(json.retry_after).toBeGreaterThan(0);
    }
    expect(sqs.accepted).toBe(1);
    expect(sqs.messages.map(({ MessageBody }) => JSON.parse(MessageBody))).toEqual([
      { experiment: 'missing', variant: 'video' },
    ]);
  });

  test('what cannot be made', async () => {
    const { container } = await filled();
    sqs.reset();
    const broken = await call(container, ask(kind, 'broken'));
    expect(broken.statusCode).toBe(409);
    expect(broken.json.error).toMatchObject({ code: 'INVALID_DOCUMENT', message: expect.any(String) });
    const nothing = await call(container, ask(kind, 'nothing'));
    expect(nothing.statusCode).toBe(409);
    expect(nothing.json.error).toMatchObject({
      code: 'no_parameters',
      tried: expect.arrayContaining(['s3 parameters/nothing.json: not there']),
    });
    const unknown = await call(container, ask(kind, 'unknown'));
    expect([unknown.statusCode, unknown.json]).toMatchObject([404, { error: { code: 'EXPERIMENT_NOT_FOUND' } }]);
    expect(sqs.accepted).toBe(0);
  });

  test.each([
    '..',
    '.',
    '../../healthz',
    'a/b',
    '<script>alert(1)</script>',
    'a?b',
    'a#b',
    '%2e%2e',
    'ä',
    '\ud800',
    '',
  ])('an id that is none: %j', async (id) => {
    const { container } = await filled();
    const { statusCode, json } = await call(container, ask(kind, id));
    expect([statusCode, json]).toMatchObject([400, { error: { code: 'INVALID_ID' } }]);
  });

  test('another method, and the page of another origin', async () => {
    const stored = await filled();
    const post = await call(stored.container, ask(kind, 'there', { method: 'POST' }));
    expect([post.statusCode, post.json]).toMatchObject([405, { error: { code: 'METHOD_NOT_ALLOWED' } }]);
    expect(post.headers?.allow).toBe('GET, OPTIONS');

    const origin = 'https://dashboard.example.com';
    const env = { FRAMEKILN_QUEUE_URL: sqs.url, FRAMEKILN_ALLOWED_ORIGIN: origin };
    const open = openContainer(stored, env);
    const preflight = await call(open, ask(kind, 'there', { method: 'OPTIONS', headers: { Origin: origin } }));
    expect([preflight.statusCode, preflight.body]).toEqual([204, '']);
    const cors = {
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET, OPTIONS',
      'access-control-allow-headers': 'Authorization',
      'access-control-expose-headers': 'Retry-After',
    };
    expect(preflight.headers).toMatchObject(cors);
    const headers = { Origin: origin, 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'cors' };
    for (const [id, status] of [
      ['there', 200],
      ['missing', 202],
      ['unknown', 404],
      ['..', 400],
    ] as const) {
      const answer = await call(open, ask(kind, id, { headers }));
      expect([answer.statusCode, answer.headers]).toMatchObject([status, cors]);
    }
  });

  test('the token', async () => {
    const stored = await filled();
    const locked = openContainer(stored, { FRAMEKILN_QUEUE_URL: sqs.url, FRAMEKILN_TOKEN: 'a secret of some length' });
    const without = await call(locked, ask(kind, 'there'));
    expect([without.statusCode, without.json]).toMatchObject([401, { error: { code: 'UNAUTHORIZED' } }]);
    const opened = openContainer(stored, { FRAMEKILN_QUEUE_URL: sqs.url, FRAMEKILN_TOKEN: 'token-of-the-test' });
    const headers = { Authorization: 'Bearer token-of-the-test' };
    expect((await call(opened, ask(kind, 'there', { headers }))).statusCode).toBe(200);
    expect((await call(opened, ask(kind, 'there', { headers: { authorization: 'Bearer wrong' } }))).statusCode).toBe(
      401,
    );
  });

  test('a queue that fails', async () => {
    const { container } = await filled();
    sqs.failWith(503);
    try {
      const { statusCode, json, headers } = await call(container, ask(kind, 'missing'));
      expect([statusCode, json]).toMatchObject([503, { error: { code: 'QUEUE_UNREACHABLE' } }]);
      expect(headers?.['retry-after']).toBe('5');
      expect(JSON.stringify(json)).not.toContain(sqs.endpoint);
    } finally {
      sqs.failWith(0);
    }
  });
});
