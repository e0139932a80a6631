// SPDX-License-Identifier: Apache-2.0
// The segments of one video, all fit for one file.
import { type FrameTable, sliceTable } from '../document/table.js';
import type { EncodeSettings } from '../native.js';
import type { Means } from './devices.js';
import { Fallbacks, failureOf } from './fallback.js';
import type { Job } from './job.js';
import type { SegmentPlan } from './plan.js';
import type { ResolvedSettings } from './settings.js';
import type { RenderContext } from './video.js';
import type { MadeSegment } from './worker.js';

/** Encoders of libavcodec, by what they make. */
const SOFTWARE = {
  h264_420: 'libx264',
  h264_444: 'libx264',
  h264_rgb: 'libx264rgb',
  mpeg4_as_recorded: 'mpeg4',
  hevc_420: 'none',
  av1_420: 'none',
} as const;

/**
 * Makes segments by NVENC, or drawn by a GPU, as long as that works, and others by the CPU.
 *
 * Where NVENC makes a video, libx264 stands in for it with parameter sets of its own, which NVENC's segments bring into the
 * file. So the first segment decides: a file that begins with a stand-in's is the stand-in's to the end.
 */
export class SegmentMaker {
  readonly fallbacks: Fallbacks;
  readonly #context: RenderContext;
  readonly #job: Job;
  readonly #table: FrameTable;
  readonly #encode: EncodeSettings;
  readonly #start: number;
  readonly #plan: SegmentPlan;
  /** NVENC was to make the video. */
  readonly #nvenc: boolean;
  readonly #drawnBy = new Set<string>();
  readonly #encodedBy = new Set<string>();

  constructor(
    context: RenderContext,
    job: Job,
    table: FrameTable,
    { encode, range }: ResolvedSettings,
    plan: SegmentPlan,
    means: Means,
  ) {
    this.#context = context;
    this.#job = job;
    this.#table = table;
    this.#encode = encode;
    this.#start = range.start;
    this.#plan = plan;
    this.#nvenc = means.nvenc;
    this.fallbacks = new Fallbacks(context.devices, means);
  }

  /** Makes segment `index`, whatever happens to the GPU. */
  readonly make = (index: number): Promise<MadeSegment> =>
    this.#job.follow(
      this.fallbacks.run(
        index,
        ({ devices, nvenc }) => this.#run(index, devices, nvenc),
        () => this.#byCpu(index),
      ),
    );

  /** The same segment, or made again so that it fits behind the first one. Takes them in order. */
  async fit(index: number, segment: MadeSegment): Promise<MadeSegment> {
    const nvenc = segment.encoder === 'nvenc';
    const misfit = nvenc && index > 0 && !this.#encodedBy.has(nvencName(this.#encode));
    const fitting = misfit ? await this.#job.follow(this.#byCpu(index)) : segment;
    const { device } = fitting;
    this.#drawnBy.add(device === undefined ? `cpu-${this.#context.cpu}` : `cuda:${device}`);
    this.#encodedBy.add(fitting.encoder === 'nvenc' ? nvencName(this.#encode) : SOFTWARE[this.#encode.codec]);
    return fitting;
  }

  /** Such as `cuda:0`, or `cuda:0+cpu-avx2` after a fallback. */
  get renderer(): string {
    return [...this.#drawnBy].sort().reverse().join('+');
  }

  /** Such as `libx264` or `h264_nvenc+libx264`. */
  get encoder(): string {
    return [...this.#encodedBy].sort().join('+');
  }

  async #byCpu(index: number): Promise<MadeSegment> {
    const { codec } = this.#encode;
    // There is no other encoder: the failure itself is the answer.
    if (codec === 'hevc_420' || codec === 'av1_420') throw failureOf(this.fallbacks);
    return this.#run(index, [], false);
  }

  #run(index: number, devices: readonly number[], nvenc: boolean): Promise<MadeSegment> {
    const { start, end } = this.#plan.segment(index);
    const slice = sliceTable(this.#table, this.#start + start, this.#start + end);
    const standIn = this.#nvenc && !nvenc;
    return this.#context.pool.run('segment', {
      ...slice,
      cpu: this.#context.cpu,
      devices,
      encoder: nvenc ? 'nvenc' : 'software',
      settings: standIn ? { ...this.#encode, parameterSet: 1 } : this.#encode,
      control: this.#job.control,
    });
  }
}

const nvencName = ({ codec }: EncodeSettings): string => `${codec.replace(/_.*/, '')}_nvenc`;
