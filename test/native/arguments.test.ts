// SPDX-License-Identifier: Apache-2.0
// No call from JavaScript can end the process. In a child process, so that one that does is a failed test.
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randomSeed, run } from './checks.js';

const CHILDREN = join(import.meta.dirname, 'children');
const MINUTES = 60_000;

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'framekiln-arguments-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

describe('spoiled arguments', () => {
  for (const [mode, runs] of [
    ['calls', 6000],
    ['muxer', 600],
  ] as const) {
    const seed = randomSeed();

    test(`${mode}, seed ${seed}`, { timeout: 5 * MINUTES }, async () => {
      const log = join(folder, `${mode}.json`);
      const fuzz = join(CHILDREN, 'fuzz.mjs');
      const { status, output } = await run(process.execPath, ['--expose-gc', fuzz, mode, log, `${seed}`, `${runs}`]);
      const last = fs.existsSync(log) ? fs.readFileSync(log, 'utf8') : 'none';
      expect(status, `seed ${seed} ended with ${status}\nlast call: ${last}\n${output.slice(-4000)}`).toBe(0);
      expect(output).toContain(`${runs} ${mode} done`);
    });
  }
});

describe('worker threads', () => {
  for (const scene of ['muxer', 'render', 'together', 'exit', 'racing']) {
    test(scene, { timeout: 2 * MINUTES }, async () => {
      const { status, output } = await run(process.execPath, [join(CHILDREN, 'threads.mjs'), scene, folder]);
      expect(status, `ended with ${status}\n${output.slice(-4000)}`).toBe(0);
      expect(output).toContain(`${scene} done`);
    });
  }
});
