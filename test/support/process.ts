// SPDX-License-Identifier: Apache-2.0
// Child processes: ours and those that judge us.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
export const MAIN = join(ROOT, 'dist/src/cli/main.js');

export interface Ended {
  /** Null when a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: Buffer;
  /** Without the lines of progress, which only a run of more than five seconds prints. */
  stderr: string;
}

const PROGRESS = /^(\d+\/\d+ frames, .*|\{"done":\d+,.*\})\n/gm;

export interface Started {
  child: ChildProcess;
  ended: Promise<Ended>;
}

export interface StartOptions extends SpawnOptions {
  /** What it reads from standard input; the default is nothing. */
  input?: Uint8Array | undefined;
}

/** Starts a program and gathers what it says. */
export function start(command: string, args: readonly string[], { input, ...options }: StartOptions = {}): Started {
  const child = spawn(command, args, { stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'], ...options });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  // A program that reads only part of its input is no failure of the test.
  child.stdin?.on('error', () => undefined);
  if (input) child.stdin?.end(input);
  const ended = new Promise<Ended>((done, fail) => {
    child.on('error', fail);
    child.on('close', (code, signal) => {
      const said = Buffer.concat(stderr).toString().replace(PROGRESS, '');
      done({ code, signal, stdout: Buffer.concat(stdout), stderr: said });
    });
  });
  return { child, ended };
}

/** Runs a program to its end. */
export function run(command: string, args: readonly string[], options?: StartOptions): Promise<Ended> {
  return start(command, args, options).ended;
}

/** Runs the command line to its end. */
export function framekiln(args: readonly string[], options?: StartOptions): Promise<Ended> {
  return run(process.execPath, [MAIN, ...args], options);
}

/** Runs an ES module's text, which may import framekiln. */
export function runScript(text: string, options?: StartOptions): Promise<Ended> {
  return run(process.execPath, ['--input-type=module', '-e', text], { cwd: ROOT, ...options });
}
