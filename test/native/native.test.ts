// SPDX-License-Identifier: Apache-2.0
// The native code without Node: fast variants against the reference, goldens, segments and files.
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { goldenLines, smallGoldens } from '../golden/goldens.js';
import { ADDON_BUILD, buildChecks, DECODE_CHECKS, ENCODE_CHECKS, hasCommand, randomSeed, succeed } from './checks.js';

const MINUTES = 60_000;
const JOBS = 2000;

beforeAll(() => buildChecks(ADDON_BUILD), 10 * MINUTES);

describe('check_render', () => {
  const program = join(ADDON_BUILD, 'check_render');
  const seed = randomSeed();

  test(`${JOBS} random jobs, seed ${seed}`, { timeout: 5 * MINUTES }, async () => {
    expect(await succeed(program, [`${JOBS}`, `${seed}`])).toContain(`${JOBS} jobs equal on `);
  });

  test('golden frames', { timeout: 5 * MINUTES }, async () => {
    const lines = goldenLines(smallGoldens);
    const output = await succeed(program, ['golden'], { input: lines.join('\n') });
    expect(output).toContain(`${lines.length} frames equal on `);
  });
});

describe('check_encode', () => {
  for (const name of ENCODE_CHECKS) {
    test(name, { timeout: 5 * MINUTES }, async () => {
      expect(await succeed(join(ADDON_BUILD, 'check_encode'), [name])).toContain('1 checks, 0 failures');
    });
  }
});

describe('check_decode', () => {
  for (const name of DECODE_CHECKS) {
    const seed = randomSeed();

    test(`${name}, seed ${seed}`, { timeout: 5 * MINUTES }, async () => {
      const output = await succeed(join(ADDON_BUILD, 'check_decode'), [`${seed}`, name]);
      expect(output).toContain('1 checks, 0 failures');
    });
  }
});

test('check_measure', { timeout: 5 * MINUTES }, async () => {
  const seed = randomSeed();
  expect(await succeed(join(ADDON_BUILD, 'check_measure'), [`${seed}`, '400'])).toContain('400 jobs agree');
});

// A weak symbol may be in several units, of which the linker keeps any one: also the one that needs AVX-512.
describe('symbols that the linker could take for older CPUs too', () => {
  const units = [
    ['fk_render.dir/native/render/cpu/fast_avx2', / T .*make_renderer/, 1],
    ['fk_render.dir/native/render/cpu/fast_avx512', / T .*make_renderer/, 1],
    ['fk_core.dir/native/measure/fast_avx2', / T .*(squared_error|ssim_rgb)/, 2],
    ['fk_core.dir/native/measure/fast_avx512', / T .*(squared_error|ssim_rgb)/, 2],
  ] as const;
  for (const [unit, ours, count] of units) {
    test(unit, async (context) => {
      context.skip(process.arch !== 'x64', `${process.arch} has no such unit`);
      context.skip(!hasCommand('nm'), 'nm is not installed');
      const object = join(ADDON_BUILD, `CMakeFiles/${unit}.cpp.o`);
      const symbols = (await succeed('nm', ['--demangle', object])).trim().split('\n');
      expect(symbols.filter((line) => ours.test(line)).length).toBe(count);
      const shared = symbols.filter((line) => / [WVu] /.test(line) && !line.endsWith('__gxx_personality_v0'));
      expect(shared).toEqual([]);
    });
  }
});
