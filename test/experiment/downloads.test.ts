// SPDX-License-Identifier: Apache-2.0
// Originals from S3: fetched once however many experiments have them, and what becomes of failures.
import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Downloads } from '../../src/experiment/downloads.js';
import type { Stores } from '../../src/experiment/stores.js';
import { TemporaryFolder } from '../../src/experiment/temporary-folder.js';
import { expectNothingUnhandled, rejection } from '../support/unhandled.js';

expectNothingUnhandled();

interface Download {
  name: string;
  path: string;
  signal: AbortSignal | undefined;
  done(): void;
  fail(reason: unknown): void;
}

/** Downloads from stores that go on when told to. */
function opened() {
  const temporary = new TemporaryFolder();
  onTestFinished(() => temporary[Symbol.dispose]());
  const downloads: Download[] = [];
  const etags = new Map<string, string>();
  const bucket = (name: string) => ({
    head: async (key: string) => ({ etag: etags.get(key) ?? 'etag', bytes: 100 }),
    download(key: string, path: string, _maxBytes: number, signal?: AbortSignal): Promise<void> {
      return new Promise((resolve, reject) => {
        const done = () => {
          fs.writeFileSync(path, `${name}/${key}`);
          resolve();
        };
        signal?.addEventListener('abort', () => reject(signal.reason));
        downloads.push({ name: `${name}/${key}`, path, signal, done, fail: reject });
      });
    },
  });
  const copies = new Downloads({ bucket } as unknown as Stores, temporary);
  /** The next download, once it has begun. */
  const download = async (index: number): Promise<Download> => {
    while (downloads.length <= index) await new Promise((resolve) => setTimeout(resolve, 1));
    return downloads[index] as Download;
  };
  const fetch = (bucket: string, key: string, signal?: AbortSignal) =>
    copies.use(bucket, key, signal, async ({ path }) => path);
  /** How many files there are. */
  const folder = () => fs.readdirSync(dirname(temporary.path())).length;
  return { copies, fetch, download, downloads, etags, folder, temporary };
}

test('all who ask for one get the same file, which is fetched once', async () => {
  const { fetch, download, downloads } = opened();
  const asked = [fetch('b', 'k'), fetch('b', 'k'), fetch('b', 'k')];
  (await download(0)).done();
  const paths = await Promise.all([...asked, fetch('b', 'k')]);
  expect(new Set(paths).size).toBe(1);
  expect(fs.readFileSync(paths[0] as string, 'utf8')).toBe('b/k');
  expect(downloads).toHaveLength(1);
  // Neither the bucket nor the key alone says which.
  const others = [fetch('b', 'k/2'), fetch('b2', 'k')];
  for (const index of [1, 2]) (await download(index)).done();
  const texts = (await Promise.all(others)).map((path) => fs.readFileSync(path, 'utf8'));
  expect(texts).toEqual(['b/k/2', 'b2/k']);
  expect(new Set([...paths, ...(await Promise.all(others))]).size).toBe(3);
});

test('a failure is told to all who wait; whoever asks next tries again', async () => {
  const { fetch, download, downloads } = opened();
  const asked = [fetch('b', 'k'), fetch('b', 'k')].map(rejection);
  const failure = new Error('no line');
  await download(0);
  const always = setInterval(() => downloads.map(({ fail }) => fail(failure)), 1);
  expect(await Promise.all(asked)).toEqual([failure, failure]);
  clearInterval(always);
  const failed = downloads.length;
  const again = [fetch('b', 'k'), fetch('b', 'k')];
  (await download(failed)).done();
  expect(new Set(await Promise.all(again)).size).toBe(1);
  await fetch('b', 'k');
  expect(downloads).toHaveLength(failed + 1);
});

test('who gives up is told so; the others who wait get their file', async () => {
  const { fetch, download, downloads } = opened();
  const [first, second] = [new AbortController(), new AbortController()];
  const impatient = rejection(fetch('b', 'k', first.signal));
  const patient = fetch('b', 'k', second.signal);
  await download(0);
  first.abort('enough');
  expect(await impatient).toBe('enough');
  // Either the same download goes on, or there is another.
  const finish = setInterval(() => downloads.map(({ done }) => done()), 1);
  onTestFinished(() => clearInterval(finish));
  expect(fs.readFileSync(await patient, 'utf8')).toBe('b/k');
});

test('who joins later and gives up first does not wait any longer', async () => {
  const { fetch, download } = opened();
  const patient = fetch('b', 'k');
  await download(0);
  const stop = new AbortController();
  const impatient = rejection(fetch('b', 'k', stop.signal));
  stop.abort('enough');
  setTimeout(async () => (await download(0)).done(), 50);
  expect(await impatient).toBe('enough');
  expect(fs.existsSync(await patient)).toBe(true);
});

test('copies go with their folder', async () => {
  const { fetch, download, temporary } = opened();
  const asked = fetch('b', 'k');
  (await download(0)).done();
  const path = await asked;
  expect(fs.existsSync(path)).toBe(true);
  temporary[Symbol.dispose]();
  expect(fs.existsSync(path)).toBe(false);
});

test('a changed object is fetched again; of many the ones used last are kept, and all that are used', async () => {
  const { copies, downloads, etags, folder } = opened();
  let finished = 0;
  const finish = setInterval(() => {
    if (finished < downloads.length) downloads[finished++]?.done();
  }, 1);
  onTestFinished(() => clearInterval(finish));
  const path = (key: string) => copies.use('b', key, undefined, async (copy) => copy.path);
  const first = await path('k');
  etags.set('k', 'changed');
  expect(await path('k')).not.toBe(first);
  expect(downloads).toHaveLength(2);

  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let using = '';
  const used = copies.use('b', 'used', undefined, async (copy) => {
    using = copy.path;
    await released;
  });
  const paths: string[] = [];
  for (let i = 0; i < 30; i++) paths.push(await path(`k${i}`));
  const kept = () => [...paths, using].filter((file) => fs.existsSync(file));
  await vi.waitFor(() => expect(kept()).toEqual([...paths.slice(-16), using]));
  release();
  await used;
  await path('k29');
  await vi.waitFor(() => expect(folder()).toBe(16));
});
