// SPDX-License-Identifier: Apache-2.0
// View Video in Chromium: what is there, what is not, and what cannot be.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { record, smallDocument } from '../support/records.js';
import { type OpenDashboard, useDashboard } from './dashboard.js';

const { inBrowser, open } = await useDashboard();

const CLIP = { width: 320, height: 180, frames: 40 };

/** An experiment of four seconds at ten frames a second. */
async function openOne({ stored, clip = CLIP }: { stored: boolean; clip?: typeof CLIP }): Promise<OpenDashboard> {
  const dashboard = await open();
  await dashboard.here.put(record('one', { parameters: smallDocument(1, clip) }));
  if (stored) await dashboard.here.kiln().backfill();
  return dashboard;
}

interface Shown {
  time: number;
  frame: string;
  paused: boolean;
  duration: number;
  src: string;
}

const shown = (page: Page): Promise<Shown> =>
  page.evaluate(() => {
    const video = document.querySelector('video') as HTMLVideoElement;
    const frame = /^frame (\d+)/.exec(document.querySelector('.controls .readout')?.textContent ?? '')?.[1] ?? '';
    return { time: video.currentTime, frame, paused: video.paused, duration: video.duration, src: video.src };
  });

const plays = (page: Page, beyond = 0.2) =>
  page.waitForFunction((time) => (document.querySelector('video')?.currentTime ?? 0) > time, beyond);

const view = (page: Page) => page.click('button:text("View Video")');

inBrowser('a stored video plays in the page, and its link is told of', async () => {
  const { visit } = await openOne({ stored: true });
  const page = await visit('/experiments/one');
  expect(await page.locator('.link-facts').innerText()).toBe(
    'Link expires in 7 days. Video shows the decompressed output.',
  );
  await view(page);
  await plays(page);
  const { src, duration } = await shown(page);
  expect(src).toContain('X-Amz-Signature=');
  expect(duration).toBe(4);
  expect(await page.locator('.link-facts').innerText()).toContain('Link expires in 7 days.');
  expect(await page.locator('#video-state').innerText()).toBe('stored');
});

inBrowser('keys and the plot lead to frames', async () => {
  const { visit } = await openOne({ stored: true });
  const page = await visit('/experiments/one');
  await view(page);
  await plays(page, 0);
  await page.keyboard.press('k');
  await page.keyboard.press('Home');
  await expect.poll(async () => (await shown(page)).frame).toBe('0');
  for (const [key, frame] of [
    ['.', '1'],
    ['.', '2'],
    [',', '1'],
    ['ArrowRight', '11'],
    ['ArrowLeft', '1'],
    ['End', '39'],
  ] as const) {
    await page.keyboard.press(key);
    await expect.poll(async () => (await shown(page)).frame).toBe(frame);
  }
  await page.keyboard.press('l');
  // The page hears of it from the video.
  await expect.poll(() => page.locator('select.speed').inputValue()).toBe('1.5');
  await page.keyboard.press('?');
  expect(await page.locator('dialog[open] h2').innerText()).toBe('Keys of the player');
  await page.keyboard.press('Escape');

  const track = page.locator('.track');
  const { width = 0, height = 0 } = (await track.boundingBox()) ?? {};
  await track.click({ position: { x: (width * 20.5) / 40, y: height / 2 } });
  await expect.poll(async () => (await shown(page)).frame).toBe('20');
  await track.press('ArrowRight');
  await expect.poll(async () => (await shown(page)).frame).toBe('21');
  expect(await track.getAttribute('aria-valuetext')).toBe('frame 21, 0:02.10');
});

inBrowser('a click on the plot begins there', async () => {
  const { visit } = await openOne({ stored: true });
  const page = await visit('/experiments/one');
  const track = page.locator('.track');
  const { width = 0, height = 0 } = (await track.boundingBox()) ?? {};
  await track.click({ position: { x: (width * 30.5) / 40, y: height / 2 } });
  await plays(page, 3);
});

inBrowser('a missing video is watched while it is made, and is stored in the end', async () => {
  const { visit, here } = await openOne({ stored: false, clip: { width: 1280, height: 720, frames: 200 } });
  const page = await visit('/experiments/one');
  await view(page);
  await plays(page, 0.05);
  const state = await page.evaluate(async () => (await (await fetch('/api/jobs/one')).json()).state);
  expect(state).toBe('running');
  expect((await shown(page)).src).toMatch(/^blob:/);
  await page.waitForFunction(() => document.querySelector('#video-state')?.textContent === 'stored');
  // What it plays goes on as it is: all of it has come.
  const { src, duration } = await shown(page);
  expect(src).toMatch(/^blob:/);
  expect(duration).toBe(20);
  await page.keyboard.press('End');
  await expect.poll(async () => (await shown(page)).frame).toBe('199');
  expect(Object.keys(await here.objects())).toContain('reconstructed/one.mp4');
});

