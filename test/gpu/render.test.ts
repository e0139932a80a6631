// SPDX-License-Identifier: Apache-2.0
// From a document to an MP4 on a GPU, and what happens when that goes wrong: over doubles of NVIDIA's libraries.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKiln, type RenderReport } from 'framekiln';
import { beforeAll, describe, expect, test } from 'vitest';
import { succeed } from '../native/checks.js';
import { findChromium, launchChromium, serveVideos } from '../support/browser.js';
import { temporaryFolder } from '../support/folder.js';
import { buildDoubles, cli, decodeNv12, HAS_DOUBLES, MINUTES } from './doubles.js';

/** 90 frames in eight segments, of all families; the odd size is coded one column and row larger. */
const DOCUMENT = {
  version: '1.0',
  resolution: [321, 181],
  fps: 30,
  total_frames: 90,
  parameters: Array.from({ length: 90 }, (_, i) => ({
    time: i / 30,
    complexity: 0.15 + (i % 8) * 0.11,
    color_palette: ['vibrant', 'pastel', 'monochrome'][i % 3],
  })),
};
const SEGMENTS = ['--segment', '0.4'];

const folder = temporaryFolder();
const source = join(folder, 'document.json');
const wanted: { nv12: Buffer; digest: string; mp4: Uint8Array } = {
  nv12: Buffer.alloc(0),
  digest: '',
  mp4: new Uint8Array(),
};

