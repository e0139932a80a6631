// SPDX-License-Identifier: Apache-2.0
// Links that end while they are used, and files that are no videos.
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { Renewal } from '../../src/browser/renewal.js';
import { record, smallDocument } from '../support/records.js';
import { useDashboard } from './dashboard.js';

const { inBrowser, open, stores } = await useDashboard();

async function openStored() {
  const dashboard = await open();
  await dashboard.here.put(record('one', { parameters: smallDocument(1, { width: 640, height: 360, frames: 60 }) }));
  await dashboard.here.kiln().backfill();
  return dashboard;
}

/** Lets the first link end in the midst of its video: links that are asked for after it are good. @returns how many */
async function endFirstLink(page: Page): Promise<() => number> {
  let links = 0;
  await page.route('**/api/experiments/one/video*', (route) => {
    links++;
    return route.continue();
  });
  await page.route(`${stores.s3.url}/**`, async (route) => {
    if (links > 1) return route.continue();
    const body = await (await route.fetch({ headers: {} })).body();
    const half = Math.floor(body.length / 2);
    const from = Number(/bytes=(\d+)/.exec(route.request().headers().range ?? '')?.[1] ?? 0);
    if (from >= half) {
      await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0.8);
      return route.fulfill({ status: 403, body: 'Request has expired' });
    }
    const headers = { 'content-type': 'video/mp4', 'content-range': `bytes ${from}-${half - 1}/${body.length}` };
    await route.fulfill({ status: 206, headers, body: body.subarray(from, half) });
  });
  return () => links;
}

/** Every frame that comes on show, from now on. */
const watchFrames = (page: Page) =>
  page.evaluate(() => {
    const video = document.querySelector('video') as HTMLVideoElement;
    const frames: number[] = [];
    const next = () =>
      video.requestVideoFrameCallback((_now, { mediaTime }) => {
        frames.push(Math.round(mediaTime * 10));
        next();
      });
    next();
    Object.assign(window, { frames });
  });

inBrowser('a link that ends while it plays is renewed: it goes on at the same frame, at the same speed', async () => {
  const { visit } = await openStored();
  const page = await visit('/experiments/one');
  const links = await endFirstLink(page);
  await page.click('#view-video');
  await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0);
  await watchFrames(page);
  await page.selectOption('select.speed', '1.5');
  await page.waitForFunction(() => document.querySelector('video')?.ended, null, { timeout: 30_000 });
  expect(links()).toBe(2);
  const frames = await page.evaluate(() => (window as unknown as { frames: number[] }).frames);
  // Chromium shows the first frame of a new source for a moment, wherever it begins.
  const seen = frames.filter((frame) => frame > 0);
  // Never back: the frame that was on show is the first again. One or two may fall out, as at any time.
  const steps = seen.slice(1).map((frame, i) => frame - (seen[i] as number));
  expect(Math.min(...steps)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...steps)).toBeLessThan(8);
  expect(frames.at(-1)).toBe(59);
  expect(await page.locator('select.speed').inputValue()).toBe('1.5');
  expect(await page.locator('.player .problem').count()).toBe(0);
});

inBrowser('a paused video that is moved after its link has ended shows the frame, and stays paused', async () => {
  const { visit } = await openStored();
  const page = await visit('/experiments/one');
  const links = await endFirstLink(page);
  await page.click('#view-video');
  await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0);
  await page.keyboard.press('k');
  await page.keyboard.press('End');
  await page.waitForFunction(() => document.querySelector('.controls .readout')?.textContent?.startsWith('frame 59 '));
  await page.waitForFunction(() => (document.querySelector('video')?.readyState ?? 0) >= 2);
  expect(links()).toBe(2);
  const state = await page.evaluate(() => {
    const { paused, currentTime } = document.querySelector('video') as HTMLVideoElement;
    return { paused, frame: Math.floor(currentTime * 10) };
  });
  expect(state).toEqual({ paused: true, frame: 59 });
});

inBrowser('a file that is no video is told of at once, and not asked for again and again', async () => {
  const { visit, here } = await openStored();
  const { metadata } = (await here.objects())['reconstructed/one.mp4'] ?? { metadata: {} };
  await here.putObject('reconstructed/one.mp4', Buffer.alloc(5000, 'no video '), { metadata });
  const page = await visit('/experiments/one');
  let asked = 0;
  page.on('request', (request) => {
    if (request.url().includes('/api/experiments/one/video')) asked++;
  });
  await page.click('#view-video');
  const problem = page.locator('.player .problem');
  await problem.waitFor();
  expect(await problem.innerText()).toMatch(/cannot play the video.*VIDEO_UNPLAYABLE.*regenerate it/s);
  expect(asked).toBe(1);
  await page.click('button:text("Try again")');
  await expect.poll(() => asked).toBe(2);
  await problem.waitFor();
});

test('a fresh link is asked for when that may help', () => {
  const renewal = new Renewal();
  expect(renewal.afterError(0, 5)).toBe(true);
  expect(renewal.afterError(1, 5.1)).toBe(false);
  expect(renewal.afterError(2, 7)).toBe(true);
  expect(renewal.afterError(40, 7)).toBe(true);
  // A link that has long to live is used as it is; one that ends at once is replaced, but not time after time.
  expect(renewal.beforeUse(100, 7, 500)).toBe(false);
  expect(renewal.beforeUse(100, 7, 110)).toBe(true);
  expect(renewal.beforeUse(101, 30, 110)).toBe(false);
  expect(renewal.beforeUse(140, 30, 110)).toBe(true);
});
