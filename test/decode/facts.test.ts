// SPDX-License-Identifier: Apache-2.0
// What the probe says of good files: ours, and other programs'.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createKiln, type RenderSettings } from 'framekiln';
import { loadAddon, type VideoFacts } from 'framekiln/native';
import { afterAll, describe, expect, test } from 'vitest';
import { playability } from '../../src/render/playable.js';
import { scheduled } from '../support/documents.js';
import { encoders, make, PICTURE, probe, SOUND } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/folder.js';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const addon = loadAddon();
const kiln = createKiln({ threads: 2 });
afterAll(() => kiln[Symbol.asyncDispose]());

describe.each<[string, RenderSettings, Partial<VideoFacts>]>([
  ['a.mp4', { segmentSeconds: 0.7 }, { container: 'mp4', codec: 'h264', profile: 'High', pixelFormat: 'yuv420p' }],
  ['a.mkv', { container: 'matroska' }, { container: 'matroska', codec: 'h264', pixelFormat: 'yuv420p' }],
  ['444.mp4', { chroma: '444' }, { container: 'mp4', profile: 'High 4:4:4 Predictive', pixelFormat: 'yuv444p' }],
  ['lossless.mp4', { lossless: true }, { container: 'mp4', codec: 'h264', pixelFormat: 'gbrp' }],
  ['recorded.mp4', { asRecorded: true }, { container: 'mp4', codec: 'mpeg4', pixelFormat: 'yuv420p' }],
])('our %s', (name, settings, facts) => {
  test.each([
    [30, '30/1'],
    [29.97, '30000/1001'],
    [12.5, '25/2'],
  ])('%d fps', async (fps, rate) => {
    const file = at(`${fps}-${name}`);
    await kiln.renderToFile(scheduled(64, 36, 70, fps), file, settings);
    const found = addon.probeVideo(file);
    expect(found).toMatchObject({ ...facts, width: 64, height: 36, frames: 70, audio: false });
    expect(found.bytes).toBe(statSync(file).size);
    // OpenCV writes 29.97 as it is said.
    expect(found.rate).toBe(settings.asRecorded && fps === 29.97 ? '2997/100' : rate);
    expect(Math.abs(found.duration - 70 / fps)).toBeLessThan(0.002);
  });
});

test('odd sizes, and one frame', async () => {
  for (const [width, height] of [
    [1, 1],
    [17, 3],
    [641, 359],
  ] as const) {
    const file = at(`${width}.mp4`);
    await kiln.renderToFile(scheduled(width, height, 1), file);
    expect(addon.probeVideo(file)).toMatchObject({ width, height, frames: 1, duration: 1 / 30, rate: '30/1' });
  }
});

const H264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p'];
const available = await encoders();

