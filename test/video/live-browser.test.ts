// SPDX-License-Identifier: Apache-2.0
// A browser plays a video that is still being made: its bytes come as its segments do.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadAddon } from 'framekiln/native';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LiveVideo } from '../../src/render/live.js';
import type { RenderSettings } from '../../src/render/settings.js';
import { findChromium, launchChromium } from '../support/browser.js';
import { scheduled } from '../support/documents.js';
import { segmentsOf } from '../support/segments.js';

const executable = findChromium();
const addon = loadAddon();
const VIDEOS: [string, object, RenderSettings, frames: number, frameSeconds: number][] = [
  ['default', scheduled(320, 180, 75), {}, 75, 1 / 30],
  ['ntsc', scheduled(161, 91, 45, 29.97), {}, 45, 1001 / 30000],
  ['444', scheduled(320, 180, 45), { chroma: '444' }, 45, 1 / 30],
  ['short', scheduled(64, 36, 3), {}, 3, 1 / 30],
];

let server: Server;
let browser: Browser;
let page: Page;
/** The videos, fed by whoever asks: a segment when the page says so. */
const feeds = new Map<string, { live: LiveVideo; next: () => boolean }>();

beforeAll(async () => {
  if (!executable) return;
  server = createServer(async (request, response) => {
    const [, what, name = ''] = (request.url ?? '/').split('/');
    const feed = feeds.get(name);
    if (what === '') return void response.setHeader('content-type', 'text/html').end('<!doctype html><title>v</title>');
    if (!feed) return void response.writeHead(404).end();
    if (what === 'next') return void response.end(JSON.stringify({ more: feed.next(), type: feed.live.mimeType }));
    response.writeHead(200, { 'content-type': 'video/mp4' });
    for await (const chunk of feed.live.read()) response.write(chunk);
    response.end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  browser = await launchChromium(executable);
  page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});
afterAll(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
});
beforeEach((context) => {
  if (!executable) context.skip('no Chromium on the PATH');
});

function offer(name: string, document: object, wanted: RenderSettings): string {
  const { segments, settings } = segmentsOf(document, wanted);
  const live = new LiveVideo(addon);
  const waiting = [...segments];
  const next = () => {
    const segment = waiting.shift();
    if (segment) live.add(segment, settings);
    return waiting.length > 0;
  };
  next();
  feeds.set(name, { live, next });
  return name;
}

describe.each(VIDEOS)('%s', (name, shown, wanted, frames, frameSeconds) => {
  test.each(['MediaSource', 'a plain response'])('from %s', async (how) => {
    const seen = await page.evaluate(
      async ([source, way]) => {
        const video = document.createElement('video');
        video.muted = true;
        document.body.replaceChildren(video);
        const times: number[] = [];
        const watch = () =>
          video.requestVideoFrameCallback((_, { mediaTime }) => {
            times.push(mediaTime);
            watch();
          });
        watch();
        const ended = new Promise<string>((done) => {
          video.addEventListener('ended', () => done('ended'));
          video.addEventListener('error', () => done(`error ${video.error?.code}: ${video.error?.message}`));
        });
        const next = async () => (await fetch(`/next/${source}`)).json() as Promise<{ more: boolean; type: string }>;
        const loaded = new Promise((done) => video.addEventListener('loadeddata', done));
        let buffered: number[] | undefined;
        if (way === 'MediaSource') {
          const media = new MediaSource();
          video.src = URL.createObjectURL(media);
          await new Promise((open) => media.addEventListener('sourceopen', open));
          const { type } = await next();
          const buffer = media.addSourceBuffer(type);
          const reader = ((await fetch(`/live/${source}`)).body as ReadableStream<Uint8Array<ArrayBuffer>>).getReader();
          const feed = async () => {
            for (let part = await reader.read(); !part.done; part = await reader.read()) {
              buffer.appendBuffer(part.value);
              await new Promise((done) => buffer.addEventListener('updateend', done, { once: true }));
            }
            media.endOfStream();
            buffered = [video.buffered.length, video.buffered.start(0), video.buffered.end(0)];
          };
          void feed();
          // The first frame is there while all but the first two segments are still to come. Without MediaSource Chromium
          // reads so small a video to its end first.
          await loaded;
        } else {
          await next();
          video.src = `/live/${source}`;
        }
        while ((await next()).more) await new Promise((done) => setTimeout(done, 50));
        await video.play();
        const outcome = await ended;
        return { outcome, times, buffered, at: video.currentTime, width: video.videoWidth, height: video.videoHeight };
      },
      [offer(`${name}-${how === 'MediaSource'}`.replaceAll(' ', '-'), shown, wanted), how] as const,
    );
    const { resolution } = shown as { resolution: [number, number] };
    expect(seen).toMatchObject({ outcome: 'ended', width: resolution[0], height: resolution[1] });
    expect(Math.abs(seen.at - frames * frameSeconds)).toBeLessThan(1.5 * frameSeconds);
    const indices = seen.times.map((time) => time / frameSeconds);
    for (const index of indices) expect(index).toBeCloseTo(Math.round(index), 1);
    expect(Math.max(...indices.map(Math.round))).toBeLessThan(frames);
    if (!seen.buffered) return;
    expect(seen.buffered.slice(0, 2)).toEqual([1, 0]);
    expect(seen.buffered[2]).toBeCloseTo(frames * frameSeconds, 4);
  });
});
