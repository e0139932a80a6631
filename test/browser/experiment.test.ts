// SPDX-License-Identifier: Apache-2.0
// The page of an experiment in Chromium, beside its player.
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { entry, record, smallDocument } from '../support/records.js';
import { useDashboard } from './dashboard.js';

const { inBrowser, open } = await useDashboard();

const HOSTILE = `<script>document.title='stolen'</script>"'><img src=x onerror="document.title='stolen'">\u202e${'w'.repeat(300)}`;

inBrowser('texts of records are texts, however long and in whatever direction', async () => {
  const { here, visit } = await open();
  const experiments = `[${entry({ approach: HOSTILE, real_metrics: { [HOSTILE]: HOSTILE } })}]`;
  const parameters = smallDocument(1);
  await here.put(record('odd', { experiments, status: HOSTILE, parameters }));
  for (const path of ['/', '/experiments/odd']) {
    for (const width of [1440, 1265, 390]) {
      const page = await visit(path, { viewport: { width, height: 900 } });
      expect(await page.locator('.approach').first().textContent()).toBe(HOSTILE);
      expect(await page.title()).toMatch(/framekiln$/);
      expect(await page.locator('main script, main img[src=x]').count()).toBe(0);
      const [all, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect(all).toBe(seen);
    }
  }
});

inBrowser('an id that no page can have is no link, and its page says so', async () => {
  const { here, visit } = await open();
  await here.put(record('<b>x</b>'), record('demo/../elsewhere'));
  const page = await visit('/');
  expect(await page.locator('tbody th').allInnerTexts()).toEqual(
    expect.arrayContaining(['<b>x</b>', 'demo/../elsewhere']),
  );
  expect(await page.locator('tbody a').count()).toBe(0);
  const refused = await visit('/experiments/%3Cb%3Ex%3C%2Fb%3E');
  expect(await refused.locator('.problem').innerText()).toContain('INVALID_ID');
});

inBrowser('an experiment that is not there: a page that says so, and leads on', async () => {
  const { visit } = await open();
  const page = await visit('/experiments/nobody');
  expect(await page.locator('h1').innerText()).toBe('Nothing is here');
  expect(await page.locator('.problem').innerText()).toContain('EXPERIMENT_NOT_FOUND');
  await page.click('text=All experiments');
  expect(await page.locator('.empty').innerText()).toContain('There are no experiments yet.');
});

inBrowser('without a script everything can be read, and the video is a link', async () => {
  const { here, visit } = await open();
  await here.put(record('one', { parameters: smallDocument(1) }));
  await here.kiln().backfill();
  const page = await visit('/experiments/one', { javaScriptEnabled: false });
  const facts = await page.locator('section:has(#document)').innerText();
  expect(facts).toMatch(/32 × 24.*10 frames\/s.*Families.*Palettes/s);
  expect(await page.locator('figure.timeline img').getAttribute('src')).toBe('/api/experiments/one/parameters.svg');
  expect(await page.locator('#regenerate').isVisible()).toBe(false);
  expect(await page.locator('a:text("Side by side")').getAttribute('href')).toBe('/compare?a=one');
  expect(await page.locator('#view-video').getAttribute('href')).toBe('/api/experiments/one/video');
  const answer = await page.request.get(new URL('/api/experiments/one/video', page.url()).href);
  expect(answer.headers()['content-type']).toBe('video/mp4');
});

inBrowser('the place of the video is as large as the video before that is there', async () => {
  const { here, visit } = await open();
  await here.put(record('one', { parameters: smallDocument(1) }));
  const page = await visit('/experiments/one');
  const heightOf = () => page.locator('.stage').evaluate((stage) => stage.clientHeight);
  const before = await heightOf();
  // The server never answers about the video.
  await page.route('**/video?variant=*', () => undefined);
  await page.click('#view-video');
  await page.waitForSelector('.stage video');
  expect(await heightOf()).toBe(before);
  expect(await page.locator('.stage video').getAttribute('poster')).toBe('/api/experiments/one/poster.png');
});

inBrowser('a download is a file of its name, whether the video is there or not', async () => {
  const { here, visit } = await open();
  await here.put(record('one', { parameters: smallDocument(1) }));
  for (const state of ['not made yet', 'stored']) {
    const page = await visit('/experiments/one');
    expect(await page.locator('#video-state').innerText()).toBe(state);
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('text=Download')]);
    expect(download.suggestedFilename()).toBe('one.mp4');
    expect(
      readFileSync(await download.path())
        .subarray(4, 8)
        .toString(),
    ).toBe('ftyp');
    expect(page.url()).toMatch(/\/experiments\/one$/);
    await here.kiln().backfill();
  }
});

inBrowser('quality against the original is measured when asked for, and its plot leads to frames', async () => {
  const { here, visit } = await open();
  const experiments = `[${entry({ real_metrics: { compression_method: 'procedural_demoscene', resolution: '32x24', fps: 10, duration: 0.6 } })}]`;
  await here.put(record('one', { experiments }));
  const page = await visit('/experiments/one');
  await page.click('button:text("Measure PSNR and SSIM")');
  const plot = page.locator('#quality-part figure.timeline img');
  await expect.poll(() => plot.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(960);
  const track = page.locator('#quality-part .track');
  await track.press('End');
  await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0.3);
  await page.reload();
  expect(await page.locator('#quality-part figure.timeline').count()).toBe(1);
});
