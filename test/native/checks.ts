// SPDX-License-Identifier: Apache-2.0
// Builds and runs the native checks: programs over the same objects that the addon is linked from.
import { spawn, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';

export const ROOT = resolve(import.meta.dirname, '../..');
/** What cmake-js configured: set-up has been there. */
export const ADDON_BUILD = join(ROOT, 'build');
export const CHECKS = ['check_render', 'check_encode', 'check_decode', 'check_measure'];
/** Those over the doubles of NVIDIA's libraries, which want ffnvcodec's headers. */
export const GPU_CHECKS = ['check_kernels', 'check_cuda', 'check_nvenc'];
export const HAS_DOUBLES = spawnSync('pkg-config', ['--exists', 'ffnvcodec']).status === 0;
/** Where the doubles of libcuda.so.1 and libnvidia-encode.so.1 are, once the GPU's checks are built. */
export const DOUBLES = join(ADDON_BUILD, 'doubles');
export const ENCODE_CHECKS = [
  'segments',
  'round_trip',
  'quantisers',
  'threads',
  'refusals',
  'pictures',
  'sinks',
  'disk_full',
  'after_failure',
];
export const DECODE_CHECKS = [
  'facts',
  'foreign_facts',
  'cut_short',
  'damaged',
  'garbage',
  'refusals',
  'frames',
  'damaged_frames',
  'bounded',
  'pixels',
  'rgb_orders',
];

export interface Outcome {
  /** Exit status, or the name of the signal that ended it. */
  status: number | string;
  /** Standard output, then standard error. */
  output: string;
}

export async function run(command: string, args: string[], options: { input?: string; env?: NodeJS.ProcessEnv } = {}) {
  const child = spawn(command, args, { cwd: ROOT, env: { ...process.env, ...options.env } });
  const parts: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  child.stdout.on('data', (data) => parts.stdout.push(data));
  child.stderr.on('data', (data) => parts.stderr.push(data));
  child.stdin.on('error', () => undefined).end(options.input);
  return new Promise<Outcome>((done, failed) => {
    child.on('error', failed);
    child.on('close', (code, signal) => {
      done({ status: code ?? signal ?? 'lost', output: Buffer.concat([...parts.stdout, ...parts.stderr]).toString() });
    });
  });
}

/** Fails with the program's last words unless it exits with 0; gives all it said. */
export async function succeed(command: string, args: string[], options: Parameters<typeof run>[2] = {}) {
  const { status, output } = await run(command, args, options);
  const last = output.slice(-6000);
  expect(status, `${command} ${args.join(' ')} ended with ${status}:\n${last}`).toBe(0);
  return output;
}

export const hasCommand = (name: string): boolean => spawnSync(name, ['--version']).error === undefined;

export async function buildChecks(folder: string, targets = CHECKS): Promise<void> {
  await succeed('cmake', ['--build', folder, '--parallel', `${availableParallelism()}`, '--target', ...targets]);
}

export const randomSeed = (): number => Math.floor(Math.random() * 2 ** 31);