describe("other programs' files", () => {
  test.for<[string, string, string[], Partial<VideoFacts>, boolean]>([
    ['b-frames.mp4', 'libx264', [...H264, '-bf', '8', '-x264-params', 'open-gop=1:keyint=10'], { codec: 'h264' }, true],
    ['fragmented.mp4', 'libx264', [...H264, '-g', '10', '-movflags', 'frag_keyframe+empty_moov'], {}, true],
    ['refresh.mp4', 'libx264', [...H264, '-x264-params', 'intra-refresh=1:keyint=20'], {}, true],
    ['quicktime.mov', 'libx264', H264, { container: 'mp4' }, true],
    ['10-bit.mp4', 'libx264', ['-c:v', 'libx264', '-pix_fmt', 'yuv420p10le'], { profile: 'High 10' }, false],
    ['full-range.mp4', 'libx264', ['-c:v', 'libx264', '-pix_fmt', 'yuvj420p'], { pixelFormat: 'yuvj420p' }, true],
    ['hevc.mp4', 'libx265', ['-c:v', 'libx265', '-x265-params', 'log-level=none:keyint=10'], { codec: 'hevc' }, true],
    ['vp9.webm', 'libvpx-vp9', ['-c:v', 'libvpx-vp9'], { codec: 'vp9', container: 'matroska' }, true],
    ['vp8.webm', 'libvpx', ['-c:v', 'libvpx'], { codec: 'vp8' }, true],
    ['av1.mp4', 'libaom-av1', ['-c:v', 'libaom-av1', '-cpu-used', '8'], { codec: 'av1' }, true],
    ['mp4v.mp4', 'mpeg4', ['-c:v', 'mpeg4', '-bf', '2'], { codec: 'mpeg4' }, false],
    ['motion-jpeg.mp4', 'mjpeg', ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p'], { codec: 'mjpeg' }, false],
    ['ffv1.mkv', 'ffv1', ['-c:v', 'ffv1'], { codec: 'ffv1' }, false],
    ['h264.avi', 'libx264', H264, { codec: 'h264', container: 'avi' }, true],
    ['mp4v.avi', 'mpeg4', ['-c:v', 'mpeg4', '-bf', '2'], { codec: 'mpeg4', container: 'avi' }, false],
    ['motion-jpeg.avi', 'mjpeg', ['-c:v', 'mjpeg'], { codec: 'mjpeg', container: 'avi' }, false],
    ['huffyuv.avi', 'huffyuv', ['-c:v', 'huffyuv'], { codec: 'huffyuv', pixelFormat: 'yuv422p' }, false],
    ['ffvhuff.avi', 'ffvhuff', ['-c:v', 'ffvhuff'], { codec: 'ffvhuff' }, false],
    ['utvideo.avi', 'utvideo', ['-c:v', 'utvideo'], { codec: 'utvideo', container: 'avi' }, false],
    ['raw.avi', 'rawvideo', ['-c:v', 'rawvideo', '-pix_fmt', 'bgr24'], { codec: 'rawvideo' }, false],
    ['raw.mov', 'rawvideo', ['-c:v', 'rawvideo', '-pix_fmt', 'uyvy422'], { container: 'mp4' }, false],
    ['420.y4m', 'wrapped_avframe', ['-pix_fmt', 'yuv420p'], { codec: 'rawvideo', container: 'y4m' }, false],
    ['10-bit.y4m', 'wrapped_avframe', ['-strict', '-1', '-pix_fmt', 'yuv444p10le'], { container: 'y4m' }, false],
  ])('%s', async ([name, encoder, args, facts, plays], context) => {
    context.skip(!available.has(encoder), `this ffmpeg has no ${encoder}`);
    const file = await make(at(name), ...PICTURE, ...args);
    const found = addon.probeVideo(file);
    expect(found).toMatchObject({ width: 160, height: 90, frames: 50, rate: '25/1', audio: false, ...facts });
    expect(found.duration).toBeCloseTo(2, 3);
    expect(playability(found).plays).toBe(plays);
    const { stream } = await probe(file);
    expect(found).toMatchObject({ codec: stream.codec_name, pixelFormat: stream.pix_fmt });
  });

  test('with sound, and through an edit list', async () => {
    const file = await make(at('sound.mp4'), ...PICTURE, ...SOUND, ...H264, '-c:a', 'aac');
    expect(addon.probeVideo(file)).toMatchObject({ frames: 50, audio: true });
    const part = await make(at('part.mp4'), '-ss', '0.5', '-i', file, '-c', 'copy', '-an');
    const { frames } = addon.probeVideo(part);
    expect(frames).toBeGreaterThanOrEqual(37);
    expect(frames).toBeLessThan(50);
  });

  test('AVI with sound, and with frames that were dropped', async () => {
    const file = await make(at('sound.avi'), ...PICTURE, ...SOUND, '-c:v', 'mjpeg', '-c:a', 'pcm_s16le');
    expect(addon.probeVideo(file)).toMatchObject({ container: 'avi', frames: 50, audio: true });
    const drop = ['-vf', "select='not(between(n,10,19)+between(n,49,49))'", '-fps_mode', 'vfr', '-c:v', 'mjpeg'];
    expect(addon.probeVideo(await make(at('dropped.avi'), ...PICTURE, ...drop))).toMatchObject({ frames: 39 });
  });

  test('written to a pipe, so that its header knows no length', async () => {
    const file = await make(at('live.mkv'), ...PICTURE, ...H264, '-f', 'matroska', '-flush_packets', '1', '-live', '1');
    expect(addon.probeVideo(file)).toMatchObject({ frames: 50 });
    expect(readFileSync(file).length).toBe(addon.probeVideo(file).bytes);
  });
});
