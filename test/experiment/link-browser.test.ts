// SPDX-License-Identifier: Apache-2.0
// The link on a record, as a page has it.
import { expect, onTestFinished, test } from 'vitest';
import { useBackfillStores } from '../support/backfill-stores.js';
import { findChromium, launchChromium, serveVideos } from '../support/browser.js';
import { record, smallDocument } from '../support/records.js';

const stores = await useBackfillStores();

test('a browser plays it, from the middle too', async (context) => {
  const chromium = findChromium();
  if (!chromium) return context.skip('no Chromium on the PATH');
  const here = await stores.open();
  await here.put(record('one', { parameters: smallDocument(1, { width: 320, height: 180, frames: 40 }) }));
  await here.kiln().backfill();
  const url = (await here.items())['one 1760000000']?.reconstructed_video_url?.S as string;

  // A page of another origin than the bucket's.
  await using dashboard = await serveVideos(new Map());
  const browser = await launchChromium(chromium);
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  await page.goto(dashboard.url);
  const seen = await page.evaluate(async (src) => {
    const video = document.createElement('video');
    const event = (name: string) =>
      new Promise((done, failed) => {
        video.addEventListener(name, done, { once: true });
        video.addEventListener('error', () => failed(new Error(video.error?.message)), { once: true });
      });
    video.muted = true;
    video.src = src;
    await event('loadeddata');
    video.currentTime = 2;
    await event('seeked');
    video.play();
    await event('ended');
    const { videoWidth, videoHeight, duration } = video;
    return { videoWidth, videoHeight, duration };
  }, url);
  expect(seen).toEqual({ videoWidth: 320, videoHeight: 180, duration: 4 });
});
