// SPDX-License-Identifier: Apache-2.0
// The native checks again, with AddressSanitizer and UndefinedBehaviorSanitizer. "npm run test:sanitize" tries more.
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { goldenLines, smallGoldens } from '../../golden/goldens.js';
import {
  buildChecks,
  CHECKS,
  DECODE_CHECKS,
  ENCODE_CHECKS,
  HAS_DOUBLES,
  hasCommand,
  ROOT,
  randomSeed,
  run,
  succeed,
} from '../checks.js';

const MINUTES = 60_000;
const FOLDER = join(ROOT, 'build/sanitize');
const FULL = process.env.FRAMEKILN_SANITIZE === 'full';
const JOBS = FULL ? 3000 : 100;

const RENDER = join(FOLDER, 'check_render');
const GOLDEN = goldenLines(smallGoldens.filter(({ frames }) => FULL || frames.length <= 24)).join('\n');
let leaks = false;
const sanitizers = () => ({
  ASAN_OPTIONS: `detect_leaks=${leaks ? 1 : 0}:strict_string_checks=1:detect_stack_use_after_return=1`,
  UBSAN_OPTIONS: 'print_stacktrace=1',
});

beforeAll(async () => {
  const generator = hasCommand('ninja') ? ['-G', 'Ninja'] : [];
  await succeed('cmake', ['-S', ROOT, '-B', FOLDER, '-DFK_SANITIZE=ON', ...generator]);
  await buildChecks(FOLDER, HAS_DOUBLES ? [...CHECKS, 'check_kernels'] : CHECKS);
  // Finding leaks takes ptrace(), which containers may forbid.
  leaks = (await run(RENDER, ['1'], { env: { ASAN_OPTIONS: 'detect_leaks=1' } })).status === 0;
}, 10 * MINUTES);

test('leaks are looked for', (context) => {
  context.skip(!leaks, 'LeakSanitizer does not work here');
  expect(leaks).toBe(true);
});

describe('check_render', () => {
  const seed = randomSeed();

  test(`${JOBS} random jobs, seed ${seed}`, { timeout: 10 * MINUTES }, async () => {
    await succeed(RENDER, [`${JOBS}`, `${seed}`], { env: sanitizers() });
  });

  test('golden frames', { timeout: 10 * MINUTES }, async () => {
    await succeed(RENDER, ['golden'], { env: sanitizers(), input: GOLDEN });
  });
});

test.skipIf(!HAS_DOUBLES)('check_kernels', { timeout: 10 * MINUTES }, async () => {
  await succeed(join(FOLDER, 'check_kernels'), [`${JOBS}`, `${randomSeed()}`], { env: sanitizers() });
});

describe('check_encode', () => {
  for (const name of ENCODE_CHECKS) {
    test(name, { timeout: 10 * MINUTES }, async () => {
      await succeed(join(FOLDER, 'check_encode'), [name], { env: sanitizers() });
    });
  }
});

describe('check_decode', () => {
  for (const name of DECODE_CHECKS) {
    const seed = randomSeed();

    test(`${name}, seed ${seed}`, { timeout: 10 * MINUTES }, async () => {
      await succeed(join(FOLDER, 'check_decode'), [`${seed}`, name], { env: sanitizers() });
    });
  }
});

test('check_measure', { timeout: 10 * MINUTES }, async () => {
  await succeed(join(FOLDER, 'check_measure'), [`${randomSeed()}`, FULL ? '5000' : '300'], { env: sanitizers() });
});
