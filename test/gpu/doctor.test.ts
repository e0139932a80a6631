// SPDX-License-Identifier: Apache-2.0
import { beforeAll, describe, expect, test } from 'vitest';
import { buildDoubles, cli, HAS_DOUBLES, MINUTES } from './doubles.js';

describe.skipIf(!HAS_DOUBLES)('doctor, over the doubles', () => {
  beforeAll(buildDoubles, 10 * MINUTES);

  test('each GPU, what it draws and encodes', async () => {
    const { status, stdout } = await cli(['doctor'], { FK_DOUBLE_CUDA_DEVICES: '2', FK_DOUBLE_NVENC_CODECS: 'h264' });
    expect(status).toBe(0);
    expect(stdout).toMatch(/cuda:0 {6}Double of a GPU 0, .*compute capability 8\.6, driver for CUDA 13\.0/);
    expect(stdout).toMatch(/cuda:1 /);
    expect(stdout).toMatch(/draws: as the CPU \(kernels from (fatbin|ptx)\)/);
    expect(stdout).toContain('NVENC h264: h264_nvenc, one frame encoded');
    expect(stdout).toMatch(/NVENC hevc: CODEC_UNAVAILABLE: .*Codec not supported/);
    expect(stdout).toMatch(/NVENC av1: CODEC_UNAVAILABLE/);
  });

  test('--selftest compares the GPU too', { timeout: 2 * MINUTES }, async () => {
    const { status, stdout, cuda } = await cli(['doctor', '--selftest']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/selftest {4}cuda:0: 14 of 14 original frames, 200 of 200 random frames equal/);
    expect(cuda?.totals.launches).toBeGreaterThan(200);
  });

  test('a chip without an encoder, with the remedy', async () => {
    const { status, stdout } = await cli(['doctor', '--json'], { FK_DOUBLE_NVENC_FAIL: 'OpenEncodeSessionEx:1+:2' });
    expect(status).toBe(0);
    const { gpus } = JSON.parse(stdout);
    expect(gpus.devices[0].nvenc.h264.code).toBe('NO_NVENC_UNIT');
  });

  test('a GPU that is there and does not draw is a failure', async () => {
    const { status, stdout, stderr } = await cli(['doctor'], { FK_DOUBLE_CUDA_FAIL: 'cuLaunchKernel:1:719' });
    expect(status).toBe(1);
    expect(stdout).toContain('draws: DEVICE_LOST');
    expect(stderr).toContain('cuda:0 does not draw');
  });

  test('no GPU: why, and --selftest says that it skipped it', async () => {
    const { status, stdout } = await cli(['doctor', '--selftest'], { FK_DOUBLE_CUDA_DEVICES: '0' });
    expect(status).toBe(0);
    expect(stdout).toMatch(/gpu {9}none \(NO_GPU: /);
    expect(stdout).toMatch(/selftest {4}cuda: skipped \(/);
  });
});
