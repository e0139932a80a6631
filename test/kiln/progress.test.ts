// SPDX-License-Identifier: Apache-2.0
// What a caller hears on the way.
import { join } from 'node:path';
import { createKiln, type JobOptions, type Progress } from 'framekiln';
import { afterAll, describe, expect, test } from 'vitest';
import { ENDLESS, scheduled } from '../support/documents.js';
import { temporaryFolder } from '../support/folder.js';
import { expectNothingUnhandled, rejection } from '../support/unhandled.js';

expectNothingUnhandled();
const folder = temporaryFolder();
const kiln = createKiln({ threads: 2 });
afterAll(() => kiln[Symbol.asyncDispose]());

let files = 0;
async function drain(frames: AsyncGenerator<unknown>): Promise<void> {
  for await (const _ of frames);
}
const CALLS: [string, (document: object, options: JobOptions) => Promise<unknown>][] = [
  ['render', (document, options) => kiln.render(document, {}, options)],
  ['renderToFile', (document, options) => kiln.renderToFile(document, join(folder, `${files++}`), {}, options)],
  ['frames', (document, options) => drain(kiln.frames(document, options))],
];

describe.each(CALLS)('%s', (_, call) => {
  test.each([1, 2, 1200])('%d frames: never backwards, and the last event is complete', async (frames) => {
    const events: Progress[] = [];
    await call(scheduled(160, 90, frames), { onProgress: (progress) => events.push({ ...progress }) });
    const after = events.length;
    expect(events.at(-1)).toMatchObject({ framesDone: frames, frames, etaSeconds: 0 });
    for (const [i, { framesDone, frames: all, framesPerSecond, etaSeconds }] of events.entries()) {
      expect([i, all]).toEqual([i, frames]);
      expect(framesDone, `event ${i}`).toBeGreaterThanOrEqual(events[i - 1]?.framesDone ?? 0);
      expect(framesDone).toBeLessThanOrEqual(frames);
      expect(framesPerSecond).toBeGreaterThanOrEqual(0);
      expect(etaSeconds === undefined).toBe(framesDone === 0);
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(events.length).toBe(after);
  });

  test('what it throws stops the work', async () => {
    const thrown = new TypeError('from the listener');
    const options = {
      onProgress: () => {
        throw thrown;
      },
    };
    expect(await rejection(call(ENDLESS, options))).toBe(thrown);
    // Of a brief call only the last event comes, and counts too.
    expect(await rejection(call(scheduled(16, 16, 1), options))).toBe(thrown);
  });
});

test('a range counts its own frames', async () => {
  const events: Progress[] = [];
  const onProgress = (progress: Progress): void => void events.push(progress);
  await kiln.render(ENDLESS, { range: { start: 500, end: 530 } }, { onProgress });
  expect(events.at(-1)).toMatchObject({ framesDone: 30, frames: 30 });
});

test('calls at once count for themselves', async () => {
  const last = await Promise.all(
    [5, 50, 500].map(async (frames) => {
      let seen: Progress | undefined;
      const onProgress = (progress: Progress): void => {
        seen = progress;
      };
      await kiln.render(scheduled(64, 36, frames), {}, { onProgress });
      return [seen?.framesDone, seen?.frames];
    }),
  );
  expect(last).toEqual([
    [5, 5],
    [50, 50],
    [500, 500],
  ]);
});
