// SPDX-License-Identifier: Apache-2.0
// Peers in Python, each a fresh process.
import { spawnSync } from 'node:child_process';
import { peerFile } from './peers/command.js';

/** The system's first: Debian's packages are its own. */
const PYTHONS = ['/usr/bin/python3', 'python3'];

export interface Python {
  command: string;
  /** Of the package that was asked for. */
  version: string;
}

/** The first Python that has a package, or why none does. */
export function findPython(name: string): Python | { absent: string } {
  const reasons = PYTHONS.map((command) => {
    const { status, stdout, stderr, error } = spawnSync(command, ['-c', `import ${name}; print(${name}.__version__)`], {
      encoding: 'utf8',
    });
    if (status === 0) return { command, version: stdout.trim() };
    return `${command}: ${error?.message ?? stderr.trim().split('\n').at(-1)}`;
  });
  const found = reasons.find((reason) => typeof reason !== 'string');
  return found ?? { absent: reasons.join('; ') };
}

/** What a script of `bench/peers` prints, as JSON. */
export function runPeer<T>({ command }: Python, script: string, args: readonly string[]): T {
  const path = peerFile(script) ?? script;
  const { status, stdout, stderr, error } = spawnSync(command, [path, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${script} failed: ${error?.message ?? stderr.trim()}`);
  return JSON.parse(stdout) as T;
}
