// SPDX-License-Identifier: Apache-2.0
// The GPU path without a GPU: its kernels run on the host, its driver and its encoder are doubles.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { defaultGolden, goldenLines, pick, smallGoldens } from '../golden/goldens.js';
import { ADDON_BUILD, buildChecks, DOUBLES, GPU_CHECKS, HAS_DOUBLES, ROOT, randomSeed, succeed } from './checks.js';

const MINUTES = 60_000;
/** All but the default document's, of which one in ten. */
const GOLDEN = goldenLines([...smallGoldens, pick(defaultGolden, (frame) => frame % 10 === 0)]);

test('kernels.ptx is of the kernels as they are', { timeout: 5 * MINUTES }, async () => {
  const output = await succeed('bash', [join(ROOT, 'native/render/cuda/make-ptx.sh'), '--check']);
  expect(output).toMatch(/kernels\.ptx is (current: made again, the same|of these sources)/);
});

test('machine code and PTX are compiled alike, to the rounding', () => {
  const flags = (file: string) => {
    const [found = ''] = /-std=c\+\+17 -O3 [^\n\\]*/.exec(readFileSync(join(ROOT, file), 'utf8')) ?? [];
    return found.trim();
  };
  expect(flags('CMakeLists.txt')).toContain('--fmad=false -prec-sqrt=true -prec-div=true -ftz=false');
  expect(flags('native/render/cuda/make-ptx.sh')).toBe(flags('CMakeLists.txt'));
});

test('kernels.ptx fuses nothing in float64, calls nothing, and approximates roots alone', () => {
  const ptx = readFileSync(join(ROOT, 'native/render/cuda/kernels.ptx'), 'utf8');
  expect(ptx.match(/^\s*(fma|mad)\.[a-z.]*f64|\bcall\b/gm) ?? []).toEqual([]);
  // What approximate.inl says in so many words; its bounds are for these.
  const loose = ptx.match(/[\w.]*\.(approx|ftz)[\w.]*/g) ?? [];
  expect(new Set(loose)).toEqual(new Set(['sqrt.approx.ftz.f32', 'rsqrt.approx.ftz.f32']));
  expect(ptx).toContain('sqrt.rn.f64');
});

