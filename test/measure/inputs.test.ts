// SPDX-License-Identifier: Apache-2.0
// What can be measured, what cannot, and what is said of it.
import * as fs from 'node:fs';
import { join } from 'node:path';
import { createKiln } from 'framekiln';
import { loadAddon } from 'framekiln/native';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rawSource } from '../../src/measure/raw-source.js';
import type { FrameSource } from '../../src/measure/source.js';
import { videoSource } from '../../src/measure/video-source.js';
import type { RenderContext } from '../../src/render/video.js';
import { scheduled, stored } from '../support/documents.js';
import { make, PICTURE, SOUND } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/folder.js';
import { expectNothingUnhandled, rejection } from '../support/unhandled.js';

expectNothingUnhandled();
const folder = temporaryFolder();
const kiln = createKiln({ threads: 2 });
afterAll(() => kiln[Symbol.asyncDispose]());
const CLIP = scheduled(32, 24, 20);
const at = (name: string) => join(folder, name);

function write(name: string, data: string | Uint8Array): string {
  fs.writeFileSync(at(name), data);
  return at(name);
}

/** Code, message and remedy of what the call is refused with. */
async function refusal(a: unknown, b: unknown, options = {}): Promise<object> {
  const { code, message, remedy } = (await rejection(kiln.measure(a as object, b as object, options))) as {
    [name in 'code' | 'message' | 'remedy']: string;
  };
  return { code, message, ...(remedy !== undefined && { remedy }) };
}

let whole: string;
beforeAll(async () => {
  whole = write('whole.mp4', (await kiln.render(CLIP)).video);
});

describe('clips that do not fit', () => {
  const scale = "--resize scales the second to the first one's size, as OpenCV's INTER_LINEAR does.";

  test('sizes: names both', async () => {
    const other = { document: scheduled(48, 24, 20), label: 'wide.json' };
    expect(await refusal({ document: CLIP, label: 'clip.json' }, other)).toEqual({
      code: 'NOT_COMPARABLE',
      message: 'The sizes differ: clip.json has 20 frames of 32x24, wide.json has 20 frames of 48x24',
      remedy: scale,
    });
    expect(await refusal({ video: whole }, other)).toMatchObject({
      message: 'The sizes differ: whole.mp4 (h264 yuv420p) has 20 frames of 32x24, wide.json has 20 frames of 48x24',
    });
  });

  test('lengths: names both, and what both have', async () => {
    const longer = scheduled(32, 24, 23);
    expect(await refusal({ video: whole }, longer)).toEqual({
      code: 'NOT_COMPARABLE',
      message: 'The lengths differ: whole.mp4 (h264 yuv420p) has 20 frames of 32x24, document has 23 frames of 32x24',
      remedy: '--frames 0:20 takes what both have.',
    });
    expect(await kiln.measure(CLIP, longer, { range: { start: 3, end: 20 } })).toMatchObject({ frames: 17 });
    expect(await refusal(CLIP, longer, { range: { start: 3, end: 21 } })).toMatchObject({ code: 'INVALID_SETTING' });
  });

  test('both: scaling alone does not help', async () => {
    const other = scheduled(48, 36, 23);
    expect(await refusal(CLIP, other)).toMatchObject({ code: 'NOT_COMPARABLE', remedy: scale });
    expect(await refusal(CLIP, other, { resize: true })).toMatchObject({
      message: 'The lengths differ: document has 20 frames of 32x24, document has 23 frames of 48x36',
    });
    const options = { resize: true, range: { start: 0, end: 20 } };
    expect(await kiln.measure(CLIP, other, options)).toMatchObject({ frames: 20, width: 32, height: 24 });
  });

  test.each([
    [6, 7],
    [7, 6],
    [1, 1],
    [4, 4096],
  ])('%i x %i: smaller than the window of SSIM', async (width, height) => {
    const small = scheduled(width, height, 2);
    const message = `Frames of ${width}x${height} are too small for SSIM, whose window is 7x7`;
    expect(await refusal(small, small)).toMatchObject({ code: 'NOT_COMPARABLE', message });
    // What counts is the size at which they are compared.
    expect(await kiln.measure(scheduled(8, 8, 2), small, { resize: true })).toMatchObject({ frames: 2 });
  });

  test('rates: they are compared by number, and it is said', async () => {
    const { notes, psnr } = await kiln.measure(CLIP, { ...CLIP, fps: 30000 / 1001 }, { range: { start: 0, end: 1 } });
    expect(notes).toEqual(['The frame rates differ (30/1 and 30000/1001); frames are compared by their number.']);
    expect(psnr.identicalFrames).toBe(1);
  });
});

