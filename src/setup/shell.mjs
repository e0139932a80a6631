// SPDX-License-Identifier: Apache-2.0
// Child processes, stamps and the lock of the set-up.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { constants, hostname } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const HEAD_LINES = 12; // npm says the cause first
const TAIL_LINES = 30;
const HEARTBEAT_MS = 2_000;
const STALE_MS = 20_000;

/** A failure that the user can act on: what failed, its output from both ends, the remedy. */
export class SetupError extends Error {
  constructor(message, { output = '', remedy = '', exitCode = 1 } = {}) {
    super(message);
    this.name = 'SetupError';
    this.output = output;
    this.remedy = remedy;
    this.exitCode = exitCode;
  }

  report() {
    let lines = this.output.trim() === '' ? [] : this.output.trimEnd().split('\n');
    if (lines.length > HEAD_LINES + TAIL_LINES) {
      lines = [...lines.slice(0, HEAD_LINES), '[...]', ...lines.slice(-TAIL_LINES)];
    }
    const shown = lines.map((line) => `  | ${line}\n`).join('');
    return `${shown}framekiln setup: ${this.message}${this.remedy && `\n${this.remedy}`}`;
  }
}

export const say = (text) => console.log(`framekiln setup: ${text}`);

/** Whether `name` is a command on the PATH. */
export function hasCommand(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      fs.accessSync(join(folder, name), fs.constants.X_OK);
      return fs.statSync(join(folder, name)).isFile();
    } catch {
      return false;
    }
  });
}

/** What a quick command prints, or undefined when it fails. */
export function ask(command, args, input = '') {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', input, stdio: ['pipe', 'pipe', 'ignore'] });
  return status === 0 ? stdout.trim() : undefined;
}

/**
 * Runs a long command quietly, under one line that says what it is. It gets a process group of its own, and every signal
 * that would end us, so that no compiler stays behind.
 * @param {string} title
 * @param {[string, ...string[]]} command
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, remedy?: string}} options
 * @returns {Promise<string>} its output
 */
export async function run(title, [file, ...args], { cwd, env, remedy } = {}) {
  say(`${title} ...`);
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let output = '';
  let interrupted;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  const forward = (signal) => {
    interrupted = signal;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // already gone
    }
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, forward);
  const ended = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  for (const signal of signals) process.off(signal, forward);
  if (interrupted) throw new SetupError('interrupted', { exitCode: 128 + constants.signals[interrupted] });
  if (ended === 0) return output;
  throw new SetupError(`${title} failed (${ended}): ${[file, ...args].join(' ')}`, { output, remedy });
}

/** All files below `path` (or `path` itself) for which `wanted(path)` holds, sorted. */
export function filesBelow(path, wanted = () => true) {
  const stat = fs.statSync(path, { throwIfNoEntry: false });
  if (!stat) return [];
  if (!stat.isDirectory()) return wanted(path) ? [path] : [];
  return fs
    .readdirSync(path)
    .sort()
    .flatMap((name) => filesBelow(join(path, name), wanted));
}

/** A hash over names (relative to `root`) and contents. */
export function hashFiles(root, files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const bytes = fs.readFileSync(file);
    hash.update(`${file.slice(root.length)}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

export function readJson(path) {
  try {
    return JSON.parse(fs.readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Writes in one step: a reader sees the old stamp or the new one. */
export function writeStamp(path, value) {
  fs.mkdirSync(dirname(path), { recursive: true });
  fs.writeFileSync(`${path}.${process.pid}`, `${JSON.stringify(value)}\n`);
  fs.renameSync(`${path}.${process.pid}`, path);
}

/** Runs `body` while no other set-up of this folder does. A lock whose holder died is taken over. */
export async function withLock(root, body) {
  const path = join(root, 'build', '.setup-lock');
  const mine = JSON.stringify({ pid: process.pid, host: hostname() });
  let told = false;
  while (!takeLock(path, mine)) {
    if (isStale(path)) {
      fs.rmSync(path, { force: true });
      continue;
    }
    if (!told) say('waiting for another set-up of this folder ...');
    told = true;
    await sleep(250);
  }
  const heartbeat = setInterval(() => touch(path), HEARTBEAT_MS);
  try {
    return await body();
  } finally {
    clearInterval(heartbeat);
    fs.rmSync(path, { force: true });
  }
}

function touch(path) {
  try {
    fs.utimesSync(path, new Date(), new Date());
  } catch {
    // Somebody took the lock for stale, as after a suspend: the work goes on, its stamps are atomic.
  }
}

function takeLock(path, mine) {
  try {
    fs.mkdirSync(dirname(path), { recursive: true });
    fs.writeFileSync(path, mine, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw new SetupError(`cannot write to ${dirname(path)}: ${error.message}`, { exitCode: 2 });
  }
}

function isStale(path) {
  const stat = fs.statSync(path, { throwIfNoEntry: false });
  if (!stat) return false;
  if (Date.now() - stat.mtimeMs > STALE_MS) return true;
  const holder = readJson(path);
  if (holder?.host !== hostname()) return false;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}
