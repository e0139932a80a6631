// SPDX-License-Identifier: Apache-2.0
import { stat } from 'node:fs/promises';
import type { FrameTable } from '../document/table.js';
import { fromNative } from '../errors.js';
import type { Addon, CpuLevel, EncodedSegment, FidelityJob, StageSeconds } from '../native.js';
import { type ColourReport, chromaReport } from './colour.js';
import type { Devices } from './devices.js';
import { FramesDigest } from './digest.js';
import type { Fallback } from './fallback.js';
import { inOrder, Job, type JobOptions } from './job.js';
import type { FrameMemory } from './memory.js';
import { planSegments } from './plan.js';
import type { RenderPool } from './pool.js';
import { SegmentMaker } from './segments.js';
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
  /** The quantiser was constant. */
  constantQp?: boolean;
  /** Of the file. */
  bytes: number;
  /** Of the frames before encoding: equal for equal frames, whatever the segments, threads and CPU. */
  framesDigest: string;
  colour: ColourReport;
  segments: number;
  /** What drew the frames, such as `cpu-avx2` or `cuda:0`; several joined by `+`. */
  renderer: string;
  /** Such as `libx264` or `h264_nvenc`; several joined by `+`. */
  encoder: string;
  /** Why these. */
  why: string;
  /** What a GPU failed at and the CPU did; `index` is the segment's. */
  fallbacks: Fallback[];
  threads: number;
  /** Wall time, and frames over it. */
  seconds: number;
  framesPerSecond: number;
  /** Seconds by what they went to, those of all threads together; on a GPU, drawing is waiting for it. */
  stages: StageSeconds & { muxing: number };
}

/** Everything a render needs beside the document. */
export interface RenderContext {
  addon: Addon;
  pool: RenderPool;
  cpu: CpuLevel;
  devices: Devices;
  /** Of raw frames that were asked for with `recycle`. */
  memory: FrameMemory;
}

export interface VideoOptions extends JobOptions {
  /** Called with every segment, in order, as soon as it is encoded. What it throws stops the work. */
  onSegment?: ((segment: EncodedSegment, settings: ResolvedSettings) => void) | undefined;
  /** Encodes in software, whatever the kiln was made for: the video is held against others. */
  software?: boolean | undefined;
}

/** Renders and encodes into memory, or into the new file `path` when given (what is left of it on failure is the caller's). */
export async function renderVideo(
  context: RenderContext,
  table: FrameTable,
  settings: ResolvedSettings,
  path: string | undefined,
  options: VideoOptions,
): Promise<{ video: Uint8Array | undefined; report: RenderReport }> {
  const { addon, pool, cpu, devices } = context;
  const { range, rate, encode, container } = settings;
  const frames = range.end - range.start;
  const plan = planSegments(frames, rate, settings.segmentSeconds);
  const format = encode.codec.endsWith('_420') ? 'nv12' : encode.codec === 'h264_444' ? 'yuv444p' : 'rgb24';
  const digest = new FramesDigest(format);
  const job = new Job(frames, options);
  return job.finish(async () => {
    const measure = (sample: FrameTable, chroma: FidelityJob['chroma']) =>
      job.follow(pool.run('fidelity', { ...sample, chroma, cpu, control: job.control }));
    let colour: Promise<ColourReport> | undefined;
    const means = await devices.means(encode.codec, {
      size: `${table.width}x${table.height}`,
      software: options.software,
    });
    const maker = new SegmentMaker(context, job, table, settings, plan, means);
    const stages = { drawing: 0, hashing: 0, encoding: 0, muxing: 0 };
    const mux = async <T>(call: () => Promise<T>): Promise<T> => {
      const started = performance.now();
      const result = await typed(call);
      stages.muxing += (performance.now() - started) / 1000;
      return result;
    };
    const muxer = await typed(() => addon.createMuxer(encode, container, path));
    try {
      let index = 0;
      for await (const made of inOrder(plan.count, pool.threads * 2, maker.make)) {
        const segment = await maker.fit(index++, made);
        options.onSegment?.(segment, settings);
        // Not before the first segment, which somebody may wait for.
        colour ??= job.follow(chromaReport(encode.codec, measure, table, range));
        digest.add(segment.hashes);
        for (const stage of ['drawing', 'hashing', 'encoding'] as const) stages[stage] += segment.seconds[stage];
        await mux(() => muxer.append(segment));
      }
      const video = await mux(() => muxer.finish());
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
          ...(encode.codec !== 'mpeg4_as_recorded' && { preset: encode.preset, crf: encode.crf }),
          ...(encode.constantQp && { constantQp: true }),
          bytes: video ? video.byteLength : (await stat(path as string)).size,
          framesDigest: digest.toString(),
          colour: await (colour as Promise<ColourReport>),
          segments: plan.count,
          renderer: maker.renderer,
          encoder: maker.encoder,
          why: means.why,
          fallbacks: maker.fallbacks.events,
          threads: pool.threads,
          seconds,
          framesPerSecond: frames / seconds,
          stages,
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
