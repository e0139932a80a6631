// SPDX-License-Identifier: Apache-2.0
import { describe, expected, FramekilnError, refuseSetting } from '../errors.js';
import { CPU_LEVELS, type CpuLevel } from '../native.js';

/**
 * The CPU level to render with: the best of `available` that `cap` (the environment's FRAMEKILN_CPU) allows. A cap
 * above what the machine has changes nothing.
 * @throws FramekilnError `INVALID_SETTING` when the cap is not a level
 */
export function chooseCpu(available: readonly CpuLevel[], cap: string | undefined): CpuLevel {
  const highest = cap === undefined || cap === '' ? CPU_LEVELS.length - 1 : CPU_LEVELS.indexOf(cap as CpuLevel);
  if (highest < 0) {
    const what = `one of ${CPU_LEVELS.join(', ')}`;
    throw new FramekilnError('INVALID_SETTING', expected(what, 'FRAMEKILN_CPU', cap), {
      setting: 'FRAMEKILN_CPU',
      expected: what,
      received: describe(cap),
    });
  }
  return available.filter((level) => CPU_LEVELS.indexOf(level) <= highest).at(-1) ?? 'reference';
}

/**
 * The CPU level that was asked for, or else the best one that the environment allows.
 * @throws FramekilnError `INVALID_SETTING` when it is not available
 */
export function cpuLevel(available: readonly CpuLevel[], wanted: CpuLevel | undefined): CpuLevel {
  if (wanted === undefined) return chooseCpu(available, process.env.FRAMEKILN_CPU);
  return available.includes(wanted) ? wanted : refuseSetting(`one of ${available.join(', ')}`, 'cpu', wanted);
}
