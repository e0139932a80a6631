// SPDX-License-Identifier: Apache-2.0
// The dashboard in a real Chromium: the app on a port, on the stores of a test, and what a page does that it should not.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { startServer } from '../../src/http/server.js';
import { appOn } from '../support/app.js';
import { type BackfillStores, type TestStores, useBackfillStores } from '../support/backfill-stores.js';
import { findChromium, launchChromium } from '../support/browser.js';

const ARTIFACTS = fileURLToPath(new URL('../../test-artifacts/', import.meta.url));

export interface Dashboard {
  stores: BackfillStores;
  /** A test that is skipped, and says so, without a Chromium on the PATH. */
  inBrowser(name: string, body: () => Promise<void>): void;
  /** The app on empty stores of its own, on a port, until the test ends. */
  open(): Promise<OpenDashboard>;
}

export interface OpenDashboard {
  here: TestStores;
  url: string;
  /** A page of a browser of its own. Its faults fail the test when it ends. */
  visit(path: string, options?: BrowserContextOptions): Promise<Page>;
}

/** Stores and a browser for one test file. */
export async function useDashboard(): Promise<Dashboard> {
  const stores = await useBackfillStores();
  const chromium = findChromium();
  const browser = chromium === undefined ? undefined : await launchChromium(chromium);
  afterAll(() => browser?.close());
  return {
    stores,
    inBrowser: (name, body) => test(name, (context) => (browser ? body() : context.skip('no Chromium on the PATH'))),
    open: () => openDashboard(stores, browser),
  };
}

async function openDashboard(stores: BackfillStores, browser: Browser | undefined): Promise<OpenDashboard> {
  const here = await stores.open();
  const server = await startServer(appOn(here), { port: 0 });
  onTestFinished(() => server.close(0));
  const origins = [new URL(server.url).origin, new URL(stores.s3.url).origin];
  const visit = async (path: string, options: BrowserContextOptions = {}) => {
    if (!browser) throw new Error('there is no Chromium');
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const faults = watch(page, origins);
    onTestFinished(async () => {
      await context.close();
      expect(faults).toEqual([]);
    });
    await page.goto(new URL(path, server.url).href);
    return page;
  };
  return { here, url: server.url, visit };
}

/** Errors in scripts, what the policy stopped, files of ours that are not there, and requests to anybody else. */
function watch(page: Page, origins: string[]): string[] {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // Answers of the API that are errors are shown in the page; so are links that have ended.
    const answered = message.text().startsWith('Failed to load resource: the server responded with');
    if (message.type() === 'error' && !(answered && !message.location().url.includes('/assets/'))) {
      faults.push(`console: ${message.text()}`);
    }
  });
  page.on('request', (request) => {
    const url = request.url();
    const { origin } = new URL(url);
    if (!origins.includes(origin) && !/^(blob|data):/.test(url)) faults.push(`request: ${url}`);
  });
  return faults;
}

/** What a page looks like, for people: with FRAMEKILN_PICTURES=1 into test-artifacts. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  if (!process.env.FRAMEKILN_PICTURES) return;
  mkdirSync(ARTIFACTS, { recursive: true });
  await page.screenshot({ path: `${ARTIFACTS}${name}.png`, fullPage: true });
}
