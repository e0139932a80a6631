// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { PALETTES } from '../document/table.js';
import { type Addon, type CpuLevel, FRAME_FORMATS, type FrameFormat, frameBytes } from '../native.js';
import { GOLDEN_FRAMES } from './selftest-golden.js';

export interface SelftestResult {
  /** A CPU level, or a GPU such as `cuda:0`. */
  backend: string;
  /** Frames of the original generator that came out equal, of all tried. */
  golden: { equal: number; tried: number };
  /** Random frames that came out equal to the reference's, of all tried. */
  random: { equal: number; tried: number };
  /** The first difference, in words. */
  failure?: string;
}

interface Picture {
  width: number;
  height: number;
  time: number;
  complexity: number;
  palette: number;
  format: FrameFormat;
}

const RANDOM_FRAMES = 200;

/** What draws: a GPU, or the CPU at a level. */
type On = { cpu: CpuLevel; device?: number };

/** Renders golden and random frames with every level of this machine, and with these GPUs. The seed makes it repeatable. */
export function selftest(addon: Addon, seed: number, gpus: readonly number[]): SelftestResult[] {
  const pictures = randomPictures(RANDOM_FRAMES, seed);
  const wanted = pictures.map((picture) => draw(addon, picture, { cpu: 'reference' }));
  const { cpuLevels } = addon.about();
  const cpu = cpuLevels.at(-1) as CpuLevel;
  const backends: [string, On][] = [
    ...cpuLevels.map((level): [string, On] => [level, { cpu: level }]),
    ...gpus.map((device): [string, On] => [`cuda:${device}`, { cpu, device }]),
  ];
  return backends.map(([backend, on]) => {
    const failures: string[] = [];
    for (const [width, height, time, complexity, palette, sha256] of GOLDEN_FRAMES) {
      const picture = { width, height, time, complexity, palette: PALETTES.indexOf(palette), format: 'rgb24' as const };
      const hash = createHash('sha256')
        .update(draw(addon, picture, on))
        .digest('hex');
      if (hash !== sha256) failures.push(`golden frame ${JSON.stringify(picture)}`);
    }
    const golden = { equal: GOLDEN_FRAMES.length - failures.length, tried: GOLDEN_FRAMES.length };
    let equal = 0;
    pictures.forEach((picture, i) => {
      if (Buffer.compare(draw(addon, picture, on), wanted[i] as Uint8Array) === 0) equal++;
      else failures.push(`random frame ${JSON.stringify(picture)} (seed ${seed})`);
    });
    const random = { equal, tried: pictures.length };
    return { backend, golden, random, ...(failures[0] !== undefined && { failure: failures[0] }) };
  });
}

function draw(addon: Addon, { format, ...p }: Picture, on: On): Uint8Array {
  const out = new Uint8Array(frameBytes(format, p.width, p.height));
  const time = Float64Array.of(p.time);
  const complexity = Float64Array.of(p.complexity);
  addon.renderFrames({ ...p, time, complexity, palette: Uint8Array.of(p.palette), ...on, format, out });
  return out;
}

function randomPictures(count: number, seed: number): Picture[] {
  const random = mulberry32(seed);
  const below = (n: number): number => Math.floor(random() * n);
  return Array.from({ length: count }, () => ({
    width: 1 + below(below(2) ? 40 : 400),
    height: 1 + below(below(2) ? 20 : 200),
    time: below(6) === 0 ? 0 : random() * 60 - 10,
    complexity: random() * 1.6 - 0.5,
    palette: below(PALETTES.length),
    format: FRAME_FORMATS[below(FRAME_FORMATS.length)] as FrameFormat,
  }));
}

/** Tommy Ettinger's mulberry32: a small generator whose sequence a seed repeats everywhere. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
