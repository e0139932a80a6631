// SPDX-License-Identifier: Apache-2.0
// Hostile text in the table, in documents and in addresses, through the real pages in a real browser: it is text.
import { Writable } from 'node:stream';
import { Hono } from 'hono';
import type { Browser, Page } from 'playwright-core';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { createLog } from '../../src/http/middleware/log.js';
import { hostNames, startServer } from '../../src/http/server.js';
import { appOn, ask } from '../support/app.js';
import { useBackfillStores } from '../support/backfill-stores.js';
import { findChromium, launchChromium } from '../support/browser.js';
import { entry, record, smallDocument } from '../support/records.js';

const stores = await useBackfillStores();
const chromium = findChromium();
const opened: Promise<Browser> | undefined = chromium === undefined ? undefined : launchChromium(chromium);
afterAll(async () => (await opened)?.close());

const TOKEN = 'correct-horse-battery-staple';
/** Would mark the page wherever it is taken for markup, and run wherever the policy let it. */
const ELEMENT = '<img data-owned src=x onerror="document.title=1">';
const HOSTILE = [
  `<script data-owned>document.title='owned'</script>`,
  `"><i data-owned>`,
  `'><i data-owned x='`,
  `</title></style></script></textarea>${ELEMENT}`,
  `--><svg data-owned onload=document.title=1>`,
  `" data-owned autofocus onfocus="document.title=1`,
  `{{constructor.constructor('document.title=1')()}}\${1}`,
];
const LINK = 'javascript:document.body.dataset.owned=1';

const everywhere = (text: string) => ({
  status: `failed ${text}`,
  approach: text,
  source: text,
  reconstructed_video_url: LINK,
  reconstructed_video_s3_key: text,
  reconstructed_fingerprint: text,
  reconstructed_verified: text,
  video_expires_at: text,
  bitrate_mbps: text,
  experiments: `[${entry({ approach: text, error: text, video_url: LINK, real_metrics: { note: text, [text]: text } })}]`,
});

/** Records that are as hostile as a table can be; `bad-I` is broken, `good-I` has a document. */
async function hostileStores() {
  const here = await stores.open();
  for (const [i, text] of HOSTILE.entries()) {
    const broken = { ...smallDocument(i), version: text };
    const palette = smallDocument(i);
    palette.parameters[2] = { ...palette.parameters[2], color_palette: text };
    await here.put(
      record(text, everywhere(text), String(1_760_000_000 + i)),
      record(`bad-${i}`, { ...everywhere(text), parameters: JSON.stringify(i % 2 ? broken : palette) }),
      record(`good-${i}`, { ...everywhere(text), parameters: JSON.stringify(smallDocument(i)) }),
      record(`none-${i}`, { ...everywhere(text), parameters_s3_key: text }),
    );
  }
  return here;
}

/** What a page must not have, whoever put it there; and what the policy had to stop. */
async function watch(page: Page) {
  const found: string[] = [];
  page.on('dialog', (dialog) => {
    found.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/i.test(message.text())) found.push(message.text());
  });
  page.on('pageerror', (error) => found.push(`error ${error.message}`));
  return async () => {
    const marks = await page.evaluate(() => {
      const links = Array.from(document.querySelectorAll('[href], [src], [action], [formaction]'));
      return {
        owned: document.querySelectorAll('[data-owned], [onerror], [onload], [onfocus]').length,
        title: document.title,
        links: links
          .flatMap((e) => ['href', 'src', 'action', 'formaction'].map((name) => e.getAttribute(name) ?? ''))
          .filter((address) => /^\s*(javascript|data:text)/i.test(address)),
      };
    });
    expect({ ...marks, found, address: page.url() }).toEqual({
      ...{ owned: 0, links: [], found: [], address: page.url() },
      title: expect.stringMatching(/framekiln$/),
    });
  };
}

test.skipIf(!chromium)('the pages in Chromium', { timeout: 240_000 }, async () => {
  const here = await hostileStores();
  const server = await startServer(appOn(here, { hosts: hostNames('127.0.0.1') }), { port: 0 });
  onTestFinished(() => server.close(0));
  const context = await ((await opened) as Browser).newContext();
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const check = await watch(page);
  const queries = HOSTILE.flatMap((text) => {
    const escaped = encodeURIComponent(text);
    return [
      `/?q=${escaped}&status=${escaped}&sort=${escaped}`,
      `/experiments/${escaped}`,
      `/compare?a=${escaped}&b=${escaped}&mode=${escaped}&frame=${escaped}`,
      `/nothing/${escaped}`,
    ];
  });
  for (const path of queries) {
    await page.goto(`${server.url}${path}`);
    await check();
  }
  const pages = HOSTILE.flatMap((_, i) => [`/experiments/good-${i}`, ...(i < 2 ? [`/experiments/bad-${i}`] : [])]);
  for (const path of [
    '/?limit=200',
    ...pages,
    '/experiments/none-0',
    '/compare?a=good-0&b=bad-1',
    '/compare?a=good-1',
  ]) {
    await page.goto(`${server.url}${path}`);
    await page.waitForLoadState('networkidle');
    await check();
  }
  // The text is there, as text.
  await page.goto(`${server.url}/?limit=200`);
  const shown = await page.evaluate(() => document.body.textContent);
  for (const text of HOSTILE) expect(shown).toContain(text);
});

