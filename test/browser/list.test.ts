// SPDX-License-Identifier: Apache-2.0
// The list of experiments in Chromium.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { record, scheduleEntry, smallDocument } from '../support/records.js';
import { useDashboard } from './dashboard.js';

const { inBrowser, open } = await useDashboard();

const metrics = (bitrate_mbps: number, psnr_db: number) => ({
  experiments: `[${scheduleEntry({ resolution: '32x24', fps: 10, duration: 0.6, bitrate_mbps, psnr_db })}]`,
});

/** Seven experiments a minute apart, `exp-6` the newest. */
async function openList() {
  const dashboard = await open();
  const items = [4, 1, 3, 0.5, 12, 2, 7].map((mbps, i) =>
    record(
      `exp-${i}`,
      { ...metrics(mbps, 30 + mbps), status: i === 3 ? 'failed' : 'completed' },
      `${1760000000 + i * 60}`,
    ),
  );
  await dashboard.here.put(...items);
  return dashboard;
}

const ids = (page: Page) => page.locator('tbody th').allInnerTexts();

inBrowser('the newest come first; heads of columns sort, and say so', async () => {
  const { visit } = await openList();
  const page = await visit('/');
  expect(await ids(page)).toEqual([6, 5, 4, 3, 2, 1, 0].map((i) => `exp-${i}`));
  expect(await page.locator('th[aria-sort]').innerText()).toBe('Created (UTC)');

  await page.click('thead >> text=Bit rate');
  expect(await ids(page)).toEqual([4, 6, 0, 2, 5, 1, 3].map((i) => `exp-${i}`));
  expect(await page.locator('th[aria-sort=descending]').innerText()).toBe('Bit rate');
  await page.click('thead >> text=Bit rate');
  expect(await ids(page)).toEqual([3, 1, 5, 2, 0, 6, 4].map((i) => `exp-${i}`));
  expect(await page.locator('th[aria-sort=ascending]').innerText()).toBe('Bit rate');
});

inBrowser('a choice is sent at once, a search by Enter, and the address stays short', async () => {
  const { visit, url } = await openList();
  const page = await visit('/');
  await page.selectOption('select[name=status]', 'failed');
  await page.waitForURL('**/?status=failed');
  expect(await ids(page)).toEqual(['exp-3']);
  await page.click('text=Clear');
  await page.waitForURL(url);
  await page.fill('input[name=q]', 'exp-5');
  await page.press('input[name=q]', 'Enter');
  await page.waitForURL('**/?q=exp-5');
  expect(await ids(page)).toEqual(['exp-5']);
  await page.goto(`${url}?q=nothing-like-it`);
  expect(await page.locator('.empty').innerText()).toContain('No experiment is like that.');
});

inBrowser('works without a script: filters, pages, the way to an experiment', async () => {
  const { visit, url } = await openList();
  const page = await visit('/?limit=3', { javaScriptEnabled: false });
  expect(await ids(page)).toEqual(['exp-6', 'exp-5', 'exp-4']);
  expect(await page.locator('.title').innerText()).toContain('1 to 3 of 7');
  await page.click('nav >> text=Next');
  expect(await ids(page)).toEqual(['exp-3', 'exp-2', 'exp-1']);
  await page.click('nav >> text=3');
  expect(await ids(page)).toEqual(['exp-0']);
  expect(await page.locator('.pages [aria-current]').innerText()).toBe('3');
  await page.goto(url);
  await page.selectOption('select[name=status]', 'failed');
  await page.click('button >> text=Search');
  expect(await ids(page)).toEqual(['exp-3']);
  await page.click('text=exp-3');
  expect(await page.locator('h1').innerText()).toBe('exp-3');
});

inBrowser('on a phone the table is cards: the page does not scroll sideways, and can be sorted', async () => {
  const { visit, here } = await openList();
  const text = 'w'.repeat(400);
  await here.put(record(text.slice(0, 200), { ...metrics(1, 1), status: text }, '1760009999'));
  const page = await visit('/', { viewport: { width: 390, height: 844 }, hasTouch: true });
  const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(widths[0]).toBe(widths[1]);
  await page.selectOption('select[name=sort]', 'psnrDb');
  await page.waitForURL('**/?sort=psnrDb');
  expect((await ids(page))[0]).toBe('exp-4');
});

inBrowser('pictures come as they are looked at; without one there is a placeholder', async () => {
  const { visit, here } = await open();
  await here.put(record('with', { parameters: smallDocument(1) }), record('without'));
  const page = await visit('/');
  const picture = page.locator('tr', { hasText: 'with' }).first().locator('.thumbnail img');
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(320);
  const other = page.locator('tr', { has: page.locator('text="without"') });
  await expect.poll(() => other.locator('.thumbnail img').count()).toBe(0);
  expect(await other.locator('.thumbnail').count()).toBe(1);
});