describe('settings', () => {
  test.each<[string, unknown, unknown]>([
    ['empty', { start: 3, end: 3 }, 'range.end'],
    ['backwards', { start: 9, end: 3 }, 'range.end'],
    ['below 0', { start: -1, end: 3 }, 'range.start'],
    ['beyond', { start: 20, end: 21 }, 'range.start'],
    ['broken', { start: 0.5, end: 3 }, 'range.start'],
  ])('a range that is %s', async (_, range, setting) => {
    expect(await rejection(kiln.measure(CLIP, CLIP, { range: range as { start: 0; end: 1 } }))).toMatchObject({
      ...{ code: 'INVALID_SETTING', setting },
    });
  });

  test.each(['bt2020', '', 709, null])('luma of %j', async (luma) => {
    const reason = await rejection(kiln.measure(CLIP, CLIP, { luma: luma as 'bt709' }));
    expect(reason).toMatchObject({ code: 'INVALID_SETTING', setting: 'luma', expected: 'one of bt709, bt601' });
  });

  test.each<[unknown, string]>([
    [null, 'INVALID_SETTING'],
    ['clip.json', 'INVALID_SETTING'],
    [7, 'INVALID_SETTING'],
    [{ video: '' }, 'INVALID_SETTING'],
    [{ video: 7 }, 'INVALID_SETTING'],
    [{ rgb: null, width: 1, height: 1 }, 'INVALID_SETTING'],
    [{}, 'INVALID_DOCUMENT'],
    [[], 'INVALID_DOCUMENT'],
    [{ document: {}, label: 'x' }, 'INVALID_DOCUMENT'],
    [Buffer.from('{'), 'INVALID_DOCUMENT'],
    [stored(8, 8, 10, []), 'INVALID_DOCUMENT'],
  ])('%j is no clip', async (input, code) => {
    expect(await refusal(input, CLIP)).toMatchObject({ code });
    expect(await refusal(CLIP, input)).toMatchObject({ code });
  });
});

