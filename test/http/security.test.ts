// SPDX-License-Identifier: Apache-2.0
// What other sites' pages and what is in the table can do to a visitor: nothing.
import { Hono } from 'hono';
import { describe, expect, test } from 'vitest';
import { answerError, Refusal, refusalOf } from '../../src/http/errors.js';
import { sameOriginOnly } from '../../src/http/middleware/csrf.js';
import { securityHeaders } from '../../src/http/middleware/headers.js';

const BUCKET = 'https://bucket.s3.us-east-1.amazonaws.com';

function answering(linkOrigins: () => Promise<string[]> = async () => [BUCKET]) {
  const app = new Hono();
  app.onError((error, c) => answerError(c, refusalOf(error)));
  app.use(securityHeaders(linkOrigins), sameOriginOnly());
  app.get('/', (c) => c.html('<!doctype html>'));
  app.get('/plot', (c) => c.body('<svg/>', 200, { 'Content-Type': 'image/svg+xml' }));
  app.get('/video', (c) => c.body('ftyp', 200, { 'Content-Type': 'video/mp4' }));
  app.get('/link', (c) => c.redirect(`${BUCKET}/x`, 302));
  app.get('/refused', () => {
    throw new Refusal(409, { code: 'no_parameters', message: '' });
  });
  app.post('/', (c) => c.text('changed'));
  app.put('/', (c) => c.text('changed'));
  return app;
}

const policy = (answer: Response) =>
  Object.fromEntries(
    (answer.headers.get('content-security-policy') ?? '').split('; ').map((directive) => {
      const [name = '', ...sources] = directive.split(' ');
      return [name, sources.join(' ')];
    }),
  );

function named(headers: Headers): Record<string, string> {
  const all: Record<string, string> = {};
  headers.forEach((value, name) => {
    all[name] = value;
  });
  return all;
}

describe('headers', () => {
  test('of a page', async () => {
    const answer = await answering().request('/');
    expect(policy(answer)).toEqual({
      'default-src': "'self'",
      'script-src': "'self'",
      'style-src': "'self'",
      'img-src': "'self' data:",
      'media-src': `'self' blob: ${BUCKET}`,
      'connect-src': `'self' ${BUCKET}`,
      'object-src': "'none'",
      'base-uri': "'none'",
      'form-action': "'self'",
      'frame-ancestors': "'none'",
    });
    expect(answer.headers.get('permissions-policy')).toMatch(
      /fullscreen=\(self\), picture-in-picture=\(self\).*camera=\(\)/,
    );
  });

  test.each(['/', '/plot', '/video', '/link', '/refused', '/nothing'])('of %s', async (path) => {
    const { headers } = await answering().request(path);
    expect(named(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-frame-options': 'DENY',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
    });
    expect(headers.has('strict-transport-security')).toBe(false);
    expect(headers.has('access-control-allow-origin')).toBe(false);
  });

  test('data is no page', async () => {
    for (const path of ['/video', '/refused', '/link']) {
      expect(policy(await answering().request(path))['default-src']).toBe("'none'");
    }
    expect(policy(await answering().request('/plot'))).toMatchObject({ 'default-src': "'none'", sandbox: '' });
  });

  test('HSTS by https only', async () => {
    const app = answering();
    const secure = await app.request('https://framekiln.example/');
    expect(secure.headers.get('strict-transport-security')).toMatch(/^max-age=\d{8}$/);
    const behind = await app.request('/', { headers: { 'x-forwarded-proto': 'https' } });
    expect(behind.headers.has('strict-transport-security')).toBe(true);
  });

  test.each([
    ['missing', () => Promise.reject(new Error('no credentials'))],
    ['no origin', async () => ["https://x'; script-src *"]],
  ])('pages come also when the bucket is %s', async (_, linkOrigins) => {
    const answer = await answering(linkOrigins).request('/');
    expect(answer.status).toBe(200);
    expect(policy(answer)).toMatchObject({
      'media-src': "'self' blob:",
      'connect-src': "'self'",
      'script-src': "'self'",
    });
  });

  test('a path in the origin of the bucket is left out', async () => {
    const answer = await answering(async () => ['http://127.0.0.1:9000/bucket']).request('/');
    expect(policy(answer)['connect-src']).toBe("'self' http://127.0.0.1:9000");
  });
});

describe('pages of other origins', () => {
  const HERE = 'http://localhost:8080';
  const ask = async (method: string, headers: Record<string, string>, body?: string) => {
    const init = { method, headers: { host: 'localhost:8080', ...headers }, ...(body !== undefined && { body }) };
    return (await answering().request(`${HERE}/`, init)).status;
  };
  const JSON_BODY = { 'content-type': 'application/json' };
  const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

  test.each(['POST', 'PUT'])('%s from elsewhere is refused, whatever it carries', async (method) => {
    for (const type of [{}, JSON_BODY, FORM, { 'content-type': 'text/plain' }]) {
      for (const site of ['cross-site', 'same-site', 'rubbish', '']) {
        expect(await ask(method, { ...type, 'sec-fetch-site': site }, '{}')).toBe(403);
      }
      // Older browsers, and plain http.
      for (const origin of [
        'https://evil.example',
        'http://localhost:3000',
        'null',
        '',
        'http://localhost:8080.evil.example',
      ]) {
        expect(await ask(method, { ...type, origin }, '{}')).toBe(403);
      }
    }
  });

  test('the dashboard and programs are not', async () => {
    expect(await ask('POST', { ...JSON_BODY, 'sec-fetch-site': 'same-origin', origin: HERE }, '{}')).toBe(200);
    expect(await ask('POST', { ...FORM, origin: HERE }, 'x=1')).toBe(200);
    expect(await ask('POST', { ...FORM, origin: 'https://localhost:8080' }, 'x=1')).toBe(200);
    expect(await ask('POST', JSON_BODY, '{}')).toBe(200);
    expect(await ask('POST', {})).toBe(200);
  });

  test('the answer says why', async () => {
    const answer = await answering().request('/', { method: 'POST', headers: { origin: 'https://evil.example' } });
    expect(await answer.json()).toMatchObject({ error: { code: 'CROSS_ORIGIN' } });
  });

  test('links may lead here; pictures, frames and scripts may not', async () => {
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect(await ask('GET', link)).toBe(200);
    expect(await ask('GET', { ...link, 'sec-fetch-site': 'none' })).toBe(200);
    expect(await ask('POST', link)).toBe(403);
    for (const dest of ['iframe', 'image', 'video', 'empty', 'script', 'object']) {
      const mode = dest === 'iframe' || dest === 'object' ? 'navigate' : 'no-cors';
      expect(await ask('GET', { ...link, 'sec-fetch-mode': mode, 'sec-fetch-dest': dest })).toBe(403);
    }
  });
});