inBrowser('where there is no room, what has been seen makes some, and the stored video goes on', async () => {
  const { visit } = await openOne({ stored: false, clip: { width: 1280, height: 720, frames: 120 } });
  const page = await visit('/experiments/one');
  await page.addInitScript(() => {
    const { appendBuffer, remove } = SourceBuffer.prototype;
    let full = true;
    SourceBuffer.prototype.appendBuffer = function (bytes) {
      const { buffered } = this;
      if (full && buffered.length > 0 && buffered.end(0) > 4) throw new DOMException('full', 'QuotaExceededError');
      appendBuffer.call(this, bytes);
    };
    SourceBuffer.prototype.remove = function (start, end) {
      full = false;
      remove.call(this, start, end);
    };
  });
  await page.reload();
  await view(page);
  await plays(page, 0);
  expect((await shown(page)).src).toMatch(/^blob:/);
  await page.waitForFunction(() => document.querySelector('video')?.src.includes('X-Amz-Signature='));
  await plays(page, 4);
  await page.selectOption('select.speed', '4');
  await page.waitForFunction(() => document.querySelector('video')?.ended);
});

inBrowser('without events a job is asked for again and again; without a stream its end is waited for', async () => {
  const { visit } = await openOne({ stored: false });
  const page = await visit('/experiments/one');
  await page.route('**/api/jobs/*/events', (route) => route.fulfill({ status: 404, json: {} }));
  await page.route('**/stream.mp4*', (route) => route.fulfill({ status: 404, json: {} }));
  await view(page);
  await plays(page);
  expect((await shown(page)).src).toContain('X-Amz-Signature=');
});

inBrowser('the exact variant plays, where the browser can, from the same frame on', async () => {
  const { visit, here } = await openOne({ stored: true });
  const page = await visit('/experiments/one');
  await view(page);
  await plays(page, 0);
  await page.keyboard.press('k');
  await page.keyboard.press('End');
  await expect.poll(async () => (await shown(page)).frame).toBe('39');
  await page.selectOption('.variants select', 'exact');
  await page.waitForFunction(() => document.querySelector('.shown')?.textContent?.includes('without loss'));
  await expect.poll(async () => (await shown(page)).frame).toBe('39');
  await expect.poll(async () => Object.keys(await here.objects())).toContain('reconstructed/one.exact.mp4');
});

inBrowser('what cannot be made says why, what was tried, and what to do', async () => {
  const { here, visit } = await open();
  await here.put(record('bare'));
  const page = await visit('/experiments/bare');
  expect(await page.locator('.problem').innerText()).toContain('no_parameters');
  await view(page);
  const problem = page.locator('.player .problem');
  await problem.waitFor();
  expect(await problem.innerText()).toContain('no_parameters');
  expect((await problem.locator('li').allInnerTexts()).join('\n')).toContain('parameters/bare.json');
  expect(await page.locator('.player button:text("Try again")').isEnabled()).toBe(true);
});

inBrowser('too many requests: to be tried again when the server says so', async () => {
  const { visit } = await openOne({ stored: true });
  const page = await visit('/experiments/one');
  const error = { code: 'BUSY', message: 'Too many videos are being made', remedy: 'Ask again later.' };
  const busy = { status: 429, headers: { 'retry-after': '1' }, json: { error } };
  await page.route('**/api/experiments/one/video*', (route) => route.fulfill(busy), { times: 1 });
  await view(page);
  const again = page.locator('.player .notice button');
  await page.waitForFunction(() => document.querySelector('.notice button')?.textContent === 'Try again in 1 s');
  expect(await again.isDisabled()).toBe(true);
  await again.click();
  await plays(page);
  expect(await page.locator('.player .problem').count()).toBe(0);
});

inBrowser('a job that fails says why', async () => {
  const { visit } = await openOne({ stored: false });
  const page = await visit('/experiments/one');
  const error = { code: 'STORE_FAILED', message: 'The bucket is full', remedy: 'Make room.' };
  const job = { id: 'one', state: 'failed', framesDone: 20, frames: 40, streamable: false, error, links: {} };
  const body = `event: job\ndata: ${JSON.stringify(job)}\n\n`;
  await page.route('**/api/jobs/*/events', (route) => route.fulfill({ contentType: 'text/event-stream', body }));
  await page.route('**/stream.mp4*', (route) => route.fulfill({ status: 503, json: {} }));
  await view(page);
  await page.locator('.player .problem').waitFor();
  expect(await page.locator('.player .problem').innerText()).toMatch(/The bucket is full.*STORE_FAILED\s+Make room\./s);
});

inBrowser('regenerates after a question, and plays the new video', async () => {
  const { visit, here } = await openOne({ stored: true });
  const before = (await here.items())['one 1760000000']?.reconstructed_at?.S;
  const page = await visit('/experiments/one');
  await page.click('#regenerate');
  await page.click('dialog >> text=Leave it');
  await page.click('#regenerate');
  await page.click('dialog >> button:text("Regenerate")');
  await plays(page);
  expect((await here.items())['one 1760000000']?.reconstructed_at?.S).not.toBe(before);
});

inBrowser('copies a link that lasts', async () => {
  const { visit, url } = await openOne({ stored: true });
  const page = await visit('/experiments/one', { permissions: ['clipboard-read', 'clipboard-write'] });
  await page.click('text=Copy stable link');
  await page.locator('.notice >> text=The link is copied').waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`${url}/api/experiments/one/video`);
});
