// SPDX-License-Identifier: Apache-2.0
// The choice of GPU and encoder, and what is done when they fail, over a pool that answers as it is told.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FramekilnError, GPU_CODES } from '../../src/errors.js';
import { NVENC_CODECS } from '../../src/native.js';
import { checkChoice, Devices, type Means, type Tried } from '../../src/render/devices.js';
import { Fallbacks } from '../../src/render/fallback.js';
import type { RenderPool } from '../../src/render/pool.js';
import { gpuError } from '../../src/render/remedies.js';

/** Answers what trying GPUs and NVENC comes to, and counts how often it is asked. */
function poolOf(gpus: Tried, nvenc: Tried) {
  const asked = { openGpus: 0, openNvenc: 0 };
  const run = async (name: 'openGpus' | 'openNvenc') => {
    asked[name]++;
    return name === 'openGpus' ? gpus : nvenc;
  };
  return { pool: { run } as unknown as RenderPool, asked };
}

const NONE: Tried = { working: [], code: 'LIB_MISSING', message: 'libcuda.so.1 is not on this system' };
const NO_CHIP: Tried = { working: [], code: 'NO_NVENC_UNIT', message: 'unsupported device (2)' };

async function meansOf(
  device: string,
  encoder: string,
  gpus: Tried,
  nvenc: Tried,
  codec: Parameters<Devices['means']>[0],
) {
  const devices = new Devices(poolOf(gpus, nvenc).pool, ...checkChoice(device, encoder));
  return devices.means(codec).catch((error) => error as FramekilnError);
}

describe('the choice', () => {
  test.each([
    ['gpu', 'auto', 'auto, cpu, cuda or cuda:N for device but received "gpu"'],
    ['cuda:', 'auto', 'cuda:N for device but received "cuda:"'],
    ['cuda:123', 'auto', 'received "cuda:123"'],
    ['auto', 'x264', 'auto, software or nvenc for encoder but received "x264"'],
    ['cpu', 'nvenc', 'auto or software (with device cpu) for encoder but received "nvenc"'],
  ])('%s and %s are refused', (device, encoder, message) => {
    expect(() => checkChoice(device, encoder)).toThrow(message);
  });

  test('auto: the CPU where there is no GPU, and why', async () => {
    const means = await meansOf('auto', 'auto', NONE, NO_CHIP, 'h264_420');
    expect(means).toEqual({ devices: [], nvenc: false, why: 'no GPU: libcuda.so.1 is not on this system' });
  });

  test('auto: a GPU without NVENC draws', async () => {
    const means = await meansOf('auto', 'auto', { working: [0, 1] }, NO_CHIP, 'h264_420');
    expect(means).toEqual({ devices: [0, 1], nvenc: false, why: 'device auto; no NVENC: unsupported device (2)' });
  });

  test('NVENC works on one of two GPUs: that one alone is used', async () => {
    const means = await meansOf('auto', 'nvenc', { working: [0, 1] }, { working: [1] }, 'h264_420');
    expect(means).toMatchObject({ devices: [1], nvenc: true });
  });

  test('exact coding stays in software whatever was asked for', async () => {
    expect(await meansOf('auto', 'nvenc', { working: [0] }, { working: [0] }, 'h264_444')).toMatchObject({
      nvenc: false,
    });
  });

  const tried = fc.oneof(
    fc.constant({ working: [0] }),
    fc.constant({ working: [0, 1] }),
    fc.constantFrom(...GPU_CODES).map((code) => ({ working: [], code, message: 'why' })),
  );
  test('an explicit choice is had or refused with its code; auto is never refused for H.264', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('auto', 'cpu', 'cuda', 'cuda:1'),
        fc.constantFrom('auto', 'software', 'nvenc'),
        tried,
        tried,
        fc.constantFrom(...NVENC_CODECS, 'h264_444' as const),
        async (device, encoder, gpus, nvenc, codec) => {
          fc.pre(!(device === 'cpu' && encoder === 'nvenc'));
          const means = await meansOf(device, encoder, gpus, nvenc, codec);
          if (means instanceof Error) {
            expect(means.code === 'INVALID_SETTING' || means.remedy !== undefined).toBe(true);
            expect([device, encoder, codec]).not.toEqual(['auto', 'auto', 'h264_420']);
            return;
          }
          if (means.nvenc) expect(means.devices).not.toEqual([]);
          if (device === 'cpu') expect(means.devices).toEqual([]);
          if (device.startsWith('cuda')) expect(means.devices).not.toEqual([]);
          if (encoder === 'software') expect(means.nvenc).toBe(false);
          if (encoder === 'nvenc' && codec !== 'h264_444') expect(means.nvenc).toBe(true);
          if (codec === 'hevc_420' || codec === 'av1_420') expect(means.nvenc).toBe(true);
        },
      ),
    );
  });

  test('what is for good is asked once, a session limit each time', async () => {
    for (const [nvenc, times] of [
      [NO_CHIP, 1],
      [{ working: [], code: 'SESSION_LIMIT', message: 'out of memory (10)' }, 3],
    ] satisfies [Tried, number][]) {
      const { pool, asked } = poolOf({ working: [0] }, nvenc);
      const devices = new Devices(pool, 'auto', 'auto');
      for (let i = 0; i < 3; i++) await devices.means('h264_420');
      expect(asked).toEqual({ openGpus: 1, openNvenc: times });
    }
  });

  test('device cpu asks for nothing', async () => {
    const { pool, asked } = poolOf(NONE, NO_CHIP);
    await new Devices(pool, 'cpu', 'auto').means('h264_420');
    expect(asked).toEqual({ openGpus: 0, openNvenc: 0 });
  });
});

