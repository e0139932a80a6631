// SPDX-License-Identifier: Apache-2.0
// A fresh process that draws frames with the plain renderer and throws them away, or pipes them to ffmpeg as one would.
// Takes a PlainJob as JSON on standard input; prints a PeerRun.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { PeerRun } from './peer.js';
import { plainFrame } from './plain-frame.js';

export interface PlainJob {
  width: number;
  height: number;
  /** Equally long: an element a frame. */
  time: number[];
  complexity: number[];
  palette: number[];
  /** For about how long frames alone are drawn. */
  seconds: number;
  /** The MP4 to write, and ffmpeg's command line up to its name. */
  video?: { command: string; args: string[]; file: string };
}

const job: PlainJob = JSON.parse(await text(process.stdin));
const count = job.time.length;

function draw(index: number): Uint8Array {
  const [time, complexity, palette] = [job.time[index], job.complexity[index], job.palette[index]] as [
    number,
    number,
    number,
  ];
  return plainFrame({ width: job.width, height: job.height, time, complexity, palette });
}

/** All frames, again and again until the time is over. */
function drawOnly(): PeerRun {
  const started = performance.now();
  let frames = 0;
  while (frames % count > 0 || frames === 0 || performance.now() - started < job.seconds * 1000) draw(frames++ % count);
  return { frames, seconds: (performance.now() - started) / 1000 };
}

/** All frames once, from ffmpeg's start to its end. */
async function drawAndPipe({ command, args, file }: NonNullable<PlainJob['video']>): Promise<PeerRun> {
  const started = performance.now();
  const ffmpeg = spawn(command, [...args, file], { stdio: ['pipe', 'ignore', 'inherit'] });
  const closed = once(ffmpeg, 'close');
  for (let index = 0; index < count; index++) {
    if (!ffmpeg.stdin.write(draw(index))) await once(ffmpeg.stdin, 'drain');
  }
  ffmpeg.stdin.end();
  const [code] = await closed;
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
  return { frames: count, seconds: (performance.now() - started) / 1000, bytes: statSync(file).size };
}

// The compiler has seen the code before the clock starts.
draw(0);
const startSeconds = performance.now() / 1000;
const run = job.video ? await drawAndPipe(job.video) : drawOnly();
process.stdout.write(JSON.stringify({ ...run, startSeconds }));
