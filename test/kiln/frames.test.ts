// SPDX-License-Identifier: Apache-2.0
// Raw frames: order, contents, and leaving before the end.
import { createKiln, type FrameFormat } from 'framekiln';
import { frameBytes } from 'framekiln/native';
import { afterAll, describe, expect, test } from 'vitest';
import { ENDLESS, golden, SMALL_GOLDENS, scheduled, sha256 } from '../support/documents.js';

const FORMATS: FrameFormat[] = ['rgb24', 'nv12', 'i420', 'yuv444p'];
const kiln = createKiln({ threads: 2 });
afterAll(() => kiln[Symbol.asyncDispose]());

describe.each(SMALL_GOLDENS)('%s', (name) => {
  test('frames come in order, and are those of the original generator', async () => {
    const { bytes, sha256: wanted } = golden(name);
    const found: string[] = [];
    for await (const { index, data, hash } of kiln.frames(bytes)) {
      expect([index, hash.length]).toEqual([found.length, 16]);
      found.push(sha256(data));
    }
    const differing = wanted.flatMap((hash, i) => (hash === found[i] ? [] : [`frame ${i}`]));
    expect(differing).toEqual([]);
    expect(found.length).toBe(wanted.length);
  });
});

describe.each(FORMATS)('%s', (format) => {
  test('many chunks: every index once, in order, in its size; equal on one thread', async () => {
    const document = scheduled(641, 359, 60);
    await using alone = createKiln({ threads: 1 });
    const hashes: Record<string, string[]> = { alone: [], together: [] };
    for (const [who, one] of Object.entries({ alone, together: kiln })) {
      for await (const { index, data, hash } of one.frames(document, { format })) {
        expect([who, index]).toEqual([who, hashes[who]?.length]);
        expect(data.length).toBe(frameBytes(format, 641, 359));
        hashes[who]?.push(Buffer.from(hash).toString('hex'));
      }
    }
    expect(hashes.together?.length).toBe(60);
    expect(hashes.together).toEqual(hashes.alone);
  });

  test('in recycled memory: the same frames, at changing sizes, from several loops at once and after loops left early', async () => {
    const of = async (document: object, recycle: boolean, end: number) => {
      const found: string[] = [];
      for await (const { data } of kiln.frames(document, { format, recycle, range: { start: 0, end } })) {
        found.push(sha256(data));
        if (found.length === 25) break;
      }
      return found;
    };
    const documents = [scheduled(641, 359, 30), scheduled(97, 55, 30), scheduled(640, 360, 30)];
    const wanted = await Promise.all(documents.map((document) => of(document, false, 30)));
    for (let round = 0; round < 2; round++) {
      for (const [i, document] of documents.entries()) expect(await of(document, true, 30)).toEqual(wanted[i]);
    }
    expect(await Promise.all(documents.map((document) => of(document, true, 30)))).toEqual(wanted);
  });

  test('a range is the same part of the whole', async () => {
    const document = scheduled(97, 55, 40);
    const whole: Buffer[] = [];
    for await (const { data } of kiln.frames(document, { format })) whole.push(Buffer.from(data));
    for (const range of [
      { start: 0, end: 1 },
      { start: 39, end: 40 },
      { start: 13, end: 27 },
    ]) {
      let next = range.start;
      for await (const { index, data } of kiln.frames(document, { format, range })) {
        expect([range, index]).toEqual([range, next]);
        expect(whole[next]?.equals(data), `frame ${next}`).toBe(true);
        next++;
      }
      expect(next).toBe(range.end);
    }
  });
});

test.each([
  ['range.start', { range: { start: -1, end: 2 } }],
  ['range.start', { range: { start: 0.5, end: 2 } }],
  ['range.start', { range: { start: 10, end: 11 } }],
  ['range.end', { range: { start: 2, end: 2 } }],
  ['range.end', { range: { start: 0, end: 11 } }],
  ['format', { format: 'bgr24' as FrameFormat }],
])('a wrong %s is refused: %j', async (setting, options) => {
  const frames = kiln.frames(scheduled(16, 16, 10), options);
  await expect(frames.next()).rejects.toEqual(expect.objectContaining({ code: 'INVALID_SETTING', setting }));
  expect(await frames.next()).toEqual({ done: true, value: undefined });
});

test('leaving the loop early stops the work', async () => {
  const reports: number[] = [];
  for await (const { index } of kiln.frames(ENDLESS, { onProgress: ({ framesDone }) => reports.push(framesDone) })) {
    if (index === 3) break;
  }
  const after = reports.length;
  expect(Math.max(0, ...reports)).toBeLessThan(1000);
  // The pool is free again at once: the endless document would keep it.
  expect((await kiln.render(scheduled(16, 16, 3))).report.frames).toBe(3);
  expect(reports.length).toBe(after);
});

test('an error in the loop, and return() before the first frame, stop the work', async () => {
  const inLoop = async () => {
    for await (const { index } of kiln.frames(ENDLESS)) if (index === 2) throw new RangeError('mine');
  };
  await expect(inLoop()).rejects.toThrow(new RangeError('mine'));
  const unused = kiln.frames(ENDLESS);
  expect(await unused.return()).toEqual({ done: true, value: undefined });
  const started = kiln.frames(ENDLESS);
  expect((await started.next()).value?.index).toBe(0);
  await started.return();
  expect((await kiln.render(scheduled(16, 16, 3))).report.frames).toBe(3);
});

test('abort while the reader pauses: the next frame is the reason', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const frames = kiln.frames(ENDLESS, { signal: controller.signal });
  expect((await frames.next()).value?.index).toBe(0);
  await new Promise((resolve) => setTimeout(resolve, 50));
  controller.abort(reason);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const seen: number[] = [];
  const rest = async () => {
    for await (const { index } of frames) seen.push(index);
  };
  await expect(rest()).rejects.toBe(reason);
  expect(seen.length).toBeLessThan(1000);
});
