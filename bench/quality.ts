// SPDX-License-Identifier: Apache-2.0
// PSNR and SSIM beside scikit-image's in the same run: RGB, one core, the same two pictures.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMPARED, type CompareJob, type PixelFrames } from 'framekiln/native';
import { withFolder } from './folder.js';
import { bestLevel } from './levels.js';
import { ratio, type Spread, seconds, spread } from './measure.js';
import type { Aim, Bench, PartResult } from './part.js';
import { findPython, type Python, runPeer } from './python.js';
import { cell, type Table, table } from './report/table.js';
import { type Size, sizeName } from './scenes.js';

const METRICS = { psnr: 60, ssim: 80 } as const;
type Metric = keyof typeof METRICS;
/** What may differ: dB, and SSIM. */
const AGREE = { psnr: 1e-6, ssim: 1e-9 };
/** The fastest of so many calls is a round's number, there as here. */
const CALLS = { quick: 3, usual: 7 };

type Found = Record<Metric, { value: number; milliseconds: number }>;

/** Our frames a second over scikit-image's. */
export async function benchQuality(bench: Bench): Promise<PartResult> {
  const { rounds, quick, size } = bench.options;
  const python = findPython('skimage');
  if (!('command' in python)) {
    const text = [`\nscikit-image was not measured: ${python.absent}. Its package is python3-skimage.`];
    return { data: { absent: python.absent }, text, aims: aims({}, 'not measured') };
  }
  const pictures = picturesOf(size);
  const samples = (['psnr', 'ssim'] as const).map((metric) => ({
    metric,
    ours: [] as number[],
    theirs: [] as number[],
  }));
  let apart = 0;
  await withFolder(async (folder) => {
    const files = pictures.map((picture, i) => {
      const file = join(folder, `${i}.rgb`);
      writeFileSync(file, picture);
      return file;
    });
    const calls = quick ? CALLS.quick : CALLS.usual;
    for (let round = 0; round < rounds; round++) {
      bench.note(`measure ${sizeName(size)}, round ${round + 1} of ${rounds}`);
      const measure = [
        async () => runPeer<Found>(python, 'quality.py', [...files, '--size', sizeName(size), '--rounds', `${calls}`]),
        () => ourNumbers(bench, pictures, size, calls),
      ];
      const turned = round % 2 === 1;
      const found: Found[] = [];
      for (const one of turned ? measure.reverse() : measure) found.push(await one());
      const [theirs, ours] = (turned ? found.reverse() : found) as [Found, Found];
      for (const sample of samples) {
        sample.ours.push(1000 / ours[sample.metric].milliseconds);
        sample.theirs.push(1000 / theirs[sample.metric].milliseconds);
        const difference = Math.abs(ours[sample.metric].value - theirs[sample.metric].value);
        apart = Math.max(apart, difference / AGREE[sample.metric]);
      }
    }
  });
  const rows = samples.map(({ metric, ours, theirs }) => {
    const [our, their] = [spread(ours), spread(theirs)];
    return { metric, ours: our, scikitImage: their, times: ratio(our, their) };
  });
  const times = Object.fromEntries(rows.map((row) => [row.metric, row.times]));
  return {
    data: { size, python, rows, apart },
    text: text(rows, python, bench, size),
    aims: aims(times, agreement(apart)),
  };
}

interface Row {
  metric: string;
  ours: Spread;
  scikitImage: Spread;
  times: Spread;
}

function agreement(apart: number): string {
  return `${(apart * 100).toPrecision(2)} % of it`;
}

function aims(times: Partial<Record<Metric, Spread>>, apart: string): Aim[] {
  const fast = (Object.entries(METRICS) as [Metric, number][]).map(([metric, least]) => {
    const median = times[metric]?.median ?? Number.NaN;
    const aim = `${metric.toUpperCase()} at least ${least} times as fast as scikit-image on one core`;
    return { aim, reached: median >= least, value: Number.isNaN(median) ? 'not measured' : `${median.toFixed(0)}x` };
  });
  const equal = {
    aim: 'equal to scikit-image within 1e-6 dB and 1e-9',
    reached: !/not|[1-9]\d\d/.test(apart),
    value: apart,
  };
  return [...fast, equal];
}

function text(rows: readonly Row[], { command, version }: Python, { options }: Bench, size: Size): Table[] {
  const title =
    `PSNR and SSIM beside scikit-image (${command}, ${version}), one core, RGB24 ${sizeName(size)}, ` +
    `frames/s: median (min..max) of ${options.rounds} rounds`;
  const body = rows.map((row) => [row.metric.toUpperCase(), cell(row.ours), cell(row.scikitImage), cell(row.times)]);
  return [table(title, ['', 'framekiln', 'scikit-image', 'times as fast'], body)];
}

/** Noise, and the same with a little more of it: no window is alike, so nothing is saved. */
function picturesOf({ width, height }: Size): [Uint8Array, Uint8Array] {
  const a = new Uint8Array(width * height * 3);
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state >>> 24;
  };
  for (let i = 0; i < a.length; i++) a[i] = next();
  return [a, a.map((sample) => Math.max(0, Math.min(255, sample + (next() >> 4) - 8)))];
}

async function ourNumbers({ addon }: Bench, pictures: Uint8Array[], size: Size, calls: number): Promise<Found> {
  const [a, b] = pictures.map((data): PixelFrames => {
    return { data, frames: 1, ...size, format: 'rgb24', matrix: 0, fullRange: true };
  }) as [PixelFrames, PixelFrames];
  const job: CompareJob = { a, b, cpu: bestLevel(addon) };
  const fastest = async (call: CompareJob) => {
    const spent: number[] = [];
    for (let i = 0; i < calls; i++) spent.push((await seconds(() => addon.compareFrames(call))) * 1000);
    return Math.min(...spent);
  };
  const numbers = addon.compareFrames(job);
  const squaredError = numbers[COMPARED.squaredError] as number;
  const psnr = 10 * Math.log10((255 * 255 * a.data.length) / squaredError);
  const both = await fastest(job);
  const psnrAlone = await fastest({ ...job, psnrOnly: true });
  return {
    psnr: { value: psnr, milliseconds: psnrAlone },
    // Both are computed together; SSIM is what the rest took.
    ssim: { value: numbers[COMPARED.ssim] as number, milliseconds: both - psnrAlone },
  };
}