describe('videos', () => {
  test.each<[string, () => string, string, RegExp]>([
    ['missing', () => at('missing.mp4'), 'INPUT_UNREADABLE', /missing\.mp4: it does not exist/],
    ['a folder', () => folder, 'INPUT_UNREADABLE', /it is a directory/],
    ['empty', () => write('empty.mp4', ''), 'INVALID_VIDEO', /empty/],
    ['text', () => write('text.mp4', 'no video '.repeat(99)), 'INVALID_VIDEO', /not a video/],
    [
      'cut short',
      () => write('cut.mp4', fs.readFileSync(whole).subarray(0, -200)),
      'INVALID_VIDEO',
      /index \(moov\)|cut short/,
    ],
  ])('that are %s', async (_, path, code, message) => {
    expect(await refusal(CLIP, { video: path() })).toEqual(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  test('that are cut short: how many frames there are', async () => {
    const mkv = Buffer.from((await kiln.render(scheduled(64, 48, 60), { container: 'matroska' })).video);
    const cut = write('cut.mkv', mkv.subarray(0, mkv.length >> 1));
    const { code, message } = (await refusal(scheduled(64, 48, 60), { video: cut })) as Record<string, string>;
    expect(code).toBe('INVALID_VIDEO');
    expect(message).toMatch(/cut short.* \d+ (of \d+ )?frames/);
  });

  test('without pictures, or without any frame', async () => {
    const sound = await make(at('sound.m4a'), ...SOUND, '-c:a', 'aac');
    expect(await refusal({ video: sound }, CLIP)).toMatchObject({
      ...{ code: 'INVALID_VIDEO', message: expect.stringContaining('only audio') },
    });
    const none = await make(at('none.mp4'), ...PICTURE, '-c:v', 'libx264', '-frames:v', '0');
    expect(await refusal({ video: none }, CLIP)).toMatchObject({ code: 'INVALID_VIDEO' });
  });

  test('of 10 bits, and with sound: measured, and it is said', async () => {
    const how = ['-c:v', 'ffv1', '-pix_fmt', 'yuv420p10le'];
    const ten = await make(at('ten.mkv'), ...PICTURE, ...SOUND, ...how, '-c:a', 'pcm_s16le', '-shortest');
    const eight = await make(at('eight.mkv'), ...PICTURE, '-c:v', 'ffv1', '-pix_fmt', 'yuv420p');
    const { notes, psnr, frames } = await kiln.measure({ video: eight }, { video: ten });
    const unsaid = 'It does not say its colour matrix; BT.601 is assumed (--matrix bt709 if it is).';
    expect(notes).toEqual([
      `eight.mkv (ffv1 yuv420p): ${unsaid}`,
      'ten.mkv (ffv1 yuv420p10le): Its 10-bit samples (yuv420p10le) are converted to 8 bits.',
      'ten.mkv (ffv1 yuv420p10le): Its sound is left out.',
      `ten.mkv (ffv1 yuv420p10le): ${unsaid}`,
    ]);
    expect(frames).toBe(50);
    expect(psnr.pooled ?? Number.POSITIVE_INFINITY).toBeGreaterThan(50);
  });
});

describe('raw pixels', () => {
  test('that are no whole frames', async () => {
    const rest = write('rest.rgb', new Uint8Array(32 * 24 * 3 * 20 + 1));
    expect(await refusal({ rgb: rest, width: 32, height: 24 }, CLIP)).toEqual({
      code: 'INVALID_VIDEO',
      message: `${rest} has 46081 bytes, which are no whole frames of 32x24`,
      remedy: 'Check the size: width x height x 3 bytes a frame.',
    });
    const none = write('none.rgb', '');
    expect(await refusal({ rgb: none, width: 32, height: 24 }, CLIP)).toMatchObject({ code: 'INVALID_VIDEO' });
  });

  test.each([
    [0, 24],
    [32.5, 24],
    [32, -1],
    [8193, 24],
    ['32', 24],
    [undefined, undefined],
  ])('of %j x %j', async (width, height) => {
    const rgb = write('some.rgb', new Uint8Array(32 * 24 * 3 * 20));
    expect(await refusal({ rgb, width, height }, CLIP)).toMatchObject({ code: 'INVALID_SETTING' });
  });

  test('that cannot be read', async () => {
    const size = { width: 32, height: 24 };
    for (const rgb of [folder, at('missing.rgb'), '/dev/zero']) {
      expect(await refusal({ rgb, ...size }, CLIP)).toMatchObject({ code: 'INPUT_UNREADABLE' });
    }
  });
});

describe('files that change meanwhile', () => {
  const addon = loadAddon();
  /** A pool that is this thread. */
  const pool = { run: async (_: string, { path }: { path: string }) => addon.probeVideo(path) };
  const context = { addon, pool, cpu: 'reference' } as unknown as RenderContext;

  /** The error of reading on after `change`. */
  async function changed(source: FrameSource, change: () => void): Promise<unknown> {
    const chunks = source.chunks({ start: 0, end: source.frames }, 5);
    expect((await chunks.next()).value).toMatchObject({ frames: 5 });
    change();
    return rejection(
      (async () => {
        while (!(await chunks.next()).done);
      })(),
    );
  }

  test('raw pixels that become shorter, or are gone', async () => {
    const bytes = new Uint8Array(32 * 24 * 3 * 20);
    const rgb = write('short.rgb', bytes);
    const source = await rawSource(rgb, { width: 32, height: 24 });
    expect(await changed(source, () => fs.truncateSync(rgb, bytes.length / 2))).toMatchObject({
      ...{ code: 'INVALID_VIDEO', message: `${rgb} became shorter while it was read` },
    });
    fs.rmSync(rgb);
    expect(await rejection(source.chunks({ start: 0, end: 1 }, 1).next())).toMatchObject({ code: 'INPUT_UNREADABLE' });
  });

  test('a video that becomes shorter, or is gone', async () => {
    const bars = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25:duration=4', '-c:v', 'ffv1'];
    const video = await make(at('shrinking.mkv'), ...bars);
    const source = await videoSource(context, video, undefined);
    expect(source.frames).toBe(100);
    const shrink = () => fs.truncateSync(video, fs.statSync(video).size >> 1);
    expect(await changed(source, shrink)).toMatchObject({ code: 'INVALID_VIDEO' });
    fs.rmSync(video);
    expect(await rejection(source.chunks({ start: 0, end: 1 }, 1).next())).toMatchObject({ code: 'INPUT_UNREADABLE' });
  });

  test('a video in whose place there is another', async () => {
    const path = write('place.mp4', fs.readFileSync(whole));
    const source = await videoSource(context, path, undefined);
    const read = async () => {
      for await (const _ of source.chunks({ start: 0, end: 20 }, 20));
    };
    await read();
    write('place.mp4', (await kiln.render(scheduled(32, 24, 19))).video);
    expect(await rejection(read())).toMatchObject({
      ...{ code: 'INVALID_VIDEO', message: `${path} is not what it was: it was changed meanwhile` },
    });
    write('place.mp4', (await kiln.render(scheduled(64, 48, 20))).video);
    expect(await rejection(read())).toMatchObject({ code: 'INVALID_VIDEO' });
  });
});

test('video that does not say its matrix', async () => {
  const y4m = await make(at('unsaid.y4m'), '-i', whole);
  const tagged = await kiln.measure({ video: whole }, CLIP);
  expect(tagged.notes).toEqual([]);
  const told = await kiln.measure({ video: y4m, matrix: 'bt709' }, CLIP);
  expect([told.psnr, told.ssim]).toEqual([tagged.psnr, tagged.ssim]);
  const name = 'unsaid.y4m (rawvideo yuv420p): ';
  expect(told.notes).toContain(`${name}It does not say its colour matrix; BT.709 is assumed.`);
  const untold = await kiln.measure({ video: y4m }, CLIP);
  expect(untold.psnr.pooled).toBeLessThan(tagged.psnr.pooled as number);
  expect(untold.notes).toContain(
    `${name}It does not say its colour matrix; BT.601 is assumed (--matrix bt709 if it is).`,
  );
  expect((await kiln.measure({ video: y4m, matrix: 'bt601' }, CLIP)).psnr).toEqual(untold.psnr);
  // A matrix that is said counts.
  expect((await kiln.measure({ video: whole, matrix: 'bt601' }, CLIP)).psnr).toEqual(tagged.psnr);
  expect(await refusal({ video: y4m, matrix: 'bt2020' }, CLIP)).toEqual({
    code: 'INVALID_SETTING',
    message: 'Expected one of bt709, bt601 for matrix but received "bt2020"',
  });
});
