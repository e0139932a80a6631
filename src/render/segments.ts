// SPDX-License-Identifier: Apache-2.0
// The segments of one video, all fit for one file.
import { setTimeout } from 'node:timers/promises';
import { type FrameTable, sliceTable } from '../document/table.js';
import { FramekilnError } from '../errors.js';
import type { EncodeSettings } from '../native.js';
import type { Means } from './devices.js';
import { encoderName, needsNvenc } from './encoder-names.js';
import { Fallbacks, failureOf } from './fallback.js';
import type { Job } from './job.js';
import type { SegmentPlan } from './plan.js';
import type { ResolvedSettings } from './settings.js';
import type { RenderContext } from './video.js';
import type { MadeSegment } from './worker.js';

/** How often, and for how long after the last segment, one that only NVENC can make waits for a session. */
const SESSION_PAUSE_MS = 250;
const SESSION_PATIENCE_MS = 60_000;

/**
 * Makes segments by NVENC, or drawn by a GPU, as long as that works, and others by the CPU.
 *
 * Where NVENC makes a video, libx264 stands in for it with parameter sets of its own, which NVENC's segments bring into the
 * file. So the first segment decides: when NVENC fails at it, the video is the one that libx264 makes anywhere.
 */
export class SegmentMaker {
  readonly fallbacks: Fallbacks;
  readonly #context: RenderContext;
  readonly #job: Job;
  readonly #table: FrameTable;
  readonly #encode: EncodeSettings;
  readonly #start: number;
  readonly #plan: SegmentPlan;
  /** NVENC makes the video, and others stand in for it. */
  #nvenc: boolean;
  readonly #standIns = new Set<number>();
  #lastMade = performance.now();
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
        ({ devices, nvenc }) => this.#onGpu(index, devices, nvenc),
        () => this.#onCpu(index),
      ),
    );

  /** The same segment, or made again so that it fits behind the first one. Takes them in order. */
  async fit(index: number, segment: MadeSegment): Promise<MadeSegment> {
    const misfit = !this.#nvenc && (segment.encoder === 'nvenc' || this.#standIns.has(index));
    const fitting = misfit ? await this.make(index) : segment;
    const { device } = fitting;
    this.#drawnBy.add(device === undefined ? `cpu-${this.#context.cpu}` : `cuda:${device}`);
    this.#encodedBy.add(encoderName(this.#encode.codec, fitting.encoder === 'nvenc'));
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

  async #onGpu(index: number, devices: readonly number[], nvenc: boolean): Promise<MadeSegment> {
    for (;;) {
      try {
        return await this.#run(index, devices, nvenc);
      } catch (error) {
        const full = error instanceof FramekilnError && error.code === 'SESSION_LIMIT';
        const waited = performance.now() - this.#lastMade;
        if (!full || !needsNvenc(this.#encode.codec) || waited > SESSION_PATIENCE_MS) throw error;
      }
      await setTimeout(SESSION_PAUSE_MS);
      this.#job.check();
    }
  }

  async #onCpu(index: number): Promise<MadeSegment> {
    const { codec, width, height } = this.#encode;
    const failure = this.fallbacks.events.at(-1);
    if (failure?.code === 'NVENC_REFUSED') this.#context.devices.refuse(codec, `${width}x${height}`, failure.message);
    if (needsNvenc(codec)) throw failureOf(this.fallbacks);
    if (index === 0) {
      this.#nvenc = false;
      this.fallbacks.dropNvenc();
    }
    return this.#run(index, [], false);
  }

  async #run(index: number, devices: readonly number[], nvenc: boolean): Promise<MadeSegment> {
    const { start, end } = this.#plan.segment(index);
    const slice = sliceTable(this.#table, this.#start + start, this.#start + end);
    const standIn = this.#nvenc && !nvenc;
    if (standIn) this.#standIns.add(index);
    else this.#standIns.delete(index);
    const made = await this.#context.pool.run('segment', {
      ...slice,
      cpu: this.#context.cpu,
      devices,
      encoder: nvenc ? 'nvenc' : 'software',
      settings: standIn ? { ...this.#encode, parameterSet: 1 } : this.#encode,
      control: this.#job.control,
    });
    this.#lastMade = performance.now();
    return made;
  }
}
