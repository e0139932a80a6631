// SPDX-License-Identifier: Apache-2.0
// Logging in with a real browser, and what the page of another origin can do with the session: nothing.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AppOptions } from 'framekiln/http';
import { Hono } from 'hono';
import type { Browser } from 'playwright-core';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { hostNames, startServer } from '../../src/http/server.js';
import { appOn } from '../support/app.js';
import { useBackfillStores } from '../support/backfill-stores.js';
import { findChromium, launchChromium } from '../support/browser.js';
import { record, smallDocument } from '../support/records.js';

const TOKEN = 'correct-horse-battery-staple';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const stores = await useBackfillStores();
const chromium = findChromium();
const opened: Promise<Browser> | undefined = chromium === undefined ? undefined : launchChromium(chromium);
afterAll(async () => (await opened)?.close());

async function dashboard(options: Partial<AppOptions>) {
  const here = await stores.open();
  await here.put(record('one', { parameters: smallDocument(1) }), record('two', { parameters: smallDocument(2) }));
  const server = await startServer(appOn(here, { hosts: hostNames('127.0.0.1'), ...options }), { port: 0 });
  onTestFinished(() => server.close(0));
  const context = await ((await opened) as Browser).newContext();
  onTestFinished(() => context.close());
  return { here, url: server.url, context, page: await context.newPage() };
}

async function logIn({ page, url }: Awaited<ReturnType<typeof dashboard>>) {
  await page.goto(`${url}/login`);
  await page.getByLabel('Token').fill(TOKEN);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.waitForURL(`${url}/`);
}

describe.skipIf(!chromium)('in Chromium', () => {
  test('from a link through the login to the page', async () => {
    const { page, url, context } = await dashboard({ token: TOKEN });
    await page.goto(`${url}/experiments/one?from=chat`);
    expect(new URL(page.url()).pathname).toBe('/login');
    await page.getByLabel('Token').fill('not the token');
    await page.keyboard.press('Enter');
    expect(await page.getByRole('alert').textContent()).toContain('not the token');
    await page.getByLabel('Token').fill(TOKEN);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.waitForURL(`${url}/experiments/one?from=chat`);
    expect(await page.evaluate(() => document.cookie)).toBe('');
    expect(await context.cookies()).toMatchObject([
      { name: 'framekiln_session', httpOnly: true, sameSite: 'Lax', secure: false, path: '/' },
    ]);
    // What a page's scripts, its event sources and its pictures ask with.
    const answers = await page.evaluate(async () => {
      const listed = await fetch('/api/experiments');
      const made = await fetch('/api/experiments/two/regenerate', { method: 'POST' });
      const last = await new Promise<string>((done) => {
        const events = new EventSource('/api/jobs/two/events');
        events.addEventListener('job', ({ data }) => {
          if (!JSON.parse(data).endedAt) return;
          events.close();
          done(JSON.parse(data).state);
        });
      });
      return [listed.status, made.status, last];
    });
    expect(answers).toEqual([200, 202, 'done']);
  });

  test('who has logged in can log out, on every page', async () => {
    const visited = await dashboard({ token: TOKEN });
    const { page, url, context } = visited;
    await logIn(visited);
    for (const path of ['/compare', '/experiments/nobody', '/experiments/one']) {
      await page.goto(url + path);
      expect(await page.getByRole('button', { name: 'Log out' }).count(), path).toBe(1);
    }
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.waitForURL(`${url}/login`);
    expect(await page.getByRole('button', { name: 'Log out' }).count()).toBe(0);
    expect(await context.cookies()).toEqual([]);
    await page.goto(`${url}/`);
    expect(new URL(page.url()).pathname).toBe('/login');
  });

  test('who has no session is not offered to end it', async () => {
    const { page, url } = await dashboard({});
    await page.goto(url);
    expect(await page.getByRole('button', { name: 'Log out' }).count()).toBe(0);
  });

  test('the login page is accessible, light, dark and narrow', async () => {
    const { page, url } = await dashboard({ token: TOKEN });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width: colorScheme === 'dark' ? 360 : 1280, height: 700 });
      await page.goto(`${url}/login`);
      await page.getByLabel('Token').fill('wrong');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
      await page.evaluate(AXE);
      const violations = await page.evaluate(async () => {
        const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } };
        return (await axe.run()).violations.map(({ id }) => id);
      });
      expect(violations).toEqual([]);
      const folder = process.env.SCREENSHOTS;
      if (folder) await page.screenshot({ path: `${folder}/login-${colorScheme}.png` });
    }
  });

  test.each([
    ['with a session', TOKEN],
    ['without a token', undefined],
  ])('%s: the page of another origin starts nothing, and sees nothing', async (_, token) => {
    const app = new Hono().get('/', (c) => c.html('<!doctype html><title>evil</title>'));
    const evil = await startServer(app, { port: 0 });
    onTestFinished(() => evil.close(0));
    const visited = await dashboard({ token });
    const { here, page, url } = visited;
    if (token) await logIn(visited);
    const before = await here.everything();
    // Another port is another origin, but the same site: the cookie goes along.
    await page.goto(evil.url);
    const seen = await page.evaluate(async (target) => {
      const regenerate = `${target}/api/experiments/one/regenerate`;
      const attempt = (address: string, init: RequestInit) =>
        fetch(address, { credentials: 'include', ...init }).then(
          (answer) => answer.type,
          () => 'failed',
        );
      const json = { 'content-type': 'application/json' };
      const load = (element: HTMLImageElement | HTMLVideoElement, event: string) =>
        new Promise<string>((done) => {
          element.addEventListener(event, () => done('loaded'));
          element.addEventListener('error', () => done('failed'));
          element.src = `${target}/api/experiments/one/video`;
        });
      return [
        await attempt(regenerate, { method: 'POST', mode: 'no-cors', body: '{}' }),
        await attempt(regenerate, { method: 'POST', headers: json, body: '{}' }),
        await attempt(`${target}/api/experiments`, {}),
        await load(new Image(), 'load'),
        await load(document.createElement('video'), 'canplay'),
      ];
    }, url);
    expect(seen.slice(1)).toEqual(['failed', 'failed', 'failed', 'failed']);
    // A form, which leads there.
    await page.evaluate((target) => {
      const form = document.createElement('form');
      form.method = 'post';
      form.action = `${target}/api/experiments/one/regenerate`;
      document.body.append(form);
      form.submit();
    }, url);
    await page.waitForURL(`${url}/**`);
    expect(await page.textContent('body')).toContain('CROSS_ORIGIN');
    expect((await visited.context.request.get(`${url}/api/jobs/one`)).status()).toBe(404);
    expect(await here.everything()).toEqual(before);
    // But its links may lead here.
    await page.goto(evil.url);
    await page.evaluate((target) => {
      const link = document.createElement('a');
      link.href = `${target}/experiments/one`;
      document.body.append(link);
      link.click();
    }, url);
    await page.waitForURL(`${url}/experiments/one`);
    expect(await page.title()).toContain('one');
  });
});
