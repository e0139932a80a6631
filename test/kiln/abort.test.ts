// SPDX-License-Identifier: Apache-2.0
// Stopping a call: before, at any moment during, and after.
import { join } from 'node:path';
import { createKiln, FramekilnError, type JobOptions, type Kiln } from 'framekiln';
import { afterAll, describe, expect, test } from 'vitest';
import { ENDLESS, scheduled, sha256 } from '../support/documents.js';
import { temporaryFolder } from '../support/folder.js';
import { expectNothingUnhandled, rejection } from '../support/unhandled.js';

expectNothingUnhandled();
const folder = temporaryFolder();
const kiln = createKiln({ threads: 2 });
afterAll(() => kiln[Symbol.asyncDispose]());
const SMALL = scheduled(32, 18, 10);

let files = 0;
async function drain(frames: AsyncGenerator<unknown>): Promise<void> {
  for await (const _ of frames);
}
const CALLS: [string, (kiln: Kiln, document: object, options: JobOptions) => Promise<unknown>][] = [
  ['render', (k, document, options) => k.render(document, {}, options)],
  ['render in one piece', (k, document, options) => k.render(document, { segmentSeconds: 60 }, options)],
  ['renderToFile', (k, document, options) => k.renderToFile(document, join(folder, `${files++}`), {}, options)],
  ['frames', (k, document, options) => drain(k.frames(document, options))],
];
const BRIEF: typeof CALLS = [
  ...CALLS,
  ['chromaFidelity', (k, document, options) => k.chromaFidelity(document, options)],
  ['contactSheet', (k, document, options) => k.contactSheet(document, options)],
];

test.each(BRIEF)('%s: a signal that is aborted already', async (_, call) => {
  const reason = new Error('already');
  expect(await rejection(call(kiln, ENDLESS, { signal: AbortSignal.abort(reason) }))).toBe(reason);
  expect(await rejection(call(kiln, ENDLESS, { signal: AbortSignal.abort() }))).toMatchObject({ name: 'AbortError' });
});

describe.each(CALLS)('%s', (_, call) => {
  test('any moment will do: it rejects with the reason, and nothing runs on', async () => {
    for (let round = 0; round < 25; round++) {
      const controller = new AbortController();
      const reason = { round };
      let reports = 0;
      const options = { signal: controller.signal, onProgress: () => reports++ };
      const running = call(kiln, ENDLESS, options);
      const milliseconds = (round * round) / 8;
      setTimeout(() => controller.abort(reason), milliseconds);
      expect(await rejection(running), `aborted after ${milliseconds} ms`).toBe(reason);
      reports = 0;
      // Nothing of the stopped call holds the pool, or reports.
      expect((await kiln.render(SMALL)).report.frames).toBe(10);
      expect(reports).toBe(0);
    }
  });

  test('in the same turn, and in a progress event', async () => {
    const controller = new AbortController();
    const running = call(kiln, ENDLESS, { signal: controller.signal });
    controller.abort('now');
    expect(await rejection(running)).toBe('now');

    const inside = new AbortController();
    const options = { signal: inside.signal, onProgress: () => inside.abort('in progress') };
    expect(await rejection(call(kiln, ENDLESS, options))).toBe('in progress');
  });

  test('a timeout signal', async () => {
    const reason = await rejection(call(kiln, ENDLESS, { signal: AbortSignal.timeout(30) }));
    expect(reason).toMatchObject({ name: 'TimeoutError' });
  });

  test('one signal stops all its calls, and no other', async () => {
    const controller = new AbortController();
    const stopped = Array.from({ length: 4 }, () => rejection(call(kiln, ENDLESS, { signal: controller.signal })));
    const other = kiln.render(SMALL);
    await new Promise((resolve) => setTimeout(resolve, 30));
    controller.abort('all');
    expect(await Promise.all(stopped)).toEqual(['all', 'all', 'all', 'all']);
    expect((await other).report.frames).toBe(10);
  });
});

test('after the end it changes nothing', async () => {
  const controller = new AbortController();
  const { video } = await kiln.render(SMALL, {}, { signal: controller.signal });
  const before = sha256(video);
  controller.abort('late');
  expect(sha256(video)).toBe(before);
  expect(sha256((await kiln.render(SMALL)).video)).toBe(before);
});

test('the first reason counts', async () => {
  const controller = new AbortController();
  const options = {
    signal: controller.signal,
    onProgress: () => {
      controller.abort('mine');
      throw new Error('thrown later');
    },
  };
  expect(await rejection(kiln.render(ENDLESS, {}, options))).toBe('mine');
});

test('many calls at once on one kiln, some stopped: the others end well, and Node warns of nothing', async () => {
  const calls = Array.from({ length: 24 }, async (_, i) => {
    const controller = new AbortController();
    const running = kiln.render(scheduled(32, 18, 60), {}, i % 3 === 0 ? {} : { signal: controller.signal });
    if (i % 3 === 2) setTimeout(() => controller.abort(i), i / 4);
    return running.then(
      ({ report }) => report.frames,
      (reason) => (reason instanceof FramekilnError ? reason.code : reason),
    );
  });
  const results = await Promise.all(calls);
  const wrong = results.filter((result, i) => result !== 60 && !(i % 3 === 2 && result === i));
  expect(wrong).toEqual([]);
});
