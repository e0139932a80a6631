// SPDX-License-Identifier: Apache-2.0
// What a pool thread runs: one blocking call a task.
import { threadId } from 'node:worker_threads';
import { move, transferableSymbol, valueSymbol } from 'piscina';
import { assembleDocument, type Clip, isBareList } from '../document/assemble.js';
import { parseDocument } from '../document/parse.js';
import { decodeDocument } from '../document/read.js';
import type { FrameTable } from '../document/table.js';
import { type ErrorData, toData } from '../errors.js';
import {
  type Addon,
  type Compared,
  type CompareJob,
  type Control,
  type EncodedSegment,
  type FidelityJob,
  frameBytes,
  loadAddon,
  type RenderJob,
  type SegmentJob,
  type VideoFacts,
} from '../native.js';
import type { Tried } from './devices.js';
import { drawTile, type Tile, type TileJob } from './tile.js';
import { type OpenGpusJob, type OpenNvencJob, openGpus, openNvenc } from './try-gpus.js';

/** A document's bytes, as they are stored. */
export interface ParseJob {
  bytes: Uint8Array;
  clip: Clip;
}

export interface ParsedDocument {
  table: FrameTable;
  /** Of the JSON text. */
  jsonBytes: number;
  /** It was a bare list, which the clip completed. */
  bare: boolean;
}

/** Indices of the GPUs that may be used, of which each thread keeps to one; none: the CPU. */
export interface OnDevices {
  devices?: readonly number[];
}

/** A segment, and by what it was made. */
export interface MadeSegment extends EncodedSegment {
  /** Of the GPU that drew it. */
  device?: number;
  encoder: 'software' | 'nvenc';
}

export interface RawFrames {
  /** The frames, packed, one after the other. */
  data: Uint8Array<ArrayBuffer>;
  /** 16 bytes a frame, as in EncodedSegment. */
  hashes: Uint8Array;
}

/** The tasks by name: what each takes and gives. */
export interface Tasks {
  segment: { job: Omit<SegmentJob, 'device'> & OnDevices; result: MadeSegment };
  /** `memory` of exactly the frames' bytes is drawn into instead of fresh memory. */
  frames: {
    job: Omit<RenderJob, 'out' | 'device'> & OnDevices & { memory?: ArrayBuffer | undefined };
    result: RawFrames;
  };
  openGpus: { job: OpenGpusJob; result: Tried };
  openNvenc: { job: OpenNvencJob; result: Tried };
  fidelity: { job: FidelityJob; result: { psnr: number } };
  png: { job: { rgb: Uint8Array; width: number; height: number }; result: Uint8Array };
  parse: { job: ParseJob; result: ParsedDocument };
  probe: { job: { path: string; control?: Control }; result: VideoFacts };
  compare: { job: CompareJob; result: Compared };
  tile: { job: TileJob; result: Tile };
}

export type TaskName = keyof Tasks;
export interface TaskMessage<N extends TaskName = TaskName> {
  name: N;
  job: Tasks[N]['job'];
}
/** What a task gave, and how long it ran. */
export type TaskReply<N extends TaskName = TaskName> = { milliseconds: number } & (
  | { result: Tasks[N]['result'] }
  | { error: ErrorData }
);

const run: { [N in TaskName]: (addon: Addon, job: Tasks[N]['job']) => Tasks[N]['result'] } = {
  segment: (addon, job) =>
    onDevice(job, (device) => ({
      ...addon.encodeSegment({ ...job, ...device }),
      ...device,
      encoder: job.encoder ?? 'software',
    })),
  frames: (addon, job) => {
    const bytes = frameBytes(job.format, job.width, job.height) * job.time.length;
    const data = new Uint8Array(job.memory ?? new ArrayBuffer(bytes));
    const hashes = onDevice(job, (device) => addon.renderFrames({ ...job, ...device, out: data }, true) as Uint8Array);
    return { data, hashes };
  },
  openGpus,
  openNvenc,
  fidelity: (addon, job) => ({ psnr: addon.fidelity(job) }),
  png: (addon, { rgb, width, height }) => addon.encodePng(rgb, width, height),
  parse: (addon, { bytes, clip }) => {
    const { value, jsonBytes } = decodeDocument(bytes);
    const table = parseDocument(assembleDocument(value, clip), addon.defaultSchedule);
    return { table, jsonBytes, bare: isBareList(value) };
  },
  probe: (addon, { path, control }) => addon.probeVideo(path, control),
  compare: (addon, job) => addon.compareFrames(job),
  tile: drawTile,
};

/** Calls with the GPU that this thread keeps to, if any; errors name it. */
function onDevice<T>({ devices = [] }: OnDevices, call: (device: { device?: number }) => T): T {
  const device = devices[threadId % devices.length];
  if (device === undefined) return call({});
  try {
    return call({ device });
  } catch (error) {
    throw Object.assign(error as Error, { device: `cuda:${device}` });
  }
}

/** The large parts of a result, which move to the caller instead of being copied. */
function movable(result: Tasks[TaskName]['result']): ArrayBufferLike[] {
  if (result instanceof Uint8Array) return [result.buffer];
  if ('table' in result) return [result.table.time, result.table.complexity, result.table.palette].map((a) => a.buffer);
  if (!('data' in result)) return [];
  return [result.data instanceof ArrayBuffer ? result.data : result.data.buffer];
}

export default function task<N extends TaskName>({ name, job }: TaskMessage<N>): unknown {
  const started = performance.now();
  const outcome = attempt(() => run[name](loadAddon(), job));
  const reply: TaskReply = { ...outcome, milliseconds: performance.now() - started };
  return move({ [transferableSymbol]: 'result' in reply ? movable(reply.result) : [], [valueSymbol]: reply });
}

function attempt<T>(body: () => T): { result: T } | { error: ErrorData } {
  try {
    return { result: body() };
  } catch (error) {
    return { error: toData(error) };
  }
}
