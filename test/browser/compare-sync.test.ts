// SPDX-License-Identifier: Apache-2.0
// Two videos, one clock: by what the pixels say, not by what the page counts.
import { expect } from 'vitest';
import { allowPixels, lookOnce, type Numbered, putNumbered, ready, watchNumbers } from './compare-site.js';
import { useDashboard } from './dashboard.js';

const { inBrowser, open, stores } = await useDashboard();

async function compare(path: string, one: Numbered = {}, two: Numbered = {}) {
  const dashboard = await open();
  await Promise.all([putNumbered(dashboard, one, two), allowPixels(dashboard, stores.s3.url)]);
  const page = await dashboard.visit(path);
  await ready(page);
  return page;
}

const TWO_UP = '/compare?a=one&b=original&mode=two-up';

inBrowser('five seconds of play: always a pair of the same frame', async () => {
  const page = await compare(TWO_UP);
  await page.click('#play');
  const seen = await watchNumbers(page, 5000, 20);
  const drawn = [...new Set(seen.map(({ a }) => a))];
  expect(seen.filter(({ a, b }) => a !== b)).toEqual([]);
  expect(seen.filter(({ a, frame }) => a !== frame)).toEqual([]);
  // The videos themselves too, where both were looked at in the same moment.
  expect(seen.filter(({ frameA, frameB }) => Math.abs(frameA - frameB) > 1).length).toBeLessThan(seen.length / 4);
  expect(drawn).toEqual(drawn.toSorted((one, other) => one - other));
});

inBrowser('steps are exact, back and forth, and at both ends', async () => {
  const page = await compare(`${TWO_UP}&frame=57`);
  const at = async (frame: number) => {
    await page.waitForSelector(`#compare[data-frame="${frame}"]`);
    expect(await lookOnce(page)).toEqual({ a: frame, b: frame, frame, frameA: frame, frameB: frame });
  };
  await at(57);
  for (const frame of [58, 59, 60, 61]) {
    await page.keyboard.press('.');
    await at(frame);
  }
  for (const frame of [60, 59, 58]) {
    await page.keyboard.press(',');
    await at(frame);
  }
  await page.click('#back');
  await at(57);
  await page.keyboard.press('End');
  await at(199);
  await page.click('#on');
  await at(199);
  await page.keyboard.press('Home');
  await at(0);
  await page.keyboard.press('ArrowRight');
  await at(30);
  await page.fill('#frame', '123');
  await page.press('#frame', 'Enter');
  await at(123);
});

inBrowser('it plays to the last frame, and begins again in a loop', async () => {
  const page = await compare(`${TWO_UP}&frame=40`, { frames: 60 }, { frames: 50 });
  expect(await page.locator('#notes').innerText()).toContain('A has 60 frames, B 50: the first 50 are compared.');
  await page.keyboard.press('k');
  await page.waitForSelector('#play[data-state=paused][aria-label=Play]');
  await page.waitForSelector('#compare[data-frame="49"][data-frame-a="49"][data-frame-b="49"]');
  expect(await lookOnce(page)).toMatchObject({ a: 49, b: 49 });
  await page.keyboard.press('o');
  await page.keyboard.press('k');
  const seen = await watchNumbers(page, 3000, 60);
  const again = seen.filter(({ a }, i) => a < (seen[i - 1]?.a ?? 0));
  expect(again.length).toBeGreaterThan(0);
  expect(seen.filter(({ a, b, frame }) => a !== b || a !== frame)).toEqual([]);
});

inBrowser('different rates are paired by time, and it is said', async () => {
  const page = await compare(`${TWO_UP}&frame=40`, { rate: '30' }, { rate: '30000/1001', frames: 150 });
  expect(await page.locator('#notes').innerText()).toContain('frames are paired by time');
  expect(await lookOnce(page)).toMatchObject({ a: 40, b: 40 });
  const other = await compare(`${TWO_UP}&frame=41`, { rate: '30' }, { rate: '24000/1001', frames: 150 });
  expect(await lookOnce(other)).toMatchObject({ a: 41, b: Math.floor(((41.5 / 30) * 24_000) / 1001) });
});

inBrowser('at any speed', async () => {
  const page = await compare(TWO_UP, { frames: 500 }, { frames: 500 });
  for (const speed of ['0.1', '4']) {
    await page.selectOption('#speed', speed);
    await page.click('#play[data-state=paused]');
    const seen = await watchNumbers(page, 500, 5);
    expect(seen.filter(({ a, b, frame }) => a !== b || a !== frame)).toEqual([]);
    await page.click('#play[data-state=playing]');
    await page.keyboard.press('Home');
    await page.waitForSelector('#compare[data-frame="0"]');
  }
});
