// SPDX-License-Identifier: Apache-2.0
// A GPU: drawing in its own memory beside clearing the same bytes and beside this machine's CPU; and whole renders with
// libx264 whose frames it draws, beside libx264 alone.

import { createKiln } from 'framekiln';
import { type EncodeSettings, frameBytes } from 'framekiln/native';
import { Crew, evenCuts } from './crew.js';
import { bestLevel } from './levels.js';
import { letSignalsIn, type Rate, rates, ratio, type Spread, spread } from './measure.js';
import type { Aim, Bench, PartResult } from './part.js';
import { cell, digits, type Table, table } from './report/table.js';
import { FAMILIES, FPS, FRAMES, framesOf, type Scene, type Size, sizeName, slice, storedDocument } from './scenes.js';

/** The share of clearing the same memory that drawing is to reach. Mandelbrot's bound is arithmetic. */
const MEMSET_SHARE = 0.6;
const X264_SHARE = 0.95;
/** Two seconds: what the kiln cuts a video into by default. */
const SEGMENT = 2 * FPS;
/** Long enough for launches not to count. */
const ROUND_SECONDS = 0.5;
const CPU_FRAMES = 20;
/** The scene ten times over: its end, where nothing is left to overlap, does not count. */
const DRAWN_FRAMES = 10 * FRAMES;

/** The GPU that was asked for is not there. */
export class NoGpu extends Error {}

interface Drawing {
  size: Size;
  scene: Scene;
  framesPerSecond: Spread;
  gigabytesPerSecond: Spread;
  /** Drawing over clearing, round by round. */
  memsetShare: Spread;
  /** One core of this machine at its best level. */
  cpu: Spread;
}

interface EndToEnd {
  size: Size;
  threads: number;
  gpu: Rate;
  cpu: Rate;
  x264Alone: Rate;
  share: Spread;
}

/** Says that there is none, and why; with `--device cuda` that is an error. */
export async function benchGpu(bench: Bench): Promise<PartResult> {
  const { addon, options } = bench;
  const found = addon.gpus();
  const device = Number(/^cuda:(\d+)$/.exec(options.device)?.[1] ?? 0);
  const gpu = found.devices[device];
  if (!gpu || options.device === 'cpu') {
    const why = options.device === 'cpu' ? '--device cpu' : `${found.code ?? 'NO_SUCH_DEVICE'}: ${found.message ?? ''}`;
    if (options.device.startsWith('cuda')) throw new NoGpu(`There is no ${options.device} here: ${why}`);
    return { data: { skipped: why }, text: [`\nGPU: skipped (${why})`] };
  }
  const { image } = addon.openGpu(device);
  const drawings: Drawing[] = [];
  for (const size of options.sizes) {
    for (const scene of [...Object.keys(FAMILIES), 'default'] as Scene[]) {
      bench.note(`gpu ${sizeName(size)} ${scene}`);
      drawings.push(await measureDrawing(bench, device, scene, size));
    }
  }
  bench.note('gpu end to end');
  const ends = [await measureEndToEnd(bench, device, options.size)];
  const name = `${gpu.name}, compute capability ${gpu.capability}, driver for CUDA ${found.driver}, kernels from ${image}`;
  return {
    data: { gpu, image, drawings, ends },
    text: text(name, drawings, ends, options.rounds),
    aims: aims(drawings, ends),
  };
}

async function measureDrawing({ addon, options }: Bench, device: number, scene: Scene, size: Size): Promise<Drawing> {
  const cpu = bestLevel(addon);
  const job = { ...framesOf(addon, scene, DRAWN_FRAMES, size), cpu, device, format: 'nv12' as const };
  const once = addon.timeGpu(job, 1).drawing;
  const times = Math.max(1, Math.min(10_000, Math.round((options.quick ? 0.1 : ROUND_SECONDS) / once)));
  const rounds = [];
  for (let round = 0; round < options.rounds; round++) {
    await letSignalsIn();
    rounds.push(addon.timeGpu(job, times));
  }
  const out = new Uint8Array(frameBytes('nv12', size.width, size.height));
  const some = framesOf(addon, scene, CPU_FRAMES, size);
  const run = () => {
    for (let i = 0; i < CPU_FRAMES; i++) addon.renderFrames({ ...slice(some, i, i + 1), format: 'nv12', cpu, out });
  };
  const onCpu = await rates([{ name: 'cpu', frames: CPU_FRAMES, run }], options.rounds);
  return {
    size,
    scene,
    framesPerSecond: spread(rounds.map(({ drawing }) => (times * DRAWN_FRAMES) / drawing)),
    gigabytesPerSecond: spread(rounds.map(({ drawing, bytes }) => bytes / drawing / 1e9)),
    memsetShare: spread(rounds.map(({ drawing, memset }) => memset / drawing)),
    cpu: onCpu.cpu as Rate,
  };
}

