// SPDX-License-Identifier: Apache-2.0
import { stat } from 'node:fs/promises';
import { type FrameTable, sliceTable } from '../document/table.js';
import { fromNative } from '../errors.js';
import type { Addon, CpuLevel, EncodedSegment } from '../native.js';
import { type ColourReport, chromaReport } from './colour.js';
import { FramesDigest } from './digest.js';
import { inOrder, Job, type JobOptions } from './job.js';
import { planSegments } from './plan.js';
import type { RenderPool } from './pool.js';
import type { ResolvedSettings } from './settings.js';

/** What a render did. JSON-able. */
export interface RenderReport {
  frames: number;
  width: number;
  height: number;
  /** Exact frame rate, such as `30000/1001`. */
  rate: string;
  /** Seconds of video. */
  duration: number;
  container: string;
  codec: string;
  /** Undefined for raw frames. */
  preset?: string;
  crf?: number;
  /** Of the file. */
  bytes: number;
  /** Of the frames before encoding: equal for equal frames, whatever the segments, threads and CPU. */
  framesDigest: string;
  colour: ColourReport;
  segments: number;
  renderer: string;
  threads: number;
  /** Wall time, and frames over it. */
  seconds: number;
  framesPerSecond: number;
}

/** Everything a render needs beside the document. */
export interface RenderContext {
  addon: Addon;
  pool: RenderPool;
  cpu: CpuLevel;
}

export interface VideoOptions extends JobOptions {
  /** Called with every segment, in order, as soon as it is encoded. What it throws stops the work. */
  onSegment?: ((segment: EncodedSegment, settings: ResolvedSettings) => void) | undefined;
}

/** Renders and encodes into memory, or into the new file `path` when given (what is left of it on failure is the caller's). */
export async function renderVideo(
  { addon, pool, cpu }: RenderContext,
  table: FrameTable,
  settings: ResolvedSettings,
  path: string | undefined,
  options: VideoOptions,
): Promise<{ video: Uint8Array | undefined; report: RenderReport }> {
  const { range, rate, encode, container } = settings;
  const frames = range.end - range.start;
  const plan = planSegments(frames, rate, settings.segmentSeconds);
  const format = encode.codec === 'h264_420' ? 'nv12' : encode.codec === 'h264_444' ? 'yuv444p' : 'rgb24';
  const digest = new FramesDigest(format);
  const job = new Job(frames, options);
  return job.finish(async () => {
    const measure = (sample: FrameTable) => job.follow(pool.run('fidelity', { ...sample, cpu, control: job.control }));
    let colour: Promise<ColourReport> | undefined;
    const muxer = await typed(() => addon.createMuxer(encode, container, path));
    try {
      const encodeSegment = (index: number): Promise<EncodedSegment> => {
        const { start, end } = plan.segment(index);
        const slice = sliceTable(table, range.start + start, range.start + end);
        return job.follow(pool.run('segment', { ...slice, cpu, settings: encode, control: job.control }));
      };
      for await (const segment of inOrder(plan.count, pool.threads * 2, encodeSegment)) {
        options.onSegment?.(segment, settings);
        // Not before the first segment, which somebody may wait for.
        colour ??= job.follow(chromaReport(encode.codec, measure, table, range));
        digest.add(segment.hashes);
        await typed(() => muxer.append(segment));
      }
      const video = await typed(() => muxer.finish());
      const { seconds } = job;
      return {
        video,
        report: {
          frames,
          width: table.width,
          height: table.height,
          rate: `${rate.num}/${rate.den}`,
          duration: (frames * rate.den) / rate.num,
          container,
          codec: encode.codec,
          ...(encode.codec.startsWith('h264') && { preset: encode.preset, crf: encode.crf }),
          bytes: video ? video.byteLength : (await stat(path as string)).size,
          framesDigest: digest.toString(),
          colour: await (colour as Promise<ColourReport>),
          segments: plan.count,
          renderer: `cpu-${cpu}`,
          threads: pool.threads,
          seconds,
          framesPerSecond: frames / seconds,
        },
      };
    } finally {
      muxer.close();
    }
  });
}

/** Native calls on this thread: their errors become ours, as the pool's do. */
async function typed<T>(call: () => T | Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw fromNative(error);
  }
}
