// SPDX-License-Identifier: Apache-2.0
import { FramekilnError, refuseSetting } from '../errors.js';
import { COMPARED, type FramesSide, frameBytes, LUMAS, type Luma } from '../native.js';
import { inOrder, Job, type JobOptions } from '../render/job.js';
import { chunkFrames } from '../render/plan.js';
import type { RenderContext } from '../render/video.js';
import { checkPair, type PairOptions } from './pair.js';
import type { FrameSource, Measurement } from './source.js';
import { distribution, psnrOf, psnrs } from './statistics.js';

export interface MeasureOptions extends JobOptions, PairOptions {
  /** Also compares luma, of BT.709 or BT.601, as FFmpeg's psnr and ssim filters do. */
  luma?: Luma | undefined;
}

const CHUNK_BYTES = 32 * 1024 * 1024;
/** Of one side's chunks that are under way, however many threads there are; but for frames larger than a chunk. */
const AHEAD_BYTES = 512 * 1024 * 1024;
/** Tasks stay short, and the first result soon. */
const MAX_CHUNK = 64;
/** The window of SSIM. */
const SMALLEST = 7;

/**
 * PSNR and SSIM of each frame of `b` against `a`, and their means.
 * @throws FramekilnError `NOT_COMPARABLE`, `INVALID_SETTING`, `INVALID_VIDEO`; the signal's reason
 */
export async function measureSources(
  { pool, cpu }: RenderContext,
  a: FrameSource,
  b: FrameSource,
  options: MeasureOptions,
): Promise<Measurement> {
  const { luma } = options;
  if (luma !== undefined && !LUMAS.includes(luma)) refuseSetting(`one of ${LUMAS.join(', ')}`, 'luma', luma);
  const { start, end, notes } = checkPair(a, b, options);
  const { width, height } = a;
  if (Math.min(width, height) < SMALLEST) {
    const message = `Frames of ${width}x${height} are too small for SSIM, whose window is 7x7`;
    throw new FramekilnError('NOT_COMPARABLE', message, { expected: 'at least 7x7', received: `${width}x${height}` });
  }
  const frames = end - start;
  const larger = Math.max(frameBytes('rgb24', width, height), frameBytes('rgb24', b.width, b.height));
  const ahead = pool.threads + 1;
  const perChunk = Math.min(MAX_CHUNK, chunkFrames(larger, Math.min(CHUNK_BYTES, AHEAD_BYTES / ahead)));
  const sides = [a, b].map((source) => source.chunks({ start, end }, perChunk, options.signal));
  const numbers = new Float64Array(frames * COMPARED.count);
  const job = new Job(frames, options);
  await job.finish(async () => {
    // Readers take the next frames while the pool compares those before.
    const compare = async () => {
      const [left, right] = await Promise.all(sides.map((side) => job.follow(next(side))));
      const pair = { a: left as FramesSide, b: right as FramesSide, cpu, control: job.control };
      job.check();
      return job.follow(pool.run('compare', { ...pair, ...(luma && { luma }) }, movable(pair)));
    };
    let at = 0;
    try {
      for await (const part of inOrder(Math.ceil(frames / perChunk), ahead, () => job.follow(compare()))) {
        numbers.set(part, at);
        at += part.length;
      }
    } finally {
      await Promise.all(sides.map((side) => side.return()));
    }
  });
  return report(numbers, { width, height, luma, notes });
}

async function next(side: AsyncGenerator<FramesSide>): Promise<FramesSide> {
  return (await side.next()).value;
}

/** Decoded pixels move to the thread that compares them. */
function movable({ a, b }: { a: FramesSide; b: FramesSide }): ArrayBuffer[] {
  return [a, b].flatMap((side) => ('data' in side ? [side.data.buffer as ArrayBuffer] : []));
}

function report(
  numbers: Float64Array,
  { width, height, luma, notes }: { width: number; height: number; luma: Luma | undefined; notes: string[] },
): Measurement {
  const frames = numbers.length / COMPARED.count;
  const column = (index: number) =>
    Array.from({ length: frames }, (_, i) => numbers[i * COMPARED.count + index] as number);
  const errors = column(COMPARED.squaredError);
  const samples = width * height * 3;
  const perFrame = errors.map((error) => psnrOf(error, samples));
  const differing = perFrame.filter((psnr) => psnr !== null);
  return {
    frames,
    width,
    height,
    psnr: {
      ...psnrs(errors, samples),
      meanOfDiffering: distribution(differing).mean,
      identicalFrames: frames - differing.length,
    },
    ssim: distribution(column(COMPARED.ssim)),
    ...(luma && {
      luma: {
        matrix: luma,
        psnr: psnrs(column(COMPARED.lumaSquaredError), width * height),
        ssim: distribution(column(COMPARED.lumaSsim)),
      },
    }),
    notes,
  };
}
