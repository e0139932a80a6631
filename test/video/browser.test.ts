// SPDX-License-Identifier: Apache-2.0
// A browser plays what we make.
import { createKiln, type RenderSettings } from 'framekiln';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findChromium, launchChromium, serveVideos, type VideoServer } from '../support/browser.js';
import { scheduled, stored } from '../support/documents.js';

const executable = findChromium();
/** One picture again and again. */
const FLAT = stored(
  320,
  180,
  30,
  Array.from({ length: 20 }, () => [0, 0.25, 'vibrant'] as const as never),
);
const VIDEOS: Record<string, [document: object, settings: RenderSettings]> = {
  'default.mp4': [scheduled(320, 180, 45), {}],
  'odd.mp4': [scheduled(641, 359, 30), { segmentSeconds: 0.5 }],
  'ntsc.mp4': [scheduled(160, 90, 45, 29.97), {}],
  'slow.mp4': [scheduled(64, 36, 10, 12.5), {}],
  '444.mp4': [scheduled(320, 180, 30), { chroma: '444', crf: 0 }],
  'flat.mp4': [FLAT, { crf: 1 }],
  'flat-444.mp4': [FLAT, { chroma: '444', crf: 0 }],
};
const videos = new Map<string, Uint8Array>();
let flat: Uint8Array;
let server: VideoServer;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (!executable) return;
  const kiln = createKiln({ threads: 2 });
  for (const [name, [document, settings]] of Object.entries(VIDEOS)) {
    videos.set(name, (await kiln.render(document, settings)).video);
  }
  for await (const { data } of kiln.frames(FLAT, { range: { start: 0, end: 1 } })) flat = data.slice();
  await kiln[Symbol.asyncDispose]();
  server = await serveVideos(videos);
  browser = await launchChromium(executable);
  page = await browser.newPage();
  await page.goto(server.url);
});
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});
beforeEach((context) => {
  if (!executable) context.skip('no Chromium on the PATH');
});

/** Plays a video to its end and tells what happened on the way. */
function play(name: string) {
  return page.evaluate(async (source) => {
    const video = document.createElement('video');
    video.muted = true;
    document.body.replaceChildren(video);
    const times: number[] = [];
    video.addEventListener('timeupdate', () => times.push(video.currentTime));
    const outcome = new Promise<string>((done) => {
      video.addEventListener('ended', () => done('ended'));
      video.addEventListener('error', () => done(`error ${video.error?.code}: ${video.error?.message}`));
    });
    video.src = source;
    video.play().catch(() => undefined);
    const { videoWidth: width, videoHeight: height } = await outcome.then(() => video);
    return { outcome: await outcome, times, width, height, duration: video.duration, shown: video.currentTime };
  }, name);
}

test.each([
  ['default.mp4', 320, 180, 1.5],
  ['odd.mp4', 641, 359, 1],
  ['ntsc.mp4', 160, 90, 1.5015],
  ['slow.mp4', 64, 36, 0.8],
  ['444.mp4', 320, 180, 1],
])('%s plays to its end at %d x %d', async (name, width, height, seconds) => {
  const played = await play(name);
  expect(played).toMatchObject({ outcome: 'ended', width, height });
  expect(played.duration).toBeCloseTo(seconds, 3);
  expect(played.shown).toBeCloseTo(seconds, 1);
  expect(played.times.every((time, i) => i === 0 || time >= (played.times[i - 1] as number))).toBe(true);
  expect(new Set(played.times).size).toBeGreaterThan(1);
});

test('it asks for ranges', () => {
  expect(server.statuses).toContain(206);
});

/** Middles of areas of one colour, 17 x 17 pixels wide. */
function flatSpots(): Map<string, [x: number, y: number]> {
  const at = (x: number, y: number) => flat.subarray((y * 320 + x) * 3, (y * 320 + x) * 3 + 3).join(' ');
  const spots = new Map<string, [number, number]>();
  for (let y = 8; y < 172; y += 4) {
    for (let x = 8; x < 312; x += 4) {
      const colour = at(x, y);
      const edge = [-8, -4, 0, 4, 8].flatMap((dx) => [-8, -4, 0, 4, 8].map((dy) => at(x + dx, y + dy)));
      if (!spots.has(colour) && edge.every((other) => other === colour)) spots.set(colour, [x, y]);
    }
  }
  return spots;
}

describe.each(['flat.mp4', 'flat-444.mp4'])('%s', (name) => {
  test('a canvas shows flat colours as they are', async () => {
    const spots = flatSpots();
    expect([...spots.keys()].filter((colour) => colour !== '0 0 0').length).toBeGreaterThan(1);
    const shown = await page.evaluate(
      async ([source, points]) => {
        const video = document.createElement('video');
        video.muted = true;
        video.src = source as string;
        await new Promise((ready, fail) => {
          video.requestVideoFrameCallback(ready);
          video.addEventListener('error', () => fail(new Error(video.error?.message)));
          document.body.replaceChildren(video);
          video.play().catch(fail);
        });
        const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
        const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
        context.drawImage(video, 0, 0);
        return (points as [number, number][]).map(([x, y]) => [...context.getImageData(x, y, 1, 1).data.slice(0, 3)]);
      },
      [name, [...spots.values()]] as const,
    );
    const colours = [...spots.keys()].map((text) => text.split(' ').map(Number));
    const table = colours.map((colour, i) => ({ colour, shown: shown[i] as number[] }));
    if (process.env.SHOW_COLOURS) console.log(name, JSON.stringify(table));
    const far = table.filter(({ colour, shown: pixel }) => pixel.some((v, c) => Math.abs(v - (colour[c] ?? 0)) > 4));
    expect(far).toEqual([]);
  });
});
