// SPDX-License-Identifier: Apache-2.0
// Videos whose frames say their number by their pixels, and what a page shows of them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutBucketCorsCommand, S3Client } from '@aws-sdk/client-s3';
import type { Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { DEMO_CREDENTIALS, DEMO_REGION } from '../../src/demo/names.js';
import { corsRules } from '../../src/storage/access.js';
import { temporaryFolder } from '../support/folder.js';
import { run } from '../support/process.js';
import { record } from '../support/records.js';
import type { OpenDashboard } from './dashboard.js';

export const WIDTH = 320;
export const HEIGHT = 180;
/** At the bottom, in blocks from the lowest bit on. */
const BITS = 10;
const BLOCK = WIDTH / BITS;
const STRIP = 40;

export interface Numbered {
  frames?: number;
  rate?: string;
  /** Of the part above the numbers. */
  blue?: number;
}

/** An MP4 as a browser plays it. */
async function makeNumbered(file: string, { frames = 200, rate = '30', blue = 100 }: Numbered): Promise<string> {
  const data = Buffer.alloc(WIDTH * HEIGHT * 3 * frames);
  for (let at = 0; at < data.length; at += 3) {
    const pixel = at / 3;
    const [x, y, frame] = [pixel % WIDTH, Math.floor(pixel / WIDTH) % HEIGHT, Math.floor(pixel / WIDTH / HEIGHT)];
    const lit = (frame >> Math.floor(x / BLOCK)) & 1 ? 235 : 20;
    data.set(y >= HEIGHT - STRIP ? [lit, lit, lit] : [x >> 1, y, blue], at);
  }
  const colours = ['-color_primaries', 'bt709', '-color_trc', 'bt709', '-colorspace', 'bt709'];
  const { code, stderr } = await run(
    'ffmpeg',
    [
      ...[
        '-v',
        'error',
        '-y',
        '-f',
        'rawvideo',
        '-pix_fmt',
        'rgb24',
        '-s',
        `${WIDTH}x${HEIGHT}`,
        '-r',
        rate,
        '-i',
        '-',
      ],
      ...['-vf', 'scale=out_color_matrix=bt709:out_range=tv', '-pix_fmt', 'yuv420p', ...colours],
      ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '14', '-movflags', '+faststart', file],
    ],
    { input: data },
  );
  if (code !== 0) throw new Error(stderr);
  return file;
}

/** Experiments `one` and `two` that have such videos as somebody's own, and `one` the second as its original. */
export async function putNumbered({ here }: OpenDashboard, one: Numbered, two: Numbered): Promise<void> {
  const folder = temporaryFolder();
  const kiln = here.kiln();
  await here.put(record('one', { source: 'clips/two.mp4' }), record('two'));
  const second = await makeNumbered(join(folder, 'two.mp4'), two);
  await here.putObject('clips/two.mp4', readFileSync(second));
  await kiln.publish('one', await makeNumbered(join(folder, 'one.mp4'), one));
  await kiln.publish('two', second);
}

/** What the bucket must say for a page to read pixels, as `framekiln doctor` prints it. */
export async function allowPixels({ here }: OpenDashboard, endpoint: string): Promise<void> {
  const s3 = new S3Client({ region: DEMO_REGION, credentials: DEMO_CREDENTIALS, endpoint, forcePathStyle: true });
  onTestFinished(() => s3.destroy());
  const CORSConfiguration = { CORSRules: corsRules(['*']) };
  await s3.send(new PutBucketCorsCommand({ Bucket: here.bucket, CORSConfiguration }));
}

/** Waits until the page shows its pictures, or says why not. */
export async function ready(page: Page): Promise<void> {
  await page.waitForSelector('#compare:not([data-state=loading])');
  await page.waitForFunction(() => (document.querySelector('#compare') as HTMLElement).dataset.frame !== undefined);
}

