// SPDX-License-Identifier: Apache-2.0
// Where results go: written beside their name and renamed when whole, so that a name never shows half a file.
import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { access, constants, mkdtemp, realpath, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FramekilnError } from '../errors.js';

/** Standard output, or a file that cannot be renamed over, such as a pipe or /dev/null. */
type Target = { kind: 'stream'; name: string } | { kind: 'file'; path: string };

type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** What an exit in the middle of things must still remove. */
const partials = new Set<string>();
process.on('exit', () => {
  for (const path of partials) rmSync(path, { recursive: true, force: true });
});

/**
 * Checks, before any work is done, that `name` can be written.
 * @throws FramekilnError `OUTPUT_UNWRITABLE`
 */
export async function checkOutput(name: string): Promise<void> {
  await findTarget(name);
}

/** Lets `write` make the file at the path it is given, and puts it in place. On failure nothing stays. */
export async function withFile<T>(name: string, write: (path: string) => Promise<T>): Promise<T> {
  const target = await findTarget(name);
  if (target.kind === 'file') return beside(target.path, write);
  // What needs to seek cannot go to a pipe directly.
  const folder = await mkdtemp(join(tmpdir(), 'framekiln-'));
  return removing(folder, async () => {
    const path = join(folder, 'output');
    const result = await write(path);
    await send(createReadStream(path), target.name);
    return result;
  });
}

/** Sends the chunks to `name`. On failure no file stays. */
export async function writeChunks(name: string, chunks: Chunks): Promise<void> {
  const target = await findTarget(name);
  if (target.kind === 'stream') return send(chunks, target.name);
  await beside(target.path, (path) => pipeline(chunks, createWriteStream(path, { flags: 'wx' })).catch(rethrow));
}

async function send(chunks: Chunks, name: string): Promise<void> {
  const stream: Writable = name === '-' ? process.stdout : createWriteStream(name);
  await pipeline(chunks, stream, { end: name !== '-' }).catch(rethrow);
}

async function beside<T>(path: string, write: (path: string) => Promise<T>): Promise<T> {
  const partial = join(dirname(path), `.framekiln-${randomBytes(6).toString('hex')}.partial`);
  return removing(partial, async () => {
    const result = await write(partial);
    await rename(partial, path);
    return result;
  });
}

async function removing<T>(path: string, body: () => Promise<T>): Promise<T> {
  partials.add(path);
  try {
    return await body();
  } finally {
    await rm(path, { recursive: true, force: true });
    partials.delete(path);
  }
}

async function findTarget(name: string): Promise<Target> {
  if (name === '-') return { kind: 'stream', name };
  const existing = await stat(name).catch(() => undefined);
  if (existing?.isDirectory()) throw unwritable(name, 'it is a directory', 'Name a file in it.');
  if (existing && !existing.isFile()) return { kind: 'stream', name };
  // Through a symbolic link the file behind it is replaced, not the link.
  const path = existing ? await realpath(name) : resolve(name);
  if (Buffer.byteLength(basename(path)) > 255) throw unwritable(name, 'the name is too long', 'Choose a shorter name.');
  const folder = dirname(path);
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) throw unwritable(name, `the folder ${folder} does not exist`, 'Make the folder first.');
  await access(folder, constants.W_OK).catch(() => {
    throw unwritable(name, `no permission to write in ${folder}`, 'Choose a folder that this user may write to.');
  });
  return { kind: 'file', path };
}

function unwritable(name: string, reason: string, remedy: string): FramekilnError {
  return new FramekilnError('OUTPUT_UNWRITABLE', `Cannot write ${name}: ${reason}`, { remedy });
}

function rethrow(cause: NodeJS.ErrnoException): never {
  if (cause.syscall === undefined) throw cause;
  const reason = cause.code === 'EPIPE' ? 'the reader is gone' : cause.message;
  throw new FramekilnError('IO', `Cannot write the output: ${reason}`, { cause });
}
