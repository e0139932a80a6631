// SPDX-License-Identifier: Apache-2.0
// What a kiln takes and what it refuses, before any work.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createKiln, Document, FramekilnError, type KilnOptions, type RenderSettings } from 'framekiln';
import { type EncodeSettings, loadAddon } from 'framekiln/native';
import { afterAll, describe, expect, test } from 'vitest';
import { golden, scheduled, sha256 } from '../support/documents.js';
import { listing, temporaryFolder } from '../support/folder.js';

const folder = temporaryFolder();
const kiln = createKiln({ threads: 2 });
afterAll(() => kiln[Symbol.asyncDispose]());
const SMALL = scheduled(32, 18, 10);

test('bytes, gzip bytes, a Buffer, an object and a Document are the same document', async () => {
  const { bytes } = golden('tiny_17x3');
  const object = JSON.parse(bytes.toString());
  const forms = {
    buffer: bytes,
    bytes: new Uint8Array(bytes),
    gzip: gzipSync(bytes),
    object,
    opened: kiln.open(bytes),
  };
  const results = Object.entries(forms).map(async ([name, document]) => {
    const { video, report } = await kiln.render(document);
    expect([name, report.frames, report.width, report.height]).toEqual([name, 8, 17, 3]);
    return sha256(video);
  });
  expect(new Set(await Promise.all(results)).size).toBe(1);
  expect(kiln.open(forms.opened)).toBe(forms.opened);
  expect(forms.opened).toBeInstanceOf(Document);
});

test.each([
  ['text', '{}'],
  ['null', null],
  ['nothing', undefined],
  ['a number', 3],
  ['an array', [1]],
  ['an empty object', {}],
  ['no bytes', new Uint8Array()],
  ['not JSON', Buffer.from('hello')],
])('%s is no document, for any call', async (_, document) => {
  const input = document as object;
  const invalid = expect.objectContaining({ name: 'FramekilnError', code: 'INVALID_DOCUMENT' });
  await expect(kiln.render(input)).rejects.toEqual(invalid);
  await expect(kiln.renderToFile(input, join(folder, 'none.mp4'))).rejects.toEqual(invalid);
  await expect(kiln.frames(input).next()).rejects.toEqual(invalid);
  await expect(kiln.chromaFidelity(input)).rejects.toEqual(invalid);
  await expect(kiln.contactSheet(input)).rejects.toEqual(invalid);
  expect(listing(folder)).toEqual([]);
});

test.each([
  ['crf', { crf: 0 }],
  ['crf', { crf: 52 }],
  ['crf', { crf: Number.NaN }],
  ['preset', { preset: 'quick' }],
  ['chroma', { chroma: '422' }],
  ['container', { container: 'avi' }],
  ['range.start', { range: { start: 10, end: 11 } }],
  ['range.end', { range: { start: 3, end: 3 } }],
  ['segmentSeconds', { segmentSeconds: 0 }],
  ['asRecorded', { lossless: true, asRecorded: true }],
  ['crf', { lossless: true, crf: 3 }],
  ['range', { asRecorded: true, range: { start: 0, end: 2 } }],
  ['quality', { quality: 3 }],
])('a wrong %s is refused: %j', async (setting, settings) => {
  const refused = expect.objectContaining({ code: 'INVALID_SETTING', setting });
  await expect(kiln.render(SMALL, settings as RenderSettings)).rejects.toEqual(refused);
  await expect(kiln.renderToFile(SMALL, join(folder, 'none.mp4'), settings as RenderSettings)).rejects.toEqual(refused);
  expect(listing(folder)).toEqual([]);
});

test.each([
  ['threads', { threads: 0 }],
  ['threads', { threads: 257 }],
  ['threads', { threads: 1.5 }],
  ['threads', { threads: Number.NaN }],
  ['cpu', { cpu: 'neon' }],
])('a kiln of wrong %s is refused: %j', (setting, options) => {
  expect(() => createKiln(options as KilnOptions)).toThrow(
    expect.objectContaining({ code: 'INVALID_SETTING', setting }),
  );
});

describe('renderToFile', () => {
  test('leaves an existing path as it was', async () => {
    const path = join(folder, 'mine.mp4');
    writeFileSync(path, 'mine');
    await expect(kiln.renderToFile(SMALL, path)).rejects.toEqual(expect.objectContaining({ code: 'IO' }));
    expect(readFileSync(path, 'utf8')).toBe('mine');
  });

  test.each(['missing/a.mp4', '', 'a\0b.mp4'])('refuses the path %j', async (name) => {
    const before = listing(folder);
    const path = name && join(folder, name);
    const error = await kiln.renderToFile(SMALL, path).then(
      () => undefined,
      (reason) => reason,
    );
    expect(error).toBeInstanceOf(FramekilnError);
    expect(['IO', 'INVALID_ARGUMENT']).toContain(error.code);
    expect(listing(folder)).toEqual(before);
  });
});

test('a video in memory larger than its limit fails, typed, and the process goes on', async () => {
  const addon = loadAddon();
  const settings: EncodeSettings = {
    codec: 'h264_420',
    width: 64,
    height: 36,
    fpsNum: 30,
    fpsDen: 1,
    preset: 'veryfast',
    crf: 23,
  };
  const segment = addon.encodeFrames(settings, new Uint8Array(64 * 36 * 1.5 * 30));
  const fill = async (limit: number): Promise<number> => {
    const muxer = addon.createMuxer(settings, 'mp4', undefined, limit);
    for (let i = 0; i < 100; i++) await muxer.append(segment);
    return (await muxer.finish())?.byteLength ?? 0;
  };
  const bytes = await fill(1 << 20);
  expect(await fill(bytes)).toBe(bytes);
  for (const limit of [1, 100, Math.floor(bytes / 2), bytes - 1]) {
    await expect(fill(limit), `limit ${limit}`).rejects.toEqual(expect.objectContaining({ code: 'OUT_OF_MEMORY' }));
  }
  expect((await kiln.render(SMALL)).report.frames).toBe(10);
});