test('only what says "fused" is fused in float32', () => {
  const folder = join(ROOT, 'native/render/cuda/kernel');
  const direct = readdirSync(folder).filter((file) => /__fmaf|fmaf\(/.test(readFileSync(join(folder, file), 'utf8')));
  expect(direct).toEqual(['approximate.inl']);
});

describe.skipIf(!HAS_DOUBLES)('over the doubles', () => {
  beforeAll(() => buildChecks(ADDON_BUILD, GPU_CHECKS), 10 * MINUTES);

  interface Report {
    breaches: number;
    live: Record<string, number>;
    totals: Record<string, number>;
  }

  /** Runs a check over the doubles: it succeeds, breaks no contract and leaves nothing behind. */
  async function check(program: string, args: string[], env: NodeJS.ProcessEnv = {}, input?: string) {
    const folder = mkdtempSync(join(tmpdir(), 'framekiln-gpu-'));
    const report = join(folder, 'cuda');
    try {
      const output = await succeed(join(ADDON_BUILD, program), args, {
        env: { LD_LIBRARY_PATH: DOUBLES, FK_DOUBLE_CUDA_REPORT: report, ...env },
        ...(input !== undefined && { input }),
      });
      const { breaches, live, totals } = JSON.parse(readFileSync(report, 'utf8')) as Report;
      expect(output).not.toContain('BREACH');
      expect(breaches).toBe(0);
      expect(Object.entries(live).filter(([, count]) => count !== 0)).toEqual([]);
      return { output, totals };
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  describe('check_kernels', () => {
    const seed = randomSeed();
    test(`2000 random frames, seed ${seed}`, { timeout: 5 * MINUTES }, async () => {
      const output = await succeed(join(ADDON_BUILD, 'check_kernels'), ['2000', `${seed}`]);
      expect(output).toContain('2000 jobs equal');
    });

    test('golden frames', { timeout: 5 * MINUTES }, async () => {
      const output = await succeed(join(ADDON_BUILD, 'check_kernels'), ['golden'], { input: GOLDEN.join('\n') });
      expect(output).toContain(`${GOLDEN.length} frames equal`);
    });
  });

  describe('check_cuda', () => {
    const seed = randomSeed();
    test(`draws, seed ${seed}`, { timeout: 5 * MINUTES }, () => check('check_cuda', ['draws', `${seed}`]));
    test('a pixel in doubt is drawn by the CPU', () => check('check_cuda', ['doubt']));
    test('eight threads at once', { timeout: 5 * MINUTES }, () => check('check_cuda', ['threads']));

    test('golden frames', { timeout: 5 * MINUTES }, async () => {
      const { output } = await check('check_cuda', ['golden'], {}, GOLDEN.join('\n'));
      expect(output).toContain(`${GOLDEN.length} frames`);
    });

    test('a thousand segments allocate nothing on their way', { timeout: 5 * MINUTES }, async () => {
      const { totals } = await check('check_cuda', ['segments']);
      expect(totals.launches).toBeGreaterThanOrEqual(1000);
      expect(totals.allocations).toBeLessThan(30);
    });

    test.each([
      ['the PTX when the machine code is refused', { FK_DOUBLE_CUDA_MODULE: '209' }, /^opened with ptx/],
      ['a coded error when both are refused', { FK_DOUBLE_CUDA_MODULE: '209,222' }, /^(MODULE_REFUSED|opened with)/],
      ['NO_GPU', { FK_DOUBLE_CUDA_DEVICES: '0' }, /^NO_GPU .*CUDA_ERROR_NO_DEVICE/],
      ['DRIVER_TOO_OLD', { FK_DOUBLE_CUDA_DRIVER: '10020' }, /^DRIVER_TOO_OLD .*CUDA 10\.2/],
      ['GPU_OUT_OF_MEMORY', { FK_DOUBLE_CUDA_MEMORY: '65536' }, /^GPU_OUT_OF_MEMORY /],
      ['DEVICE_LOST', { FK_DOUBLE_CUDA_FAIL: 'cuLaunchKernel:1:719' }, /^DEVICE_LOST /],
    ])('opening: %s', async (_, env, expected) => {
      const { output } = await check('check_cuda', ['open'], env);
      expect(output).toMatch(expected);
    });
  });

  describe('check_nvenc', () => {
    test.each(['video', 'mixed', 'session', 'borrowed', 'cancel', 'threads', 'segments'])(
      '%s',
      { timeout: 5 * MINUTES },
      async (name) => {
        await check('check_nvenc', [name]);
      },
    );

    test.each([
      ['NO_NVENC_UNIT', 'h264', { FK_DOUBLE_NVENC_FAIL: 'OpenEncodeSessionEx:1:2' }],
      ['NO_NVENC_UNIT', 'h264', { FK_DOUBLE_NVENC_FAIL: 'OpenEncodeSessionEx:1:1' }],
      ['SESSION_LIMIT', 'h264', { FK_DOUBLE_NVENC_FAIL: 'OpenEncodeSessionEx:1:10' }],
      ['SESSION_LIMIT', 'h264', { FK_DOUBLE_NVENC_FAIL: 'OpenEncodeSessionEx:1:21' }],
      ['DRIVER_TOO_OLD', 'h264', { FK_DOUBLE_NVENC_VERSION: '0x90' }],
      ['NVENC_REFUSED', 'h264', { FK_DOUBLE_NVENC_FAIL: 'InitializeEncoder:1:8' }],
      ['CODEC_UNAVAILABLE', 'hevc', { FK_DOUBLE_NVENC_CODECS: 'h264' }],
      ['SESSION_LOST', 'h264', { FK_DOUBLE_NVENC_FAIL: 'EncodePicture:5:8' }],
      ['SESSION_LOST', 'h264', { FK_DOUBLE_NVENC_FAIL: 'LockBitstream:2:20' }],
      ['SESSION_LOST', 'h264', { FK_DOUBLE_NVENC_FAIL: 'MapInputResource:3:25' }],
    ])('%s of %s: %j, and what is no longer there works again', async (code, codec, env) => {
      const { output } = await check('check_nvenc', ['open', codec], env);
      const [first, second] = output.split('\n');
      expect(first).toMatch(new RegExp(`^${code} `));
      expect(second).toMatch('FK_DOUBLE_NVENC_FAIL' in env ? /^encoded$/ : new RegExp(`^${code} `));
    });
  });

  test('without libcuda', async () => {
    const output = await succeed(join(ADDON_BUILD, 'check_cuda'), ['open'], { env: { LD_LIBRARY_PATH: '' } });
    expect(output).toMatch(/^(LIB_MISSING libcuda\.so\.1|opened with|NO_GPU)/);
  });
});