export interface Shown {
  /** The numbers that the pixels of both sides say. */
  a: number;
  b: number;
  /** What the page says of itself. */
  frame: number;
  frameA: number;
  frameB: number;
}

/** The numbers in the pixels of a two-up canvas, whenever they change, for so long and until so many were seen. */
export function watchNumbers(page: Page, milliseconds: number, least = 1): Promise<Shown[]> {
  return page.evaluate(
    ({ milliseconds, least, width, height, bits, strip }) => {
      const canvas = document.querySelector('canvas') as HTMLCanvasElement;
      const root = document.querySelector('#compare') as HTMLElement;
      const copy = new OffscreenCanvas(bits, 2);
      const context = copy.getContext('2d', { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D;
      context.imageSmoothingEnabled = false;
      const density = canvas.width / canvas.clientWidth;
      const pane = { width: (canvas.clientWidth - 4) / 2, height: canvas.clientHeight };
      const zoom = Math.min(pane.width / width, pane.height / height);
      const read = (side: number) => {
        const left = side * (pane.width + 4) + (pane.width - width * zoom) / 2;
        const top = (pane.height + height * zoom) / 2 - (strip / 2) * zoom;
        const block = (width / bits) * zoom;
        for (let bit = 0; bit < bits; bit++) {
          const x = (left + (bit + 0.5) * block) * density;
          context.drawImage(canvas, x, top * density, 1, 1, bit, side, 1, 1);
        }
      };
      const numbers = () => {
        read(0);
        read(1);
        const { data } = context.getImageData(0, 0, bits, 2);
        const value = (side: number) =>
          Array.from({ length: bits }, (_, bit) => ((data[(side * bits + bit) * 4] ?? 0) > 128 ? 1 << bit : 0));
        return [0, 1].map((side) => value(side).reduce((sum, bit) => sum + bit, 0));
      };
      return new Promise<Shown[]>((done) => {
        const seen: Shown[] = [];
        const start = performance.now();
        const look = () => {
          const [a = -1, b = -1] = numbers();
          const { frame, frameA, frameB } = root.dataset;
          const now = { a, b, frame: Number(frame), frameA: Number(frameA), frameB: Number(frameB) };
          if (JSON.stringify(now) !== JSON.stringify(seen.at(-1))) seen.push(now);
          if (performance.now() - start < milliseconds || seen.length < least) requestAnimationFrame(look);
          else done(seen);
        };
        // After the page's own callbacks of this refresh.
        requestAnimationFrame(look);
      });
    },
    { milliseconds, least, width: WIDTH, height: HEIGHT, bits: BITS, strip: STRIP },
  );
}

/** What is on show at this moment. */
export async function lookOnce(page: Page): Promise<Shown> {
  const [shown] = await watchNumbers(page, 0);
  if (!shown) throw new Error('nothing is shown');
  return shown;
}

/** A pixel of the canvas, from its top left, in shares of its size. */
export function canvasPixel(page: Page, x: number, y: number): Promise<number[]> {
  return page.evaluate(
    ([left = 0, top = 0]) => {
      const canvas = document.querySelector('canvas') as HTMLCanvasElement;
      const copy = new OffscreenCanvas(1, 1);
      const context = copy.getContext('2d') as OffscreenCanvasRenderingContext2D;
      context.drawImage(canvas, Math.floor(left * canvas.width), Math.floor(top * canvas.height), 1, 1, 0, 0, 1, 1);
      return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
    },
    [x, y],
  );
}

/** The brightest channel of all the canvas. */
export function brightest(page: Page): Promise<number> {
  return page.evaluate(() => {
    const canvas = document.querySelector('canvas') as HTMLCanvasElement;
    const copy = new OffscreenCanvas(canvas.width, canvas.height);
    const context = copy.getContext('2d') as OffscreenCanvasRenderingContext2D;
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    return data.reduce((most, value, i) => (i % 4 === 3 ? most : Math.max(most, value)), 0);
  });
}
