// SPDX-License-Identifier: Apache-2.0
import { existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SharedVideos } from '../../src/experiment/shared-videos.js';
import type { StoredVideo } from '../../src/experiment/stored-video.js';
import { TemporaryFolder } from '../../src/experiment/temporary-folder.js';
import { runScript } from '../support/process.js';

const video = (key: string) => ({ key, fingerprint: 'f' }) as StoredVideo;

/** Work that ends when it is told to. */
function work() {
  let end: (result: StoredVideo | Error) => void = () => undefined;
  const result = new Promise<StoredVideo>((resolve, reject) => {
    end = (ending) => (ending instanceof Error ? reject(ending) : resolve(ending));
  });
  return { make: () => result, end };
}

describe('one video for all who ask', () => {
  test('is made once, while they wait, and then known', async () => {
    const videos = new SharedVideos();
    const { make, end } = work();
    const never = () => expect.fail('made twice');
    const all = [videos.share('f', make), videos.share('f', never), videos.share('f', never)];
    const other = await videos.share('g', async () => video('other'));
    expect(other).toEqual({ video: video('other'), made: true });
    expect(videos.find('f')).toBeUndefined();
    end(video('a'));
    expect((await Promise.all(all)).map(({ made }) => made)).toEqual([true, false, false]);
    expect([videos.find('f'), videos.find('g')]).toEqual(['a', 'other']);
    videos.forget('f');
    expect(videos.find('f')).toBeUndefined();
  });

  test('who waits for one that fails makes it, and one of them only', async () => {
    const videos = new SharedVideos();
    const first = work();
    let made = 0;
    const make = async () => video(`made ${++made}`);
    const failing = videos.share('f', first.make);
    const waiting = Array.from({ length: 5 }, () => videos.share('f', make));
    first.end(new Error('failed'));
    await expect(failing).rejects.toThrow('failed');
    expect((await Promise.all(waiting)).map((shared) => shared.video.key)).toEqual(Array(5).fill('made 1'));
    expect(made).toBe(1);
  });

  test('the oldest ones are forgotten first', () => {
    const videos = new SharedVideos();
    for (let i = 0; i < 100_001; i++) {
      videos.remember(`f${i}`, `${i}`);
      if (i === 99_999) videos.remember('f0', 'again');
    }
    expect([videos.find('f0'), videos.find('f1'), videos.find('f2')]).toEqual(['again', undefined, '2']);
  });
});

describe('a temporary folder', () => {
  test('is made when it is needed; its files go after use, and it goes in the end', async () => {
    const folder = new TemporaryFolder();
    folder[Symbol.dispose]();
    const path = await folder.withFile(async (file) => {
      writeFileSync(file, 'x');
      return file;
    });
    expect([existsSync(path), existsSync(dirname(path))]).toEqual([false, true]);
    const failing = folder.withFile(async (file) => {
      writeFileSync(file, 'x');
      throw new Error(file);
    });
    const second = await failing.catch((error: Error) => error.message);
    expect([existsSync(`${second}`), dirname(`${second}`)]).toEqual([false, dirname(path)]);
    folder[Symbol.dispose]();
    expect(existsSync(dirname(path))).toBe(false);
    folder[Symbol.dispose]();
  });

  test('goes when the process does', async () => {
    const { stdout } = await runScript(`
      import { writeFileSync } from 'node:fs';
      import { TemporaryFolder } from './dist/src/experiment/temporary-folder.js';
      await new TemporaryFolder().withFile(async (file) => {
        writeFileSync(file, 'x');
        process.stdout.write(file, () => process.exit(130));
        await new Promise(() => setInterval(() => undefined, 1000));
      });
    `);
    expect(stdout.toString()).toMatch(/\/framekiln-/);
    expect(existsSync(dirname(stdout.toString()))).toBe(false);
  });
});
