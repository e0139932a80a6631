// SPDX-License-Identifier: Apache-2.0
// Videos that are made for the comparison, against the golden frames; and what is done when something is missing.
import { createKiln } from 'framekiln';
import type { Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { findChromium, launchChromium } from '../support/browser.js';
import { golden } from '../support/documents.js';
import { NEURAL, record } from '../support/records.js';
import { allowPixels, lookOnce, putNumbered, ready, watchNumbers } from './compare-site.js';
import { keepPicture, useDashboard } from './dashboard.js';

const { inBrowser, open, stores } = await useDashboard();
const FAMILIES = golden('families_640x360');

async function openFamilies() {
  const dashboard = await open();
  const parameters = JSON.parse(FAMILIES.bytes.toString());
  await dashboard.here.put(record('one', { parameters, source: 'schedule' }), record('two', { parameters }));
  await allowPixels(dashboard, stores.s3.url);
  return dashboard;
}

/** The original generator's frame, as packed RGB: its digest is among the golden ones. */
async function goldenFrame(frame: number): Promise<Uint8Array> {
  const kiln = createKiln({ threads: 1 });
  onTestFinished(() => kiln[Symbol.asyncDispose]());
  for await (const { data } of kiln.frames(FAMILIES.bytes, { range: { start: frame, end: frame + 1 } })) {
    return data.slice();
  }
  throw new Error('no frame');
}

/** Reads pixels of A where the pointer is, and how far they are from the frame's. */
async function furthest(page: Page, frame: Uint8Array, places: readonly [x: number, y: number][]): Promise<number> {
  const { x = 0, y = 0, width = 0, height = 0 } = (await page.locator('#canvas').boundingBox()) ?? {};
  const zoom = Math.min(width / FAMILIES.width, height / FAMILIES.height);
  let most = 0;
  for (const [px, py] of places) {
    const left = x + width / 2 + (px + 0.5 - FAMILIES.width / 2) * zoom;
    await page.mouse.move(left, y + height / 2 + (py + 0.5 - FAMILIES.height / 2) * zoom);
    await page.waitForSelector(`#pixel[data-x="${px}"][data-y="${py}"]`);
    const shown = ((await page.getAttribute('#pixel', 'data-a')) ?? '').split(' ').map(Number);
    const at = (py * FAMILIES.width + px) * 3;
    for (const [c, value] of shown.entries()) most = Math.max(most, Math.abs(value - (frame[at + c] ?? 0)));
  }
  return most;
}

const grid = (stepX: number, stepY: number): [number, number][] =>
  Array.from({ length: 40 }, (_, i) => [20 + (i % 8) * stepX, 20 + Math.floor(i / 8) * stepY]);

/** Whose neighbours have the same colour, so that the loss of 4:2:0 is not seen. */
function flat(frame: Uint8Array, [x, y]: readonly [number, number]): boolean {
  const at = (px: number, py: number) =>
    frame
      .subarray((py * FAMILIES.width + px) * 3)
      .slice(0, 3)
      .join();
  const around = [-9, -4, 4, 9];
  return around.every((dx) => around.every((dy) => at(x + dx, y + dy) === at(x, y)));
}

inBrowser('videos are made while one waits; the exact one is the golden frame within 3 levels', async () => {
  const { visit } = await openFamilies();
  const page = await visit('/compare?a=one&b=original&mode=a&frame=17');
  await ready(page);
  expect(await page.locator('#shown-a').innerText()).toBe('exact 4:4:4 · 640x360');
  expect(await page.locator('#shown-b').innerText()).toBe('exact 4:4:4 · 640x360');
  for (const [frame, key] of [
    [17, undefined],
    [16, ','],
    [46, 'ArrowRight'],
  ] as const) {
    if (key) await page.keyboard.press(key);
    await page.waitForSelector(`#compare[data-frame="${frame}"]`);
    const pixels = await goldenFrame(frame);
    // Two of YUV in 8 bits, and one of the browser, which calculates RGB in few bits where there is no GPU.
    expect(await furthest(page, pixels, grid(83, 77))).toBeLessThanOrEqual(3);
  }
});

inBrowser('what plays everywhere is the golden frame within the tolerance of H.264, and one can switch', async () => {
  const { visit } = await openFamilies();
  const page = await visit('/compare?a=one&b=two&mode=a&frame=17&variant=video');
  await ready(page);
  expect(await page.locator('#shown-a').innerText()).toContain('4:2:0');
  const pixels = await goldenFrame(17);
  const places = grid(83, 77).filter((place) => flat(pixels, place));
  expect(places.length).toBeGreaterThan(5);
  expect(await furthest(page, pixels, places)).toBeLessThanOrEqual(12);
  await page.selectOption('#variant', 'exact');
  await page.waitForSelector('#compare[data-state=ready]');
  await page.waitForSelector('#shown-a[data-variant=exact]:not([hidden])');
  await page.waitForSelector('#compare[data-frame="17"]');
  expect(await page.locator('#shown-b').innerText()).toContain('exact');
});

inBrowser('PSNR and SSIM of each frame: plotted, read, and a way to frames', async () => {
  const { visit } = await openFamilies();
  const page = await visit('/compare?a=one&b=original&mode=two-up');
  await ready(page);
  const track = page.locator('#measures .track');
  await track.waitFor();
  await page.waitForFunction(() => (document.querySelector('#measures img') as HTMLImageElement)?.naturalWidth > 0);
  await track.scrollIntoViewIfNeeded();
  const { width = 0 } = (await track.boundingBox()) ?? {};
  await track.click({ position: { x: ((20 + 0.5) / 60) * width, y: 50 } });
  await page.waitForSelector('#compare[data-frame="20"]');
  const measured = await page.evaluate(async () => {
    const answer = await fetch('/api/experiments/one/quality?against=original');
    const { measurement } = await answer.json();
    return [measurement.psnr.perFrame[20], measurement.ssim.perFrame[20]];
  });
  await expect.poll(() => page.locator('#readout').innerText()).toContain(`PSNR ${measured[0].toFixed(2)} dB`);
  expect(await page.locator('#readout').innerText()).toContain(`SSIM ${measured[1].toFixed(5)}`);
  expect(await track.getAttribute('aria-valuenow')).toBe('20');
  await keepPicture(page, 'compare-measured');
});

inBrowser('without CORS: two plain videos in step, and the remedy', async () => {
  const dashboard = await open();
  await putNumbered(dashboard, {}, {});
  // Chromium complains in its console, which fails the test in the other pages.
  const browser = await launchChromium(findChromium() ?? '');
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  await page.goto(new URL('/compare?a=one&b=original&mode=difference&frame=30', dashboard.url).href);
  await page.waitForSelector('#compare[data-plain][data-state=ready]');
  expect(await page.locator('#graphics').innerText()).toMatch(/pixels.*framekiln doctor/);
  expect(await page.locator('#canvas').isVisible()).toBe(false);
  await page.waitForSelector('#compare[data-frame="30"][data-frame-a="30"][data-frame-b="30"]');
  await page.keyboard.press('.');
  await page.waitForSelector('#compare[data-frame-a="31"][data-frame-b="31"]');
  await page.click('#play');
  await page.waitForFunction(() => Number((document.querySelector('#compare') as HTMLElement).dataset.frameB) > 40);
  await keepPicture(page, 'compare-plain');
});

inBrowser('without WebGL2: the same, and it says so', async () => {
  const dashboard = await open();
  await Promise.all([putNumbered(dashboard, {}, {}), allowPixels(dashboard, stores.s3.url)]);
  const page = await dashboard.visit('/compare');
  await page.addInitScript(() => {
    HTMLCanvasElement.prototype.getContext = () => null;
  });
  await page.goto(new URL('/compare?a=one&b=two&frame=12', dashboard.url).href);
  await page.waitForSelector('#compare[data-plain][data-state=ready][data-frame="12"]');
  expect(await page.locator('#graphics').innerText()).toContain('no WebGL2');
  expect(await page.locator('input[value=difference]').isDisabled()).toBe(true);
});

inBrowser('a link that ends while it plays is renewed, and the pairs stay pairs', async () => {
  const dashboard = await open();
  await Promise.all([putNumbered(dashboard, {}, {}), allowPixels(dashboard, stores.s3.url)]);
  const page = await dashboard.visit('/compare?a=one&b=two&mode=two-up&frame=60');
  await ready(page);
  await page.click('#play');
  await watchNumbers(page, 0, 3);
  await page.route(/Signature=00000000/, (route) => route.fulfill({ status: 403, body: 'Request has expired' }));
  // A link that the bucket refuses; Chromium begins at frame 0 again, and B must find A.
  await page.evaluate(() => {
    const video = document.querySelector('#video-b') as HTMLVideoElement;
    video.src = video.src.replace(/Signature=\w{8}/, 'Signature=00000000');
  });
  await page.waitForFunction(() => !(document.querySelector('#video-b') as HTMLVideoElement).src.includes('=00000000'));
  const before = (await lookOnce(page)).a;
  const seen = await watchNumbers(page, 1000, 10);
  expect(seen.filter(({ a, b, frame }) => a !== b || a !== frame)).toEqual([]);
  // A busy machine may take longer than that to load B again.
  const later = (frame: number) => Number(document.querySelector<HTMLElement>('#compare')?.dataset.frame) > frame;
  await page.waitForFunction(later, Math.max(60, before));
});

inBrowser('what cannot be shown says why, with its remedy', async () => {
  const dashboard = await open();
  const bad = record('bad', { experiments: NEURAL });
  await dashboard.here.put(record('one', { parameters: JSON.parse(FAMILIES.bytes.toString()) }), bad);
  await allowPixels(dashboard, stores.s3.url);
  const page = await dashboard.visit('/compare?a=one&b=original');
  expect(await page.locator('.problem').innerText()).toContain('NO_ORIGINAL');
  await page.goto(new URL('/compare?a=one&b=bad', dashboard.url).href);
  await page.waitForSelector('#compare[data-state=failed]');
  expect(await page.locator('#notice-b .problem').innerText()).toMatch(/not_procedural/i);
  expect(await page.locator('#notice-b button').innerText()).toBe('Try again');
  await page.goto(new URL('/compare?a=nobody', dashboard.url).href);
  expect(await page.locator('.problem').innerText()).toContain('EXPERIMENT_NOT_FOUND');
  await page.goto(new URL('/compare?a=%3Cscript%3Ealert(1)%3C/script%3E', dashboard.url).href);
  expect(await page.locator('.problem').innerText()).toContain('INVALID_ID');
  await page.goto(new URL('/compare', dashboard.url).href);
  await page.fill('input[name=a]', 'one');
  await page.fill('input[name=b]', 'bad');
  await page.click('button:text("Compare")');
  expect(page.url()).toContain('/compare?a=one&b=bad');
});

inBrowser('without a script both videos play on their own, and nothing is shown that does not work', async () => {
  const dashboard = await open();
  await dashboard.here.put(record('one', { parameters: JSON.parse(FAMILIES.bytes.toString()) }));
  const page = await dashboard.visit('/compare?a=one&b=one', { javaScriptEnabled: false });
  const videos = page.locator('.alone video');
  expect(await videos.evaluateAll((all) => all.map((video) => video.getAttribute('src')))).toEqual([
    '/api/experiments/one/stream.mp4',
    '/api/experiments/one/stream.mp4',
  ]);
  for (const hidden of ['#stage', '#controls', '#measures']) {
    expect(await page.locator(hidden).isVisible(), hidden).toBe(false);
  }
  expect(await page.locator('.pair-change').isVisible()).toBe(true);
});
