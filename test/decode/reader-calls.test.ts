// SPDX-License-Identifier: Apache-2.0
// The reader's calls: one at a time, stopped by closing, in threads that end.
import { join } from 'node:path';
import { loadAddon, type PixelFrames } from 'framekiln/native';
import { beforeAll, expect, test } from 'vitest';
import { make } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/folder.js';
import { runScript } from '../support/process.js';

const folder = temporaryFolder();
const addon = loadAddon();

const invalid = (message: string) => expect.objectContaining({ code: 'INVALID_ARGUMENT', message });
const LONGER = ['-f', 'lavfi', '-i', 'testsrc2=size=640x360:duration=8'];
let file: string;
beforeAll(async () => {
  file = await make(join(folder, 'longer.mp4'), ...LONGER, '-c:v', 'libx264');
});

test('busy, closed, and what is no count', async () => {
  const reader = addon.openReader(file);
  const reading = reader.read(3);
  expect(() => reader.read(1)).toThrow(invalid('The reader is busy: one call at a time'));
  expect(await reading).toMatchObject({ frames: 3 });
  for (const count of [0, 10_001, 1.5, Number.NaN]) {
    expect(() => reader.read(count)).toThrow(
      invalid(expect.stringMatching(/^Expected a whole number from 1 to 10000/)),
    );
  }
  reader.close();
  reader.close();
  expect(() => reader.read(1)).toThrow(invalid('The reader is closed'));
});

test('closing stops a read, and what it read so far is dropped', async () => {
  const reader = addon.openReader(file);
  await reader.read(1);
  const reading = reader.read(10_000);
  reader.close();
  await expect(reading).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(() => reader.read(1)).toThrow(invalid('The reader is closed'));
});

test('the memory can be given to another thread', async () => {
  const reader = addon.openReader(file);
  const frames = (await reader.read(2)) as PixelFrames;
  const moved = structuredClone(frames, { transfer: [frames.data.buffer] });
  expect([moved.data.length, frames.data.length]).toEqual([640 * 360 * 3, 0]);
  reader.close();
});

test('threads that end while they read', { timeout: 60_000 }, async () => {
  const { code, stdout, stderr } = await runScript(`
      import { once } from 'node:events';
      import { setTimeout as sleep } from 'node:timers/promises';
      import { Worker } from 'node:worker_threads';
      const work = \`
        import { parentPort } from 'node:worker_threads';
        import { loadAddon } from 'framekiln/native';
        const readers = [1, 2, 3].map(() => loadAddon().openReader(${JSON.stringify(file)}));
        for (const reader of readers) reader.read(40).catch(() => undefined);
        parentPort.postMessage('reading');
        readers[1].close();
      \`;
      for (let i = 0; i < 12; i++) {
        const worker = new Worker(work, { eval: true });
        await once(worker, 'message');
        await sleep(i * 4);
        await worker.terminate();
      }
      console.log('all ended');
    `);
  expect({ code, stdout: stdout.toString(), stderr }).toEqual({ code: 0, stdout: 'all ended\n', stderr: '' });
});
