// SPDX-License-Identifier: Apache-2.0
// One thread of a crew: takes the next piece of a shared job until none is left.
import { parentPort } from 'node:worker_threads';
import {
  type CpuLevel,
  type EncodeSettings,
  type FrameFormat,
  frameBytes,
  loadAddon,
  type NativeFrames,
} from 'framekiln/native';
import { slice } from './scenes.js';

/** Pieces are frames `cuts[i]` to `cuts[i + 1]`; [0] of `next` is the next i. */
interface Pieces {
  next: Int32Array<SharedArrayBuffer>;
  cuts: readonly number[];
  frames: NativeFrames;
}

export type CrewJob = Pieces &
  (
    | { kind: 'render'; format: FrameFormat; cpu: CpuLevel }
    | { kind: 'renderAndEncode'; settings: EncodeSettings; cpu: CpuLevel }
    // Pieces beyond the pixels begin again at the first, and none goes over their end.
    | { kind: 'encode'; settings: EncodeSettings; pixels: Uint8Array<SharedArrayBuffer> }
  );

const addon = loadAddon();
let memory = new Uint8Array(0);

/** Renders into the same few frames again and again, or encodes; gives the bytes of the packets. */
function work(job: CrewJob, start: number, end: number): number {
  const frames = slice(job.frames, start, end);
  const { width, height } = frames;
  if (job.kind === 'renderAndEncode') {
    return addon.encodeSegment({ ...frames, cpu: job.cpu, settings: job.settings }).data.byteLength;
  }
  if (job.kind === 'encode') {
    const bytes = frameBytes('nv12', width, height);
    const at = (start * bytes) % job.pixels.length;
    return addon.encodeFrames(job.settings, job.pixels.subarray(at, at + (end - start) * bytes)).data.byteLength;
  }
  const bytes = frameBytes(job.format, width, height);
  const needed = bytes * (end - start);
  if (memory.length < needed) memory = new Uint8Array(needed);
  addon.renderFrames({ ...frames, format: job.format, cpu: job.cpu, out: memory.subarray(0, needed) });
  return 0;
}

parentPort?.on('message', (job: CrewJob) => {
  let bytes = 0;
  for (;;) {
    const piece = Atomics.add(job.next, 0, 1);
    const [start, end] = job.cuts.slice(piece, piece + 2);
    if (start === undefined || end === undefined) break;
    bytes += work(job, start, end);
  }
  parentPort?.postMessage(bytes);
});
parentPort?.postMessage(0);
