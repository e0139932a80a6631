// SPDX-License-Identifier: Apache-2.0
// What a pool thread runs: one short, blocking native call a task.
import { move, transferableSymbol, valueSymbol } from 'piscina';
import {
  type Addon,
  type EncodedSegment,
  type Fidelity,
  frameBytes,
  loadAddon,
  type NativeFrames,
  type RenderJob,
  type SegmentJob,
} from '../native.js';

/** A thumbnail of the job's one frame. */
export interface ThumbnailJob extends NativeFrames, Pick<RenderJob, 'cpu' | 'control'> {
  toWidth: number;
  toHeight: number;
}

export interface RawFrames {
  /** The frames, packed, one after the other. */
  data: Uint8Array<ArrayBuffer>;
  /** 16 bytes a frame, as in EncodedSegment. */
  hashes: Uint8Array;
}

/** The tasks by name: what each takes and gives. */
export interface Tasks {
  segment: { job: SegmentJob; result: EncodedSegment };
  frames: { job: Omit<RenderJob, 'out'>; result: RawFrames };
  fidelity: { job: Omit<RenderJob, 'out' | 'format'>; result: Fidelity };
  thumbnail: { job: ThumbnailJob; result: Uint8Array };
  png: { job: { rgb: Uint8Array; width: number; height: number }; result: Uint8Array };
}

export type TaskName = keyof Tasks;
export interface TaskMessage<N extends TaskName = TaskName> {
  name: N;
  job: Tasks[N]['job'];
}
/** Errors cross threads as data: structured clone drops their codes. */
export type TaskReply<N extends TaskName = TaskName> =
  | { result: Tasks[N]['result'] }
  | { error: { code: string; message: string } };

const run: { [N in TaskName]: (addon: Addon, job: Tasks[N]['job']) => Tasks[N]['result'] } = {
  segment: (addon, job) => addon.encodeSegment(job),
  frames: (addon, job) => {
    const data = new Uint8Array(frameBytes(job.format, job.width, job.height) * job.time.length);
    const hashes = addon.renderFrames({ ...job, out: data }, true) as Uint8Array;
    return { data, hashes };
  },
  fidelity: (addon, job) => addon.fidelity(job),
  thumbnail: (addon, job) => {
    const out = new Uint8Array(frameBytes('rgb24', job.width, job.height));
    addon.renderFrames({ ...job, format: 'rgb24', out });
    return addon.scaleRgb(out, job.width, job.height, job.toWidth, job.toHeight);
  },
  png: (addon, { rgb, width, height }) => addon.encodePng(rgb, width, height),
};

/** The large part of a result, which moves to the caller instead of being copied. */
function movable(result: Tasks[TaskName]['result']): ArrayBufferLike[] {
  if (result instanceof Uint8Array) return [result.buffer];
  if (!('data' in result)) return [];
  return [result.data instanceof ArrayBuffer ? result.data : result.data.buffer];
}

export default function task<N extends TaskName>({ name, job }: TaskMessage<N>): unknown {
  let reply: TaskReply;
  try {
    reply = { result: run[name](loadAddon(), job) };
  } catch (error) {
    const { code = 'RENDER_FAILED', message } = error as { code?: string; message: string };
    reply = { error: { code, message } };
  }
  return move({ [transferableSymbol]: 'result' in reply ? movable(reply.result) : [], [valueSymbol]: reply });
}
