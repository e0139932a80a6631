// SPDX-License-Identifier: Apache-2.0
// The ffmpeg program: what it can do, and what it says of its own time.
import { type CommandOptions, type Output, runCommand } from './command.js';
import type { Found } from './peer.js';

/** What all that write an MP4 ask of libx264. */
export const X264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-pix_fmt', 'yuv420p'];

/** What a peer uses of it, by ffmpeg's names. */
export interface Needs {
  encoders?: readonly string[];
  decoders?: readonly string[];
  filters?: readonly string[];
}

/** The version of the program that `command` runs, or what of it is missing. */
export async function findFfmpeg(command: string, needs: Needs = {}): Promise<Found> {
  try {
    const { stdout } = await runCommand(command, ['-version']);
    for (const [kind, names] of Object.entries(needs) as [keyof Needs, readonly string[]][]) {
      const known = parseNames((await runCommand(command, ['-hide_banner', `-${kind}`])).stdout.toString());
      const missing = names.filter((name) => !known.has(name));
      if (missing.length > 0) return { absent: `${command} has none of its ${kind} named ${missing.join(', ')}` };
    }
    return { version: `ffmpeg ${parseVersion(stdout.toString())}` };
  } catch (error) {
    return { absent: `${(error as Error).message}; the Debian package ffmpeg brings it` };
  }
}

/** From `ffmpeg -version`. */
export function parseVersion(text: string): string {
  return /^ffmpeg version (\S+)/.exec(text)?.[1] ?? 'unknown';
}

/** From `ffmpeg -encoders`, `-decoders` or `-filters`: flags, then the name. */
export function parseNames(text: string): Set<string> {
  return new Set(Array.from(text.matchAll(/^ +[.A-Z|]{2,6} +([\w-]+) /gm), (match) => match[1] as string));
}

/** What one run of ffmpeg came to. */
export interface Timed {
  frames: number;
  /** From when all inputs are open to when the last frame is written: its start is not in it. */
  seconds: number;
  /** The rest of the process's time. */
  startSeconds: number;
}

/** From what `-progress pipe:1 -benchmark` print. */
export function parseTimed(progress: string, log: string): Omit<Timed, 'startSeconds'> {
  const frames = Number(Array.from(progress.matchAll(/^frame= *(\d+)/gm)).at(-1)?.[1]);
  const seconds = Number(/^bench: .*\brtime=([\d.]+)s/m.exec(log)?.[1]);
  if (!(frames > 0 && seconds >= 0))
    throw new Error(`Expected frames and a time of ffmpeg but received "${log.trim()}"`);
  return { frames, seconds };
}

/** Runs ffmpeg on one thread, by its own clock. `args` are its inputs, filters and output. */
export async function timeFfmpeg(command: string, args: readonly string[], options?: CommandOptions): Promise<Timed> {
  const own = ['-hide_banner', '-nostats', '-nostdin', '-y', '-benchmark', '-progress', 'pipe:1'];
  // Decoders take -threads before their input, encoders after it: callers say that.
  const output: Output = await runCommand(command, [...own, '-filter_threads', '1', ...args], options);
  const timed = parseTimed(output.stdout.toString(), output.stderr);
  return { ...timed, startSeconds: output.seconds - timed.seconds };
}
