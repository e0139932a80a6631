// SPDX-License-Identifier: Apache-2.0
// Programs of others, which never outlive the bench.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

/** Each leads a process group: what it has started itself ends with it. */
const running = new Set<ChildProcess>();

function end(child: ChildProcess): void {
  if (child.pid === undefined || !running.has(child)) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}

const endAll = () => running.forEach(end);
let guarded = false;

/** A signal ends this process without an "exit", and does not reach other process groups. */
function guard(): void {
  if (guarded) return;
  guarded = true;
  process.once('exit', endAll);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      endAll();
      process.kill(process.pid, signal);
    });
  }
}

export interface CommandOptions {
  /** Written to its standard input, chunk by chunk as it takes them. */
  input?: Iterable<Uint8Array | string>;
  cwd?: string;
  /** After these seconds it is ended, and the call fails. Default 600. */
  limit?: number;
  /** Instead of this process's. */
  env?: NodeJS.ProcessEnv;
}

export interface Output {
  stdout: Buffer;
  stderr: string;
  /** From its start to its end. */
  seconds: number;
}

/** Runs a program to its end. Throws an Error of one line if it cannot start, fails, or takes too long. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<Output> {
  const { input, cwd, limit = 600, env } = options;
  guard();
  const started = performance.now();
  const child = spawn(command, args, {
    stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    detached: true,
    ...(cwd && { cwd }),
    ...(env && { env }),
  });
  running.add(child);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    end(child);
  }, limit * 1000);
  try {
    const closed = once(child, 'close');
    const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => buffer(stream as NonNullable<typeof stream>));
    await Promise.all([closed, stdout, stderr, input && feed(child, input)]);
    const text = (await (stderr as Promise<Buffer>)).toString();
    if (late) throw new Error(`${command} took more than ${limit} s`);
    if (child.exitCode !== 0) {
      const last = text.trim().split('\n').slice(-3).join('; ');
      throw new Error(`${command} ended with ${child.exitCode ?? child.signalCode}: ${last}`);
    }
    return { stdout: await (stdout as Promise<Buffer>), stderr: text, seconds: (performance.now() - started) / 1000 };
  } finally {
    clearTimeout(timer);
    end(child);
    running.delete(child);
  }
}

/** Waits wherever the program is slower. */
async function feed({ stdin }: ChildProcess, input: Iterable<Uint8Array | string>): Promise<void> {
  if (!stdin) return;
  await pipeline(Readable.from(input), stdin).catch((error: NodeJS.ErrnoException) => {
    // It ended before it had all: its exit code says why.
    if (!/^(EPIPE|ECONNRESET|ERR_STREAM_PREMATURE_CLOSE)$/.test(error.code ?? '')) throw error;
  });
}

/**
 * A file of `bench/peers` as it is in the repository, by its path below that folder: seen from the sources themselves, or
 * from `dist/bench/peers`. Undefined where it was left out.
 */
export function peerFile(path: string): string | undefined {
  return [`./${path}`, `../../../bench/peers/${path}`]
    .map((place) => fileURLToPath(new URL(place, import.meta.url)))
    .find((file) => existsSync(file));
}