async function measureEndToEnd(bench: Bench, device: number, size: Size): Promise<EndToEnd> {
  const { addon, options } = bench;
  const { threads } = options;
  const cpu = bestLevel(addon);
  const settings: EncodeSettings = { codec: 'h264_420', ...size, fpsNum: FPS, fpsDen: 1, preset: 'veryfast', crf: 23 };
  // The default document, over and over until every thread has four segments (with --quick one): all end at a time.
  const count = threads * (options.quick ? 1 : 4) * SEGMENT;
  const frames = framesOf(addon, 'default', FRAMES, size);
  const document = storedDocument(framesOf(addon, 'default', count, size));
  const pixels = new Uint8Array(new SharedArrayBuffer(FRAMES * frameBytes('nv12', size.width, size.height)));
  addon.renderFrames({ ...frames, format: 'nv12', cpu, out: pixels });

  await using crew = await Crew.start(threads);
  await using onGpu = createKiln({ threads, device: `cuda:${device}`, encoder: 'software' });
  await using onCpu = createKiln({ threads, device: 'cpu', encoder: 'software' });
  const alone = () => crew.run({ kind: 'encode', settings, pixels, frames, cuts: evenCuts(count, SEGMENT) });
  const measured = await rates(
    [
      { name: 'gpu', frames: count, run: () => onGpu.render(document) },
      { name: 'cpu', frames: count, run: () => onCpu.render(document) },
      { name: 'libx264 alone', frames: count, run: alone },
    ],
    options.rounds,
  );
  const [gpu, cpuRate, x264Alone] = [measured.gpu, measured.cpu, measured['libx264 alone']] as [Rate, Rate, Rate];
  return { size, threads, gpu, cpu: cpuRate, x264Alone, share: ratio(gpu, x264Alone) };
}

function text(name: string, drawings: Drawing[], ends: EndToEnd[], rounds: number): (Table | string)[] {
  const drawn = drawings.map(({ size, scene, framesPerSecond, gigabytesPerSecond, memsetShare, cpu }) => [
    `${sizeName(size)} ${scene}`,
    cell(framesPerSecond),
    cell(gigabytesPerSecond),
    `${(memsetShare.median * 100).toFixed(0)} %`,
    cell(cpu),
    digits(framesPerSecond.median / cpu.median),
  ]);
  const whole = ends.map(({ size, threads, gpu, cpu, x264Alone, share }) => [
    `${sizeName(size)}, ${threads} threads`,
    ...[gpu, cpu, x264Alone].map(cell),
    share.median.toFixed(3),
  ]);
  const median = `median (min..max) of ${rounds} rounds`;
  return [
    `\n${name}`,
    table(
      `Drawing to NV12 in the GPU's memory, in batches; ${median}`,
      ['scene', 'frames/s', 'GB/s', 'of a memset', 'CPU, one core', 'times'],
      drawn,
    ),
    table(
      `Document to MP4 with libx264 veryfast, drawn by the GPU and by the CPU, frames/s; ${median}`,
      ['size', 'GPU + libx264', 'CPU + libx264', 'libx264 alone', 'share'],
      whole,
    ),
  ];
}

function aims(drawings: Drawing[], ends: EndToEnd[]): Aim[] {
  return [
    ...drawings
      .filter(({ scene }) => scene !== 'mandelbrot' && scene !== 'default')
      .map(({ scene, size, memsetShare }) => ({
        aim: `${scene} at ${sizeName(size)} above ${MEMSET_SHARE} of a memset`,
        reached: memsetShare.median > MEMSET_SHARE,
        value: memsetShare.median.toFixed(2),
      })),
    ...ends.map(({ size, threads, share }) => ({
      aim: `end to end at ${sizeName(size)}, threads: ${threads}, above ${X264_SHARE} of libx264 alone`,
      reached: share.median > X264_SHARE,
      value: share.median.toFixed(3),
    })),
  ];
}
