// SPDX-License-Identifier: Apache-2.0
// Measuring stopped in the middle: by its signal, by closing the kiln, by a video that breaks off.
import * as fs from 'node:fs';
import { join } from 'node:path';
import { createKiln } from 'framekiln';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENDLESS, scheduled } from '../support/documents.js';
import { make } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/folder.js';
import { expectNothingUnhandled, rejection } from '../support/unhandled.js';

expectNothingUnhandled();
const folder = temporaryFolder();
const kiln = createKiln({ threads: 2 });
afterAll(() => kiln[Symbol.asyncDispose]());
const SMALL = scheduled(16, 12, 4);

const at = (name: string) => join(folder, name);
/** Many chunks. */
const long = { video: at('long.mp4') };
const raw = { rgb: at('long.rgb'), width: 640, height: 360 };
beforeAll(async () => {
  const bars = ['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=30:duration=20'];
  await make(long.video, ...bars, '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '30');
  // Empty as far as the disk goes.
  fs.writeFileSync(raw.rgb, '');
  fs.truncateSync(raw.rgb, 640 * 360 * 3 * 600);
});

/** How often a file of ours is open in this process. */
function openFiles(): string[] {
  const links = fs.readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [fs.readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return []; // the one that listed them
    }
  });
  return links.filter((path) => path.startsWith(folder));
}

const PAIRS: [string, object, object][] = [
  ['documents', ENDLESS, ENDLESS],
  ['videos', long, long],
  ['raw pixels and a video', raw, long],
];

describe.each(PAIRS)('%s', (_, a, b) => {
  test('before it begins', async () => {
    const reason = { why: 'already' };
    expect(await rejection(kiln.measure(a, b, { signal: AbortSignal.abort(reason) }))).toBe(reason);
  });

  test('at any moment: it rejects with the reason, closes its files, and nothing runs on', async () => {
    for (let round = 0; round < 8; round++) {
      const controller = new AbortController();
      const reason = { round };
      const reports: number[] = [];
      const onProgress = () => reports.push(performance.now());
      const running = kiln.measure(a, b, { signal: controller.signal, onProgress });
      setTimeout(() => controller.abort(reason), 5 * round ** 2);
      expect(await rejection(running), `round ${round}`).toBe(reason);
      expect(openFiles()).toEqual([]);
      reports.length = 0;
      expect((await kiln.measure(SMALL, SMALL)).frames).toBe(4);
      expect(reports).toEqual([]);
    }
  });

  test('in a report of its progress, or by what that throws', async () => {
    const controller = new AbortController();
    const stop = () => controller.abort('in a report');
    expect(await rejection(kiln.measure(a, b, { signal: controller.signal, onProgress: stop }))).toBe('in a report');
    const thrown = new Error('mine');
    const onProgress = () => {
      throw thrown;
    };
    expect(await rejection(kiln.measure(a, b, { onProgress }))).toBe(thrown);
    expect(openFiles()).toEqual([]);
  });

  test('by closing the kiln', async () => {
    for (const milliseconds of [0, 40, 250]) {
      const closed = createKiln({ threads: 2 });
      const running = [closed.measure(a, b), closed.measure(b, a), closed.measure(a, a)].map(rejection);
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      await closed[Symbol.asyncDispose]();
      for (const reason of await Promise.all(running)) expect(reason).toMatchObject({ code: 'CLOSED' });
      expect(openFiles()).toEqual([]);
      expect(await rejection(closed.measure(a, b))).toMatchObject({ code: 'CLOSED' });
    }
  });

  test('one of several: the others go on', async () => {
    const controller = new AbortController();
    const range = { start: 0, end: 150 };
    const calls = [controller.signal, undefined, undefined].map((signal) => kiln.measure(a, b, { signal, range }));
    setTimeout(() => controller.abort('one'), 30);
    expect(await rejection(calls[0] as Promise<unknown>)).toBe('one');
    const [, second, third] = await Promise.allSettled(calls);
    expect(second).toMatchObject({ status: 'fulfilled', value: { frames: 150 } });
    expect(third).toEqual(second);
  });
});

test('while it passes over the frames before its range', async () => {
  const controller = new AbortController();
  const decoded: number[] = [];
  const range = { start: 599, end: 600 };
  const running = kiln.measure(long, long, { range, signal: controller.signal, onProgress: () => decoded.push(1) });
  setTimeout(() => controller.abort('enough'), 60);
  expect(await rejection(running)).toBe('enough');
  expect(openFiles()).toEqual([]);
});

describe('a video that is damaged in the middle', () => {
  const damaged = { video: at('damaged.mp4') };
  beforeAll(() => {
    const bytes = fs.readFileSync(long.video);
    const middle = bytes.length >> 1;
    for (let i = 0; i < 3000; i++) bytes[middle + i] = (i * 7919) & 255;
    fs.writeFileSync(damaged.video, bytes);
  });

  test.each<[string, object, object]>([
    ['first', damaged, long],
    ['second', long, damaged],
    ['both', damaged, damaged],
    ['beside raw pixels', raw, damaged],
  ])('%s: says what is wrong, and how many frames decoded', async (_, a, b) => {
    for (const threads of [1, 4]) {
      await using other = createKiln({ threads });
      const reason = await rejection(other.measure(a, b));
      expect(reason).toMatchObject({ code: 'INVALID_VIDEO', message: expect.stringContaining('is damaged') });
      expect((reason as Error).message).toMatch(/\b[1-9]\d* frames? (do|decode)/);
      expect(openFiles()).toEqual([]);
    }
  });

  test('up to the damage it is measured', async () => {
    const range = { start: 0, end: 200 };
    expect(await kiln.measure(long, damaged, { range })).toMatchObject({ psnr: { identicalFrames: 200 } });
  });
});
