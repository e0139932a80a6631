// SPDX-License-Identifier: Apache-2.0
// The page that compares two videos: what its canvas shows, and what its controls do.
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { allowPixels, brightest, canvasPixel, lookOnce, type Numbered, putNumbered, ready } from './compare-site.js';
import { keepPicture, useDashboard } from './dashboard.js';

const { inBrowser, open, stores } = await useDashboard();

async function openNumbered(one: Numbered, two: Numbered) {
  const dashboard = await open();
  await Promise.all([putNumbered(dashboard, one, two), allowPixels(dashboard, stores.s3.url)]);
  return async (path: string, options = {}) => {
    const page = await dashboard.visit(path, options);
    await ready(page);
    return page;
  };
}

const SHORT = { frames: 40 };
const BLUER = { frames: 40, blue: 180 };
/** The canvas is drawn before the next refresh. */
const drawn = (page: Page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

inBrowser('the difference: black for equal videos, and not for others', async () => {
  const visit = await openNumbered(SHORT, BLUER);
  const equal = await visit('/compare?a=two&b=two&mode=difference&gain=64&frame=7');
  expect(await brightest(equal)).toBeLessThanOrEqual(13);
  // Around the picture is the stage's own colour.
  expect(await canvasPixel(equal, 0.5, 0.5)).toEqual([0, 0, 0]);
  const other = await visit('/compare?a=one&b=two&mode=difference&gain=1&frame=7');
  const low = await canvasPixel(other, 0.5, 0.4);
  expect(Math.max(...low)).toBeGreaterThan(40);
  // The numbers are the same on both sides.
  expect(Math.max(...(await canvasPixel(other, 0.5, 0.95)))).toBeLessThan(13);
  for (let press = 0; press < 3; press++) await other.keyboard.press('g');
  expect(await other.locator('#gain-shown').innerText()).toBe('8×');
  await drawn(other);
  const high = await canvasPixel(other, 0.5, 0.4);
  expect(high.reduce((sum, value) => sum + value)).toBeGreaterThan(low.reduce((sum, value) => sum + value));
  await keepPicture(other, 'compare-difference');
});

inBrowser('the slider: A left of it, B right, by key and by drag', async () => {
  const visit = await openNumbered(SHORT, BLUER);
  const page = await visit('/compare?a=one&b=original&mode=split&split=0.5');
  const blueAt = async (x: number) => (await canvasPixel(page, x, 0.4))[2] ?? 0;
  const expectSplit = async (left: number, right: number) => {
    await drawn(page);
    expect([Math.abs((await blueAt(left)) - 100) < 12, Math.abs((await blueAt(right)) - 180) < 12]).toEqual([
      true,
      true,
    ]);
  };
  await expectSplit(0.48, 0.52);
  await page.focus('#divider');
  for (let press = 0; press < 2; press++) await page.keyboard.press('PageUp');
  expect(await page.getAttribute('#divider', 'aria-valuenow')).toBe('70');
  await expectSplit(0.68, 0.72);
  const stage = await page.locator('#stage').boundingBox();
  const { x = 0, y = 0, width = 0, height = 0 } = stage ?? {};
  await page.mouse.move(x + width * 0.7, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.3, y + height / 2, { steps: 4 });
  await page.mouse.up();
  await expectSplit(0.28, 0.32);
  await page.keyboard.press('4');
  await drawn(page);
  expect(await blueAt(0.7)).toBeLessThan(115);
  await page.keyboard.down('x');
  await drawn(page);
  expect(await blueAt(0.3)).toBeGreaterThan(165);
  await page.keyboard.up('x');
  await drawn(page);
  expect(await blueAt(0.3)).toBeLessThan(115);
});

inBrowser('zoomed in, the pixels that are read are those that are shown', async () => {
  const visit = await openNumbered(SHORT, BLUER);
  const page = await visit('/compare?a=one&b=two&mode=a&frame=5&zoom=40&x=100&y=60');
  const box = await page.locator('#canvas').boundingBox();
  const { x = 0, y = 0, width = 1, height = 1 } = box ?? {};
  for (const [dx, dy] of [
    [0, 0],
    [41, -83],
    [-205, 121],
  ] as const) {
    // In the middle of a pixel, off the lines between them.
    await page.mouse.move(x + width / 2 + dx + 17, y + height / 2 + dy + 13);
    const place = { x: 100 + Math.floor((dx + 17) / 40), y: 60 + Math.floor((dy + 13) / 40) };
    await page.waitForSelector(`#pixel[data-x="${place.x}"][data-y="${place.y}"]`);
    const read = ((await page.getAttribute('#pixel', 'data-a')) ?? '').split(' ').map(Number);
    expect(await canvasPixel(page, 0.5 + (dx + 17) / width, 0.5 + (dy + 13) / height)).toEqual(read);
    expect(Math.abs((read[0] ?? 0) - (place.x >> 1))).toBeLessThan(9);
    expect(Math.abs((read[1] ?? 0) - place.y)).toBeLessThan(9);
  }
  await keepPicture(page, 'compare-zoomed');
});

inBrowser('zoom and pan: wheel, keys, buttons, double click', async () => {
  const visit = await openNumbered(SHORT, BLUER);
  const page = await visit('/compare?a=one&b=two&mode=a');
  const zoom = async () => Number((await page.locator('#zoom').innerText()).replace('×', ''));
  const fit = await zoom();
  const { x = 0, y = 0 } = (await page.locator('#canvas').boundingBox()) ?? {};
  await page.mouse.move(x + 400, y + 200);
  await page.mouse.wheel(0, -600);
  await expect.poll(zoom).toBeGreaterThan(fit * 3);
  await page.keyboard.press('-');
  await page.keyboard.press('0');
  expect(await zoom()).toBe(fit);
  await page.click('#zoom-in');
  expect(await zoom()).toBeCloseTo(fit * 1.5, 1);
  await page.keyboard.press('Shift+ArrowRight');
  await page.click('#zoom-one');
  expect(await zoom()).toBe(1);
  await page.click('#zoom-fit');
  await page.mouse.dblclick(x + 300, y + 200);
  await expect.poll(zoom).toBeCloseTo(fit * 2, 1);
});

inBrowser('a link restores everything', async () => {
  const visit = await openNumbered(SHORT, BLUER);
  const page = await visit('/compare?a=one&b=two&frame=21&mode=difference');
  await page.keyboard.press('.');
  await page.keyboard.press('g');
  const { x = 0, y = 0 } = (await page.locator('#canvas').boundingBox()) ?? {};
  await page.mouse.move(x + 500, y + 250);
  await page.mouse.wheel(0, -500);
  await page.selectOption('#variant', 'video');
  await page.waitForSelector('#compare[data-state=ready]');
  await expect.poll(() => page.url()).toMatch(/frame=22.*zoom=/);
  await expect.poll(() => page.url()).toContain('variant=video');
  await drawn(page);
  const here = new URL(page.url());
  expect(Object.fromEntries(here.searchParams)).toMatchObject({
    a: 'one',
    b: 'two',
    frame: '22',
    mode: 'difference',
    gain: '16',
  });
  const copy = await visit(here.pathname + here.search);
  await copy.waitForSelector('#compare[data-frame="22"][data-mode=difference]');
  await drawn(copy);
  const picture = (shown: Page) =>
    shown.evaluate(() => (document.querySelector('canvas') as HTMLCanvasElement).toDataURL());
  expect(await picture(copy)).toBe(await picture(page));
  for (const id of ['#zoom', '#gain-shown']) {
    expect(await copy.locator(id).innerText()).toBe(await page.locator(id).innerText());
  }
  expect(await copy.inputValue('#variant')).toBe('video');
});

inBrowser('a new context after the graphics processor was lost', async () => {
  const visit = await openNumbered(SHORT, BLUER);
  const page = await visit('/compare?a=one&b=two&mode=two-up&frame=9');
  await page.evaluate(() => {
    const gl = (document.querySelector('canvas') as HTMLCanvasElement).getContext('webgl2');
    const extension = gl?.getExtension('WEBGL_lose_context');
    extension?.loseContext();
    setTimeout(() => extension?.restoreContext(), 200);
  });
  await page.waitForFunction(() => document.querySelector('#graphics')?.textContent?.includes('lost'));
  await page.waitForFunction(() => document.querySelector('#graphics')?.textContent === '');
  await drawn(page);
  expect(await lookOnce(page)).toMatchObject({ a: 9, b: 9 });
});

for (const [name, options] of [
  ['light', {}],
  ['dark', { colorScheme: 'dark' }],
  ['telephone', { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true }],
] as const) {
  inBrowser(`for everybody: ${name}, and its help`, async () => {
    const visit = await openNumbered(SHORT, BLUER);
    const faultsOf = async (page: Page) => {
      await page.addScriptTag({ content: axe.source }).catch(() => page.evaluate(axe.source));
      const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    };
    for (const mode of ['split', 'two-up', 'difference']) {
      const page = await visit(`/compare?a=one&b=original&frame=12&mode=${mode}`, { ...options, bypassCSP: true });
      expect(await faultsOf(page)).toEqual([]);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wide).toBeLessThanOrEqual(0);
      await keepPicture(page, `compare-${mode}-${name}`);
      if (mode === 'split') {
        await page.keyboard.press('?');
        await page.waitForSelector('#keys[open]');
        expect(await faultsOf(page)).toEqual([]);
        await keepPicture(page, `compare-keys-${name}`);
      }
      await page.close();
    }
  });
}
