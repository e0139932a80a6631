// SPDX-License-Identifier: Apache-2.0
// What the pool's threads do beside rendering: documents, clocks, and running out of memory.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { loadAddon } from 'framekiln/native';
import { afterAll, describe, expect, test } from 'vitest';
import { parseInPool } from '../../dist/src/render/parse.js';
import { RenderPool } from '../../dist/src/render/pool.js';
import { assembleDocument } from '../../src/document/assemble.js';
import { parseDocument } from '../../src/document/parse.js';
import { golden, SMALL_GOLDENS, scheduled, stored } from '../support/documents.js';
import { temporaryFolder } from '../support/folder.js';

const addon = loadAddon();
const pool = new RenderPool(2);
afterAll(() => pool.close());

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const failure = (call: Promise<unknown>) =>
  call.then(
    () => 'nothing was thrown',
    (error) => error,
  );

describe('documents', () => {
  test.each(SMALL_GOLDENS)('%s is the same as on this thread', async (name) => {
    const { bytes } = golden(name);
    for (const data of [bytes, gzipSync(bytes)]) {
      const { table, jsonBytes } = (await parseInPool(pool, data)).document;
      expect(table).toEqual(parseDocument(JSON.parse(bytes.toString()), addon.defaultSchedule));
      expect(jsonBytes).toBe(bytes.length);
    }
  });

  test('the default schedule, and a bare list with its clip', async () => {
    const schedule = scheduled(64, 36, 50);
    expect((await parseInPool(pool, json(schedule))).document.table).toEqual(
      parseDocument(schedule, addon.defaultSchedule),
    );
    const { parameters } = stored(64, 36, 24, [[0, 0.5, 'pastel']]);
    const clip = { resolution: '64x36', fps: 24 };
    const wanted = parseDocument(assembleDocument(parameters, clip), addon.defaultSchedule);
    const { document, bare } = await parseInPool(pool, json(parameters), clip);
    expect(document.table).toEqual(wanted);
    expect(bare).toBe(true);
  });

  test('the bytes stay the caller’s, also as a view of something larger', async () => {
    const { bytes } = golden('tiny_2x2');
    const large = Buffer.concat([Buffer.alloc(100), bytes, Buffer.alloc(100)]);
    const view = large.subarray(100, -100);
    expect((await parseInPool(pool, view)).document.jsonBytes).toBe(bytes.length);
    expect(view.equals(bytes)).toBe(true);
  });

  test.each<[string, Buffer, object]>([
    [
      'a wrong value',
      json({ ...stored(64, 36, 30, [[0, 0.5, 'pastel']]), resolution: [64, 0] }),
      { pointer: '/resolution/1', expected: 'an integer from 1 to 8192', received: '0' },
    ],
    ['no JSON', Buffer.from('{"version": '), { message: expect.stringContaining('The document is not JSON: ') }],
    ['no text', Buffer.from([0x80]), { message: 'The document is not JSON: it is not UTF-8 text' }],
    ['broken gzip', Buffer.from([0x1f, 0x8b, 8, 0]), { message: expect.stringContaining('gzip data is damaged') }],
    ['a bomb', Buffer.alloc(60_000_000, '{},'), { expected: 'up to 2097152 objects and arrays' }],
  ])('%s: the error arrives whole', async (_, bytes, fields) => {
    const error = await failure(parseInPool(pool, bytes));
    expect(error).toMatchObject({ name: 'FramekilnError', code: 'INVALID_DOCUMENT', ...fields });
    expect(error).toBeInstanceOf(Error);
  });
});

describe('videos', () => {
  const folder = temporaryFolder();

  test('probing: facts, faults and the cancel word', async () => {
    const missing = join(folder, 'missing.mp4');
    expect(await failure(pool.run('probe', { path: missing }))).toMatchObject({
      code: 'INPUT_UNREADABLE',
      message: `Cannot read ${missing}: it does not exist`,
    });
    const control = new Int32Array(new SharedArrayBuffer(8));
    control[0] = 1;
    const path = join(import.meta.dirname, 'pool.test.ts');
    expect(await failure(pool.run('probe', { path }))).toMatchObject({ code: 'INVALID_VIDEO' });
    expect(await failure(pool.run('probe', { path, control }))).toMatchObject({ code: 'CANCELLED' });
    expect(readFileSync(path).length).toBeGreaterThan(0);
  });
});

test('it adds up how long its tasks ran, failed ones too', async () => {
  const own = new RenderPool(1);
  try {
    expect(own.busySeconds).toBe(0);
    await parseInPool(own, golden('families_640x360').bytes);
    const after = own.busySeconds;
    expect(after).toBeGreaterThan(0);
    await failure(parseInPool(own, Buffer.from('{')));
    expect(own.busySeconds).toBeGreaterThan(after);
  } finally {
    await own.close();
  }
});

describe('a thread out of memory', () => {
  // Small, so that little memory is needed to run out of it. Literals that JSON does not know take JavaScript's memory.
  const HEAP_MEGABYTES = 48;
  const heavy = Buffer.concat([Buffer.from('['), Buffer.alloc(6_000_000, 'NaN,'), Buffer.from('0]')]);
  const light = golden('tiny_2x2').bytes;

  test.each([1, 2])('fails its task alone, of %d threads', async (threads) => {
    const own = new RenderPool(threads, HEAP_MEGABYTES);
    try {
      for (let round = 0; round < 2; round++) {
        // Queued behind one another; each heavy one ends its thread.
        const bytes = [heavy, light, light, heavy, light, heavy, light];
        const results = await Promise.all(bytes.map((data) => parseInPool(own, data).catch((error) => error)));
        for (const [i, result] of results.entries()) {
          if (bytes[i] === light) expect(result).toMatchObject({ document: { jsonBytes: light.length } });
          else expect(result).toMatchObject({ code: 'INVALID_DOCUMENT', cause: { code: 'OUT_OF_MEMORY' } });
        }
      }
    } finally {
      await own.close();
    }
  });
});
