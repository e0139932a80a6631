// SPDX-License-Identifier: Apache-2.0
// The frames that the reader gives are those that FFmpeg decodes; what is wrong with a file is said where it is wrong.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKiln, type RenderSettings } from 'framekiln';
import { loadAddon, type PixelFrames } from 'framekiln/native';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scheduled } from '../support/documents.js';
import { decode, encoders, make, PICTURE, packets, probe, SOUND } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/folder.js';
import { framekiln } from '../support/process.js';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const addon = loadAddon();
const kiln = createKiln({ threads: 2 });
afterAll(() => kiln[Symbol.asyncDispose]());
const available = await encoders();
const H264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p'];

/** All frames, read by `count`; with the error that ended them, if one did. */
async function readAll(path: string, count = 7) {
  const reader = addon.openReader(path);
  const parts: PixelFrames[] = [];
  const found = () => ({ frames: parts.reduce((sum, part) => sum + part.frames, 0), parts, first: parts[0] });
  const pixels = () => Buffer.concat(parts.map(({ data }) => data));
  try {
    for (let part = await reader.read(count); part; part = await reader.read(count)) parts.push(part);
    return { ...found(), pixels: pixels(), error: undefined };
  } catch (error) {
    await expect(reader.read(1)).rejects.toThrow((error as Error).message);
    const { code, message } = error as Error & { code: string };
    return { ...found(), pixels: pixels(), error: `${code} ${message}` };
  } finally {
    reader.close();
  }
}

/** Reads all, expects what FFmpeg decodes and the probe announces, and gives a description of the frames. */
async function expectSame(path: string, pixels: string, count?: number) {
  const read = await readAll(path, count);
  expect(read.error).toBeUndefined();
  expect(read.frames).toBe(addon.probeVideo(path).frames);
  expect(read.pixels.equals(await decode(path, pixels))).toBe(true);
  const { data: _data, frames: _frames, ...description } = read.first as PixelFrames;
  for (const { data, frames, ...other } of read.parts) {
    expect(other).toEqual(description);
    expect(data.length % frames).toBe(0);
  }
  return description;
}

describe('our videos', () => {
  const limited = { matrix: 1, fullRange: false };
  test.each<[string, RenderSettings, object]>([
    ['yuv420p', { segmentSeconds: 0.3 }, { format: 'yuv420p', ...limited }],
    ['yuv444p', { chroma: '444', container: 'matroska' }, { format: 'yuv444p', ...limited }],
    ['gbrp', { lossless: true }, { format: 'gbrp', matrix: 0, fullRange: true }],
    ['yuv420p', { asRecorded: true }, { format: 'yuv420p', matrix: 2, fullRange: false }],
  ])('%s %o', async (pixels, settings, description) => {
    const width = settings.asRecorded ? 66 : 65;
    const file = at(`ours-${pixels}-${width}`);
    await kiln.renderToFile(scheduled(width, 36, 40), file, settings);
    for (const count of [1, 39, 10_000]) {
      expect(await expectSame(file, pixels, count)).toEqual({ width, height: 36, ...description });
    }
  });

  test.each(['420', '444'])('Y4M of framekiln render, %s', async (chroma) => {
    writeFileSync(at('y.json'), JSON.stringify(scheduled(35, 19, 12)));
    expect((await framekiln(['render', at('y.json'), '-o', at('y.y4m'), '--chroma', chroma])).code).toBe(0);
    const facts = { container: 'y4m', codec: 'rawvideo', frames: 12, rate: '30/1' };
    expect(addon.probeVideo(at('y.y4m'))).toMatchObject({ ...facts, width: 35, height: 19, audio: false });
    await expectSame(at('y.y4m'), `yuv${chroma}p`);
  });
});

