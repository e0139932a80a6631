// SPDX-License-Identifier: Apache-2.0
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import type { Addon, CpuLevel } from 'framekiln/native';

/** Where and when the numbers were made. */
export interface Machine {
  date: string;
  cpu: string;
  threads: number;
  memoryGiB: number;
  system: string;
  node: string;
  compiler: string;
  cpuLevels: CpuLevel[];
  libraries: Record<string, string>;
  /** Processes that wanted to run in the last minute before the bench: above 0 the numbers are someone else's too. */
  loadBefore: number;
}

/** Describes this machine, now. */
export function describeMachine(addon: Addon): Machine {
  const { compiler, cpuLevels, libraries } = addon.about();
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model ?? 'unknown',
    threads: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()} ${process.arch}`,
    node: process.version,
    compiler,
    cpuLevels,
    libraries,
    loadBefore: loadavg()[0] ?? 0,
  };
}

/** The same in lines of text. */
export function machineText(machine: Machine): string {
  const libraries = Object.entries(machine.libraries).map(([name, version]) => `${name} ${version}`);
  return [
    `${machine.cpu}, ${machine.threads} threads, ${machine.memoryGiB} GiB, ${machine.system}, node ${machine.node}`,
    `compiler ${machine.compiler}; ${libraries.join(', ')}`,
    `CPU levels: ${machine.cpuLevels.join(', ')}; load before the bench ${machine.loadBefore.toFixed(2)}`,
    `${machine.date}`,
  ].join('\n');
}