test.skipIf(!chromium)('a page that does not escape would be found', async () => {
  for (const text of HOSTILE.slice(0, 6)) {
    const app = new Hono().get('/', (c) =>
      c.html(`<title>x framekiln</title>${text}<input value="${text}"><p title='${text}'>`),
    );
    const server = await startServer(app, { port: 0 });
    onTestFinished(() => server.close(0));
    const page = await ((await opened) as Browser).newPage();
    const check = await watch(page);
    await page.goto(server.url);
    await expect(check()).rejects.toThrow(/owned/);
    await page.close();
  }
});

test('the answers of the API are JSON, whatever is in them', async () => {
  const app = appOn(await hostileStores());
  const paths = HOSTILE.flatMap((text, i) => [
    `/api/experiments?q=${encodeURIComponent(text)}`,
    `/api/experiments/${encodeURIComponent(text)}`,
    `/api/experiments/bad-${i}`,
    `/api/experiments/none-${i}/video`,
    `/api/jobs/${encodeURIComponent(text)}`,
    `/api/experiments/good-${i}/video?variant=${encodeURIComponent(text)}`,
  ]);
  for (const path of paths) {
    const { status, headers } = await ask(app, path);
    expect([path, status < 500]).toEqual([path, true]);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  }
});

test('plots and posters hold nothing of the table but numbers and text', async () => {
  const app = appOn(await hostileStores());
  for (const [i] of HOSTILE.entries()) {
    const { status, headers, body } = await ask(app, `/api/experiments/good-${i}/parameters.svg`);
    expect([status, headers.get('content-type')]).toEqual([200, expect.stringMatching(/^image\/svg\+xml/)]);
    expect(body).not.toMatch(/<script|data-owned|onload|onerror/);
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox/);
  }
});

test('the log of a whole session of the app has no link, no token and no cookie', async () => {
  const here = await hostileStores();
  let log = '';
  const stream = new Writable({
    write(chunk, _, done) {
      log += chunk;
      done();
    },
  });
  const app = appOn(here, { token: TOKEN, log: createLog({ level: 'trace', stream }) });
  const entered = await app.request('/login', { method: 'POST', body: new URLSearchParams({ token: TOKEN }) });
  const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
  const inside = { headers: { cookie } };
  const { headers } = await ask(app, '/api/experiments/good-0/video', inside);
  const events = await ask(app, `${headers.get('location')}/events`, inside);
  expect(events.body).toContain('"state":"done"');
  const stored = await ask(app, `/api/experiments/good-0/video?token=${TOKEN}`, inside);
  expect([stored.status, stored.headers.get('location')]).toEqual([302, expect.stringContaining('X-Amz-Signature')]);
  await ask(app, '/api/experiments/good-0/video', { headers: { cookie, accept: 'application/json' } });
  await ask(app, '/experiments/good-0', { headers: { authorization: `Bearer ${TOKEN}` } });
  await ask(app, `/experiments/${TOKEN.slice(0, 5)}?next=${TOKEN}`);
  expect(log.trim().split('\n').length).toBeGreaterThanOrEqual(7);
  for (const secret of [TOKEN, cookie.split('=')[1] ?? '?', 'X-Amz', 'Signature', 'S3RVER']) {
    expect(log).not.toContain(secret);
  }
});

test('without the token the app tells nothing', async () => {
  const app = appOn(await hostileStores(), { token: TOKEN });
  const open = ['/healthz', '/readyz', '/login', '/assets/style.css'];
  for (const path of open) expect([path, (await ask(app, path)).status]).toEqual([path, 200]);
  const closed = [
    ...['/', '/experiments/good-0', '/compare?a=good-0', '/metrics', '/api/openapi.json', '/api/experiments'],
    ...['/api/experiments/good-0', '/api/experiments/good-0/video', '/api/experiments/good-0/stream.mp4'],
    ...['/api/experiments/good-0/poster.png', '/api/jobs/good-0', '/api/jobs/good-0/events', '/nothing'],
  ];
  for (const path of closed) {
    const { status, body } = await ask(app, path, { redirect: 'manual' });
    expect([path, [303, 401].includes(status)]).toEqual([path, true]);
    expect(JSON.stringify(body)).not.toContain('good-1');
  }
  const post = await ask(app, '/api/experiments/good-0/regenerate', { method: 'POST' });
  expect(post.status).toBe(401);
});

test('regenerate is not for other sites, with or without a token', async () => {
  const here = await hostileStores();
  for (const token of [undefined, TOKEN]) {
    const app = appOn(here, { token });
    const authorization = `Bearer ${TOKEN}`;
    for (const evil of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }, { origin: 'null' }]) {
      const headers: Record<string, string> = { authorization, 'content-type': 'application/json', ...evil };
      const { status, body } = await ask(app, '/api/experiments/good-1/regenerate', {
        method: 'POST',
        headers,
        body: '{}',
      });
      expect([status, body.error.code]).toEqual([403, 'CROSS_ORIGIN']);
    }
    expect((await ask(app, '/api/jobs/good-1', { headers: { authorization } })).status).toBe(404);
  }
});

test('who starts too many is told when to come back', async () => {
  const app = appOn(await hostileStores(), { jobsPerMinute: 2 });
  const make = (id: string) => ask(app, `/api/experiments/${id}/regenerate`, { method: 'POST' });
  expect([(await make('good-0')).status, (await make('good-1')).status]).toEqual([202, 202]);
  const refused = await make('good-2');
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
});

test('a body above 64 KiB', async () => {
  const app = appOn(await hostileStores());
  const body = JSON.stringify({ force: false, more: 'x'.repeat(70_000) });
  const headers = { 'content-type': 'application/json' };
  const refused = await ask(app, '/api/experiments/good-0/regenerate', { method: 'POST', headers, body });
  expect([refused.status, refused.body.error.code]).toEqual([413, 'TOO_LARGE']);
});
