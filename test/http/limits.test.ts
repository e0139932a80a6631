// SPDX-License-Identifier: Apache-2.0
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { describe, expect, test } from 'vitest';
import { answerError, refusalOf } from '../../src/http/errors.js';
import { networkOf } from '../../src/http/middleware/client.js';
import { checkRate, createRateLimiter, limitBody } from '../../src/http/middleware/limits.js';

function counted(limits: { points: number; seconds: number; trustProxy?: boolean }) {
  const limiter = createRateLimiter(limits);
  const app = new Hono();
  app.onError((error, c) => answerError(c, refusalOf(error)));
  app.get('/', async (c) => {
    await checkRate(limiter, c);
    return c.text('done');
  });
  return (address: string, headers: Record<string, string> = {}) => {
    const env = { incoming: { socket: { remoteAddress: address } } } as unknown as HttpBindings;
    return app.request('/', { headers }, env);
  };
}

describe('rate', () => {
  test('each client has its own', async () => {
    const ask = counted({ points: 3, seconds: 60 });
    for (let i = 0; i < 3; i++) expect((await ask('10.0.0.1')).status).toBe(200);
    const refused = await ask('10.0.0.1');
    expect(refused.status).toBe(429);
    const seconds = Number(refused.headers.get('retry-after'));
    expect([seconds >= 1, seconds <= 60]).toEqual([true, true]);
    expect((await ask('::ffff:10.0.0.1')).status).toBe(429);
    expect((await ask('10.0.0.2')).status).toBe(200);
  });

  test('comes back', async () => {
    const ask = counted({ points: 1, seconds: 1 });
    expect([(await ask('10.0.0.1')).status, (await ask('10.0.0.1')).status]).toEqual([200, 429]);
    await expect.poll(async () => (await ask('10.0.0.1')).status, { timeout: 20_000 }).toBe(200);
  });

  test('X-Forwarded-For counts only behind a proxy, and only what the proxy wrote', async () => {
    const direct = counted({ points: 1, seconds: 60 });
    expect((await direct('10.0.0.1', { 'x-forwarded-for': '1.1.1.1' })).status).toBe(200);
    expect((await direct('10.0.0.1', { 'x-forwarded-for': '2.2.2.2' })).status).toBe(429);
    const behind = counted({ points: 1, seconds: 60, trustProxy: true });
    expect((await behind('10.0.0.1', { 'x-forwarded-for': '9.9.9.9, 1.1.1.1' })).status).toBe(200);
    expect((await behind('10.0.0.1', { 'x-forwarded-for': '8.8.8.8, 1.1.1.1' })).status).toBe(429);
    expect((await behind('10.0.0.1', { 'x-forwarded-for': '2.2.2.2' })).status).toBe(200);
  });

  test('whoever has an IPv6 network has one client', async () => {
    const ask = counted({ points: 1, seconds: 60 });
    expect((await ask('2001:db8:1:2::1')).status).toBe(200);
    expect((await ask('2001:db8:1:2:ffff::7')).status).toBe(429);
    expect((await ask('2001:db8:1:3::1')).status).toBe(200);
  });

  test('networks', () => {
    expect(networkOf('2001:db8::1')).toBe('2001:db8:0:0');
    expect(networkOf('::1')).toBe('0:0:0:0');
    expect(networkOf('fe80::1:2:3:4%eth0')).toBe('fe80:0:0:0');
    expect(networkOf('1:2:3:4:5:6:7:8')).toBe('1:2:3:4');
    expect(networkOf('10.0.0.1')).toBe('10.0.0.1');
    expect(networkOf('unknown')).toBe('unknown');
  });
});

describe('body', () => {
  const app = new Hono();
  app.onError((error, c) => answerError(c, refusalOf(error)));
  app.use(limitBody());
  app.post('/', async (c) => c.text(String((await c.req.text()).length)));
  const post = (body: BodyInit) => app.request('/', { method: 'POST', body, duplex: 'half' } as RequestInit);

  test('64 KiB and not a byte more', async () => {
    expect(await (await post('x'.repeat(65_536))).text()).toBe('65536');
    const refused = await post('x'.repeat(65_537));
    expect(refused.status).toBe(413);
    expect(await refused.json()).toMatchObject({ error: { code: 'TOO_LARGE' } });
  });

  test('also where the length is not told', async () => {
    const chunks = (count: number) =>
      new ReadableStream<Uint8Array>({
        start(controller) {
          for (let i = 0; i < count; i++) controller.enqueue(new Uint8Array(1024));
          controller.close();
        },
      });
    expect((await post(chunks(64))).status).toBe(200);
    expect((await post(chunks(65))).status).toBe(413);
  });
});