describe('failures in the middle of the work', () => {
  const MEANS: Means = { devices: [0, 1], nvenc: true, why: '' };
  const make = (means = MEANS) => {
    const devices = new Devices(poolOf({ working: [0, 1] }, { working: [0, 1] }).pool, 'auto', 'auto');
    return { devices, fallbacks: new Fallbacks(devices, means) };
  };
  const failing =
    (code: (typeof GPU_CODES)[number], device = 'cuda:0') =>
    async () => {
      throw gpuError(code, 'it failed', device);
    };
  const byCpu = async () => 'cpu';

  test('the CPU does it, and the report says so', async () => {
    const { fallbacks } = make();
    expect(await fallbacks.run(7, failing('SESSION_LOST'), byCpu)).toBe('cpu');
    expect(fallbacks.events).toEqual([{ index: 7, code: 'SESSION_LOST', message: 'it failed', device: 'cuda:0' }]);
  });

  test('a session has two chances in a video, the GPU goes on drawing', async () => {
    const { fallbacks } = make();
    await fallbacks.run(0, failing('SESSION_LIMIT'), byCpu);
    expect(fallbacks.means.nvenc).toBe(true);
    await fallbacks.run(1, failing('SESSION_LOST'), byCpu);
    expect(fallbacks.means).toMatchObject({ nvenc: false, devices: [0, 1] });
  });

  test('a lost GPU is used no more, by this job and by the next', async () => {
    const { devices, fallbacks } = make();
    await fallbacks.run(0, failing('DEVICE_LOST', 'cuda:1'), byCpu);
    expect(fallbacks.means.devices).toEqual([0]);
    expect((await devices.drawing()).devices).toEqual([0]);
    await fallbacks.run(1, failing('GPU_WRONG', 'cuda:0'), byCpu);
    expect(fallbacks.means).toMatchObject({ devices: [], nvenc: false });
    expect((await devices.drawing()).why).toContain('was lost: it failed');
  });

  test('no memory is not for good', async () => {
    const { devices, fallbacks } = make();
    await fallbacks.run(0, failing('GPU_OUT_OF_MEMORY'), byCpu);
    expect(fallbacks.means.devices).toEqual([1]);
    expect((await devices.drawing()).devices).toEqual([0, 1]);
  });

  test.each(['CANCELLED', 'OUT_OF_MEMORY', 'ENCODE_FAILED'] as const)(
    '%s is nothing to fall back from',
    async (code) => {
      const { fallbacks } = make();
      const fail = async () => {
        throw new FramekilnError(code, 'no');
      };
      await expect(fallbacks.run(0, fail, byCpu)).rejects.toMatchObject({ code });
      expect(fallbacks.events).toEqual([]);
    },
  );
});
