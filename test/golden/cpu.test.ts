// SPDX-License-Identifier: Apache-2.0
// FRAMEKILN_CPU caps the CPU level and never raises it. A process each, since it is the process's environment.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CPU_LEVELS, loadAddon } from 'framekiln/native';
import { describe, expect, test } from 'vitest';

const LEVELS = loadAddon().about().cpuLevels;
const ROOT = new URL('../..', import.meta.url);

/** The level that a new process renders with, or the code of its refusal. */
async function levelIn(cap: string | undefined, options = '{}'): Promise<string> {
  const script = `import { createKiln } from 'framekiln';
    try {
      const kiln = createKiln(${options});
      console.log(kiln.cpu);
      await kiln[Symbol.asyncDispose]();
    } catch (error) {
      console.log(error.code, error.message);
    }`;
  const { FRAMEKILN_CPU: _ours, ...others } = process.env;
  const env = cap === undefined ? others : { ...others, FRAMEKILN_CPU: cap };
  const args = ['--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, env });
  return stdout.trim();
}

describe('FRAMEKILN_CPU', () => {
  for (const cap of CPU_LEVELS) {
    test(cap, async () => {
      const level = await levelIn(cap);
      // The best that the machine has and the cap allows: no higher than either.
      expect(level).toBe(CPU_LEVELS.slice(0, CPU_LEVELS.indexOf(cap) + 1).findLast((name) => LEVELS.includes(name)));
    });
  }

  test('nothing, or empty: the best', async () => {
    expect(await Promise.all([levelIn(undefined), levelIn('')])).toEqual([LEVELS.at(-1), LEVELS.at(-1)]);
  });

  test('a level that is asked for by name', async () => {
    expect(await levelIn('reference', '{ cpu: "baseline" }')).toBe('baseline');
  });

  test('no level', async () => {
    expect(await levelIn('sse9')).toMatch(/^INVALID_SETTING .*FRAMEKILN_CPU.*"sse9"/);
  });
});