describe.skipIf(!HAS_DOUBLES)('over the doubles', () => {
  beforeAll(async () => {
    await buildDoubles();
    writeFileSync(source, JSON.stringify(DOCUMENT));
    await using kiln = createKiln({ device: 'cpu' });
    const frames: Uint8Array[] = [];
    for await (const { data } of kiln.frames(DOCUMENT, { format: 'nv12' })) frames.push(data.slice());
    wanted.nv12 = Buffer.concat(frames);
    const { video, report } = await kiln.render(DOCUMENT, { segmentSeconds: 0.4 });
    wanted.mp4 = video;
    wanted.digest = report.framesDigest;
  }, 10 * MINUTES);

  let files = 0;
  async function render(args: string[], env: NodeJS.ProcessEnv = {}) {
    const output = join(folder, `${files++}.mp4`);
    const ended = await cli(['render', source, '-o', output, '--json', ...SEGMENTS, ...args], env);
    expect(ended.status, ended.stderr).toBe(0);
    const report = JSON.parse(ended.stdout) as RenderReport;
    expect(report.framesDigest).toBe(wanted.digest);
    return { ...ended, report, video: readFileSync(output) };
  }

  /** The decoder's frames: exact, but for the coded column and row that a container hides. */
  async function expectExact(video: Uint8Array) {
    expect(Buffer.compare(await decodeNv12(video), wanted.nv12)).toBe(0);
  }

  test('cuda and NVENC give exactly the frames', async () => {
    const { report, video, cuda, nvenc } = await render(['--device', 'cuda:0', '--encoder', 'nvenc', '--threads', '2']);
    expect(report).toMatchObject({ renderer: 'cuda:0', encoder: 'h264_nvenc', fallbacks: [] });
    await expectExact(video);
    expect(nvenc?.frames).toBeGreaterThanOrEqual(90);
    // One session a thread, and one to try it; the frames stay in the GPU's memory.
    expect(nvenc?.sessions).toBeLessThanOrEqual(3);
    expect(cuda?.totals.copies_to_host_bytes).toBeLessThan(200_000);
  });

  test('colours and the place of chroma are written as libx264 writes them', async () => {
    const { video } = await render(['--encoder', 'nvenc']);
    const fields = 'color_range,color_space,color_transfer,color_primaries,chroma_location,width,height,pix_fmt';
    const facts = (name: string, bytes: Uint8Array) => {
      const path = join(folder, name);
      writeFileSync(path, bytes);
      return succeed('ffprobe', ['-v', 'error', '-show_entries', `stream=${fields}`, '-of', 'json', path]);
    };
    expect(await facts('nvenc.mp4', video)).toBe(await facts('libx264.mp4', wanted.mp4));
  });

  test('auto takes both where they work', async () => {
    const { report } = await render([]);
    expect(report).toMatchObject({ renderer: 'cuda:0', encoder: 'h264_nvenc', fallbacks: [] });
  });

  test('cuda and libx264 give the same MP4 as the CPU, byte for byte', async () => {
    const { report, video } = await render(['--device', 'cuda', '--encoder', 'software']);
    expect(report).toMatchObject({ renderer: 'cuda:0', encoder: 'libx264', fallbacks: [] });
    expect(Buffer.compare(video, wanted.mp4)).toBe(0);
  });

  test('constant quantisers', async () => {
    const { report, video } = await render(['--constant-qp', '--crf', '20']);
    expect(report.encoder).toBe('h264_nvenc');
    await expectExact(video);
  });

  test('eight threads at once', { timeout: 2 * MINUTES }, async () => {
    const { report, video, nvenc } = await render(['--threads', '8']);
    expect(report).toMatchObject({ renderer: 'cuda:0', encoder: 'h264_nvenc', fallbacks: [] });
    expect(nvenc?.sessions).toBeGreaterThan(1);
    await expectExact(video);
  });

  test('two GPUs are both used', async () => {
    const { report, video } = await render(['--threads', '4'], { FK_DOUBLE_CUDA_DEVICES: '2' });
    expect(report.renderer).toBe('cuda:1+cuda:0');
    await expectExact(video);
    const second = await render(['--device', 'cuda:1'], { FK_DOUBLE_CUDA_DEVICES: '2' });
    expect(second.report.renderer).toBe('cuda:1');
  });

  test.each([
    ['no chip', { FK_DOUBLE_NVENC_FAIL: 'OpenEncodeSessionEx:1+:2' }, 'unsupported device (2)'],
    ['every session taken', { FK_DOUBLE_NVENC_SESSIONS: '0' }, 'out of memory (10)'],
    ['a driver too old for it', { FK_DOUBLE_NVENC_VERSION: '0x90' }, 'Required: 11.1 Found: 9.0'],
  ])('auto without NVENC (%s) draws on the GPU and encodes in software', async (_, env, why) => {
    const { report, video } = await render([], env);
    expect(report).toMatchObject({ renderer: 'cuda:0', encoder: 'libx264', fallbacks: [] });
    expect(report.why).toContain(why);
    expect(Buffer.compare(video, wanted.mp4)).toBe(0);
  });

  test.each([
    ['no GPU', { FK_DOUBLE_CUDA_DEVICES: '0' }, 'no GPU: '],
    ['an old driver', { FK_DOUBLE_CUDA_DRIVER: '10010' }, 'CUDA 10.1'],
    [
      'both images refused',
      { FK_DOUBLE_CUDA_MODULE: '209,222' },
      /NVIDIA's driver .*does not take the kernels|device auto/,
    ],
    ['a GPU that draws something else', { FK_DOUBLE_CUDA_FAIL: 'cuLaunchKernel:1+:1' }, 'no GPU: '],
  ])('auto with %s', async (_, env, why) => {
    const { report, video } = await render([], env);
    expect(report.why).toMatch(why);
    if (report.renderer.startsWith('cpu-')) expect(Buffer.compare(video, wanted.mp4)).toBe(0);
  });

  test.each([
    ['NO_GPU', ['--device', 'cuda'], { FK_DOUBLE_CUDA_DEVICES: '0' }],
    ['NO_SUCH_DEVICE', ['--device', 'cuda:3'], {}],
    ['DRIVER_TOO_OLD', ['--device', 'cuda'], { FK_DOUBLE_CUDA_DRIVER: '10010' }],
    ['NO_NVENC_UNIT', ['--encoder', 'nvenc'], { FK_DOUBLE_NVENC_FAIL: 'OpenEncodeSessionEx:1+:2' }],
    ['SESSION_LIMIT', ['--encoder', 'nvenc'], { FK_DOUBLE_NVENC_SESSIONS: '0' }],
    ['DRIVER_TOO_OLD', ['--encoder', 'nvenc'], { FK_DOUBLE_NVENC_VERSION: '0x90' }],
    ['CODEC_UNAVAILABLE', ['--codec', 'hevc'], { FK_DOUBLE_NVENC_CODECS: 'h264' }],
    ['NO_GPU', ['--codec', 'hevc'], { FK_DOUBLE_CUDA_DEVICES: '0' }],
    ['DEVICE_LOST', ['--device', 'cuda'], { FK_DOUBLE_CUDA_FAIL: 'cuLaunchKernel:1:719' }],
    ['GPU_OUT_OF_MEMORY', ['--device', 'cuda'], { FK_DOUBLE_CUDA_MEMORY: '65536' }],
  ])('%s for an explicit choice: %j', async (code, args, env) => {
    const output = join(folder, 'refused.mp4');
    const { status, stderr } = await cli(['render', source, '-o', output, '--json', ...args], env);
    const { error } = JSON.parse(stderr.trim().split('\n').at(-1) as string);
    expect(error).toMatchObject({ code, remedy: expect.stringMatching(/\w{3}/) });
    expect(status).toBe(code === 'DEVICE_LOST' || code === 'GPU_OUT_OF_MEMORY' ? 1 : 2);
  });

  describe('in the middle of the work', () => {
    test('a session that fails: libx264 makes that segment', async () => {
      const { report, video } = await render(['--threads', '1'], { FK_DOUBLE_NVENC_FAIL: 'EncodePicture:40:8' });
      expect(report).toMatchObject({
        renderer: 'cuda:0+cpu-avx2'.replace('avx2', report.renderer.split('-')[1] ?? ''),
      });
      expect(report.encoder).toBe('h264_nvenc+libx264');
      expect(report.fallbacks).toMatchObject([{ code: 'SESSION_LOST', device: 'cuda:0' }]);
      const decoded = await decodeNv12(video);
      expect(decoded.length).toBe(wanted.nv12.length);
    });

    test('a file of two encoders plays in Chromium to its end', async (context) => {
      const executable = findChromium();
      context.skip(!executable, 'no Chromium on the PATH');
      const { report, video } = await render(['--threads', '1'], { FK_DOUBLE_NVENC_FAIL: 'EncodePicture:40:8' });
      expect(report.encoder).toBe('h264_nvenc+libx264');
      await using server = await serveVideos(new Map([['mixed.mp4', video]]));
      await using browser = await launchChromium(executable as string);
      const page = await browser.newPage();
      await page.goto(server.url);
      const played = await page.evaluate(async () => {
        const element = Object.assign(document.createElement('video'), { muted: true, src: '/mixed.mp4' });
        document.body.append(element);
        const ended = new Promise((done) => {
          for (const name of ['ended', 'error']) element.addEventListener(name, () => done(name));
        });
        await element.play();
        return [await ended, element.getVideoPlaybackQuality().corruptedVideoFrames, Math.round(element.duration * 30)];
      });
      expect(played).toEqual(['ended', 0, 90]);
    });

    test('the first segment fails: one encoder makes all of them', async () => {
      const env = { FK_DOUBLE_NVENC_FAIL: 'EncodePicture:5:8' };
      const { report, video } = await render(['--threads', '1'], env);
      expect(report.encoder).toBe('libx264');
      expect(report.fallbacks).toMatchObject([{ index: 0, code: 'SESSION_LOST' }]);
      expect((await decodeNv12(video)).length).toBe(wanted.nv12.length);
    });

    test('more threads than sessions', { timeout: 2 * MINUTES }, async () => {
      const { report, video } = await render(['--threads', '6'], { FK_DOUBLE_NVENC_SESSIONS: '2' });
      for (const { code } of report.fallbacks) expect(code).toBe('SESSION_LIMIT');
      expect((await decodeNv12(video)).length).toBe(wanted.nv12.length);
    });

    test('the GPU is lost: the CPU goes on, to the same bytes', async () => {
      const env = { FK_DOUBLE_CUDA_FAIL: 'cuLaunchKernel:20:719' };
      const { report, video } = await render(['--encoder', 'software', '--threads', '2'], env);
      expect(report.renderer).toMatch(/^cuda:0\+cpu-|^cpu-/);
      expect(report.fallbacks.map(({ code }) => code)).toContain('DEVICE_LOST');
      expect(Buffer.compare(video, wanted.mp4)).toBe(0);
    });

    test('the GPU is lost with NVENC', async () => {
      const env = { FK_DOUBLE_CUDA_FAIL: 'cuLaunchKernel:40:700' };
      const { report, video } = await render(['--threads', '2'], env);
      expect(report.fallbacks.length).toBeGreaterThan(0);
      expect((await decodeNv12(video)).length).toBe(wanted.nv12.length);
    });

    test('raw frames go on too', async () => {
      const output = join(folder, 'frames.nv12');
      const env = { FK_DOUBLE_CUDA_FAIL: 'cuLaunchKernel:12:719' };
      const { status, stderr } = await cli(['render', source, '-o', output, '--quiet', '--threads', '1'], env);
      expect(status, stderr).toBe(0);
      expect(Buffer.compare(readFileSync(output), wanted.nv12)).toBe(0);
    });
  });
});
