// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';

/** The bench uses the package as anybody does, so it is a program of its own. */
const BENCH = new URL('../../bench/main.js', import.meta.url);

export function benchCommand(): Command {
  return new Command('bench')
    .summary('how fast this machine decodes, beside what else one would use')
    .argument('[args...]')
    .allowUnknownOption()
    .helpOption(false)
    .action(bench);
}

/** In a process of its own, which measures nothing of this one, and which decides how to end. */
async function bench(args: string[]): Promise<void> {
  const child = spawn(process.execPath, [fileURLToPath(BENCH), ...args], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
}