describe("other programs' files", () => {
  test.for<[string, string, string[], string, object?]>([
    ['b-frames.mp4', 'libx264', [...H264, '-bf', '8', '-x264-params', 'open-gop=1:keyint=10'], 'yuv420p'],
    ['refresh.mp4', 'libx264', [...H264, '-x264-params', 'intra-refresh=1:keyint=20'], 'yuv420p'],
    ['709.mp4', 'libx264', [...H264, '-colorspace', 'bt709', '-color_range', 'tv'], 'yuv420p', { matrix: 1 }],
    ['601.mp4', 'libx264', [...H264, '-colorspace', 'smpte170m'], 'yuv420p', { matrix: 6 }],
    ['10-bit.mp4', 'libx264', ['-c:v', 'libx264', '-pix_fmt', 'yuv420p10le'], 'yuv420p10le', { fullRange: false }],
    ['full.mp4', 'libx264', ['-c:v', 'libx264', '-pix_fmt', 'yuvj420p'], 'yuvj420p', { fullRange: true }],
    ['hevc.mp4', 'libx265', ['-c:v', 'libx265', '-x265-params', 'log-level=none:keyint=10'], 'yuv420p'],
    ['vp9.webm', 'libvpx-vp9', ['-c:v', 'libvpx-vp9', '-auto-alt-ref', '1', '-lag-in-frames', '16'], 'yuv420p'],
    ['av1.mp4', 'libaom-av1', ['-c:v', 'libaom-av1', '-cpu-used', '8'], 'yuv420p'],
    ['b-frames.avi', 'mpeg4', ['-c:v', 'mpeg4', '-bf', '2'], 'yuv420p'],
    ['h264.avi', 'libx264', H264, 'yuv420p'],
    ['motion-jpeg.avi', 'mjpeg', ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p'], 'yuvj420p', { fullRange: true }],
    ['motion-jpeg.mov', 'mjpeg', ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj422p'], 'yuvj422p', { fullRange: true }],
    ['huffyuv.avi', 'huffyuv', ['-c:v', 'huffyuv', '-pix_fmt', 'yuv422p'], 'yuv422p'],
    ['utvideo.avi', 'utvideo', ['-c:v', 'utvideo', '-pix_fmt', 'gbrp'], 'gbrp', { fullRange: true }],
    ['ffv1.mkv', 'ffv1', ['-c:v', 'ffv1', '-pix_fmt', 'yuv444p'], 'yuv444p'],
    ['raw.avi', 'rawvideo', ['-c:v', 'rawvideo', '-pix_fmt', 'bgr24'], 'bgr24', { fullRange: true }],
    ['grey.avi', 'rawvideo', ['-c:v', 'rawvideo', '-pix_fmt', 'gray'], 'gray', { fullRange: true }],
    ['422.y4m', 'wrapped_avframe', ['-pix_fmt', 'yuv422p'], 'yuv422p', { fullRange: false }],
    ['full.y4m', 'wrapped_avframe', ['-pix_fmt', 'yuvj420p'], 'yuvj420p', { fullRange: true }],
    ['grey.y4m', 'wrapped_avframe', ['-pix_fmt', 'gray'], 'gray', { fullRange: true }],
    ['10-bit.y4m', 'wrapped_avframe', ['-strict', '-1', '-pix_fmt', 'yuv420p10le'], 'yuv420p10le'],
  ])('%s', async ([name, encoder, args, pixels, description = {}], context) => {
    context.skip(!available.has(encoder), `this ffmpeg has no ${encoder}`);
    const file = await make(at(name), ...PICTURE, ...args);
    const format = pixels.replace('yuvj', 'yuv');
    expect(await expectSame(file, pixels)).toMatchObject({ width: 160, height: 90, format, ...description });
  });

  test.for([
    ['odd-444.mp4', 'libx264', 'yuv444p'],
    ['odd.avi', 'mjpeg', 'yuvj420p'],
    ['odd-raw.avi', 'rawvideo', 'bgr24'],
    ['odd-grey.avi', 'rawvideo', 'gray'],
    ['odd-utvideo.avi', 'utvideo', 'gbrp'],
    ['odd.mkv', 'ffv1', 'yuv422p'],
    ['odd.y4m', 'wrapped_avframe', 'yuv411p'],
  ] as const)('%s', async ([name, encoder, pixels], context) => {
    context.skip(!available.has(encoder), `this ffmpeg has no ${encoder}`);
    const picture = ['-f', 'lavfi', '-i', 'testsrc=size=67x45:duration=0.4'];
    const file = await make(at(name), ...picture, '-c:v', encoder, '-pix_fmt', pixels);
    expect(await expectSame(file, pixels)).toMatchObject({ width: 67, height: 45 });
  });

  // Its hidden frames are packets of their own.
  test('VP8 with alternate references', async (context) => {
    context.skip(!available.has('libvpx'), 'this ffmpeg has no libvpx');
    const vp8 = ['-c:v', 'libvpx', '-auto-alt-ref', '1', '-lag-in-frames', '25', '-b:v', '200k'];
    for (const pass of ['1', '2']) {
      await make(at('vp8.webm'), ...PICTURE, ...vp8, '-pass', pass, '-passlogfile', at('vp8'));
    }
    expect((await packets(at('vp8.webm'))).length).toBeGreaterThan(50);
    expect(addon.probeVideo(at('vp8.webm'))).toMatchObject({ frames: 50, rate: '25/1', duration: 2 });
    await expectSame(at('vp8.webm'), 'yuv420p');
  });

  test.for([
    ['libx264', H264],
    ['libx265', ['-c:v', 'libx265', '-x265-params', 'log-level=none']],
    ['mpeg4', ['-c:v', 'mpeg4', '-bf', '2']],
  ] as const)('what an edit list hides: %s', async ([encoder, args], context) => {
    context.skip(!available.has(encoder), `this ffmpeg has no ${encoder}`);
    const file = await make(at('long.mp4'), ...PICTURE, ...SOUND, ...args, '-g', '40', '-c:a', 'aac');
    const part = await make(at('part.mp4'), '-ss', '0.5', '-i', file, '-c', 'copy');
    await expectSame(part, 'yuv420p');
    expect((await packets(part)).length).toBeGreaterThan(addon.probeVideo(part).frames);
  });

  // FFmpeg's program shows what is hidden here, so it is asked for the whole and left to count.
  test('what an edit list hides: AV1', async (context) => {
    context.skip(!available.has('libaom-av1'), 'this ffmpeg has no libaom-av1');
    const file = await make(at('long.mp4'), ...PICTURE, '-c:v', 'libaom-av1', '-cpu-used', '8', '-g', '100');
    const part = await make(at('part.mp4'), '-ss', '0.5', '-i', file, '-c', 'copy');
    const { frames, pixels, error } = await readAll(part);
    expect([frames, error]).toEqual([addon.probeVideo(part).frames, undefined]);
    expect(frames).toBeLessThan(50);
    expect(pixels.equals((await decode(file, 'yuv420p')).subarray(-pixels.length))).toBe(true);
  });

  test('rotation is for players', async (context) => {
    const upright = await make(at('upright.mp4'), ...PICTURE, ...H264);
    const turned = await make(at('turned.mp4'), '-i', upright, '-c', 'copy', '-metadata:s:v', 'rotate=90');
    const { stream } = await probe(turned);
    context.skip(!JSON.stringify(stream).includes('Display Matrix'), 'this ffmpeg turns pictures in another way');
    const { pixels, first } = await readAll(turned);
    expect(first).toMatchObject({ width: 160, height: 90 });
    expect(pixels.equals((await readAll(upright)).pixels)).toBe(true);
  });
});

describe('faults', () => {
  let whole: Buffer;
  beforeAll(async () => {
    whole = readFileSync(await make(at('whole.avi'), ...PICTURE, '-c:v', 'mpeg4', '-bf', '0', '-g', '10'));
  });

  test('a frame that does not decode: those before it, then which and how many', async () => {
    const bytes = Buffer.from(whole);
    const frame = bytes.indexOf('00dc', Math.floor(bytes.length / 2), 'latin1');
    bytes.fill(0xff, frame + 300, frame + 600);
    writeFileSync(at('damaged.avi'), bytes);
    const { frames, pixels, error } = await readAll(at('damaged.avi'));
    expect(error).toBe(`INVALID_VIDEO The video is damaged: frame ${frames} does not decode (${frames} frames do)`);
    expect(frames).toBeGreaterThan(10);
    expect(pixels.equals((await readAll(at('whole.avi'))).pixels.subarray(0, pixels.length))).toBe(true);
  });

  test('cut short', async () => {
    writeFileSync(at('cut.avi'), whole.subarray(0, whole.length / 2));
    const { frames, error } = await readAll(at('cut.avi'));
    const read = `only ${frames} of 50 frames can be read`;
    expect(error).toBe(`INVALID_VIDEO The video is cut short: ${read} (${frames} frames decode)`);
  });

  test('Y4M that ends within a frame, or holds something else', async () => {
    const bytes = readFileSync(await make(at('whole.y4m'), ...PICTURE));
    const header = bytes.indexOf('\n') + 1;
    const frame = 'FRAME\n'.length + (160 * 90 * 3) / 2;
    const verdictOf = async (data: Buffer) => {
      writeFileSync(at('odd.y4m'), data);
      const { frames, error } = await readAll(at('odd.y4m'));
      return [frames, error];
    };
    const counted = (what: string, n: number) => [
      n,
      `INVALID_VIDEO The video is ${what}: only ${n} frames can be read (${n} frame${n > 1 ? 's decode' : ' decodes'})`,
    ];
    expect(await verdictOf(bytes.subarray(0, -1))).toEqual(counted('cut short', 49));
    expect(await verdictOf(bytes.subarray(0, header + frame + 3))).toEqual(counted('cut short', 1));
    expect(await verdictOf(bytes.subarray(0, header + 4 * frame))).toEqual([4, undefined]);
    expect(await verdictOf(bytes.subarray(0, header))).toEqual([0, 'INVALID_VIDEO The video has no frames']);
    bytes.write('FRAM?', header + 5 * frame);
    expect(await verdictOf(bytes)).toEqual(counted('damaged', 5));
  });

  test('a video that changes', async () => {
    for (const [name, size] of [
      ['a', '160x90'],
      ['b', '64x36'],
    ]) {
      await make(at(`${name}.mjpeg`), '-f', 'lavfi', '-i', `testsrc2=size=${size}:duration=1`, '-c:v', 'mjpeg');
    }
    writeFileSync(at('ab.mjpeg'), Buffer.concat(['a', 'b'].map((name) => readFileSync(at(`${name}.mjpeg`)))));
    const file = await make(at('ab.avi'), '-f', 'mjpeg', '-i', at('ab.mjpeg'), '-c', 'copy');
    const kind = 'yuv420p (matrix bt470bg, full range)';
    expect(await readAll(file)).toMatchObject({
      frames: 25,
      error: `INVALID_VIDEO The video changes at frame 25: it is 64 x 36 ${kind}, and was 160 x 90 ${kind}`,
    });
  });

  test('no video at all', async () => {
    writeFileSync(at('text.avi'), 'RIFF and no more');
    const open = (path: string) => () => addon.openReader(path);
    const code = (name: string) => expect.objectContaining({ code: name });
    expect(open(at('missing.avi'))).toThrow(code('INPUT_UNREADABLE'));
    expect(open(folder)).toThrow(code('INPUT_UNREADABLE'));
    expect(open(at('text.avi'))).toThrow(code('INVALID_VIDEO'));
    const sound = await make(at('sound.avi'), ...SOUND, '-c:a', 'pcm_s16le');
    expect(await readAll(sound)).toMatchObject({
      frames: 0,
      error: 'INVALID_VIDEO The file has no video stream, only audio',
    });
  });
});
