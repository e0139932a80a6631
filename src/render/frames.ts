// SPDX-License-Identifier: Apache-2.0
import { type FrameTable, sliceTable } from '../document/table.js';
import { FramekilnError } from '../errors.js';
import { type FrameFormat, frameBytes } from '../native.js';
import { Fallbacks } from './fallback.js';
import { inOrder, Job, type JobOptions } from './job.js';
import { chunkFrames, type FrameRange } from './plan.js';
import type { RenderContext } from './video.js';

/** One raw frame. */
export interface Frame {
  /** In the document. */
  index: number;
  /** Packed pixels; a view that may share its buffer with neighbours. With `recycle`, valid until the next is asked for. */
  data: Uint8Array;
  /** XXH3-128 of the pixels, 16 bytes. */
  hash: Uint8Array;
}

const CHUNK_BYTES = 8 * 1024 * 1024;

export interface RenderFramesOptions extends JobOptions {
  /**
   * Draws into the memory of earlier frames, which is much faster: a frame's pixels are there until the next one is asked
   * for, or the loop is left.
   */
  recycle?: boolean | undefined;
}

/** Renders frames in order. Leaving the loop early stops the work. */
export async function* renderFrames(
  { pool, cpu, devices, memory }: RenderContext,
  table: FrameTable,
  format: FrameFormat,
  range: FrameRange,
  options: RenderFramesOptions,
): AsyncGenerator<Frame, void, undefined> {
  const bytes = frameBytes(format, table.width, table.height);
  const frames = range.end - range.start;
  const perChunk = chunkFrames(bytes, CHUNK_BYTES);
  const job = new Job(frames, options);
  const startFallbacks = async () => new Fallbacks(devices, { ...(await devices.drawing()), nvenc: false });
  let starting: Promise<Fallbacks> | undefined;
  const renderChunk = async (index: number) => {
    const first = range.start + index * perChunk;
    const slice = sliceTable(table, first, Math.min(first + perChunk, range.end));
    const on = (gpus: readonly number[]) => {
      const piece = options.recycle ? memory.take(bytes * slice.time.length) : undefined;
      const task = { ...slice, cpu, devices: gpus, format, control: job.control, memory: piece };
      return pool.run('frames', task, piece ? [piece] : []);
    };
    starting ??= startFallbacks();
    const fallbacks = await starting;
    return fallbacks.run(
      first,
      (means) => on(means.devices),
      () => on([]),
    );
  };
  let index = range.start;
  let left = true;
  try {
    for await (const { data, hashes } of inOrder(Math.ceil(frames / perChunk), pool.threads + 1, (i) =>
      job.follow(renderChunk(i)),
    )) {
      try {
        for (let at = 0; at * bytes < data.length; at++, index++) {
          yield {
            index,
            data: data.subarray(at * bytes, (at + 1) * bytes),
            hash: hashes.subarray(at * 16, (at + 1) * 16),
          };
          job.check();
        }
      } finally {
        if (options.recycle) memory.give(data.buffer);
      }
    }
    left = false;
  } catch (reason) {
    left = false;
    job.fail(reason);
  } finally {
    if (left) job.fail(new FramekilnError('CANCELLED', 'The loop over the frames was left'));
    await job.settle();
  }
  job.check();
}
