// SPDX-License-Identifier: Apache-2.0
// The NumPy generator (peers/generator.py) in the same run: RGB, one core, the same frames.
import { type CpuLevel, frameBytes } from 'framekiln/native';
import { ratio, type Spread, seconds, spread } from './measure.js';
import type { Bench, PartResult } from './part.js';
import { findPython, type Python, runPeer } from './python.js';
import { FAMILIES, type Size, sizeName } from './scenes.js';
import { cell, table } from './table.js';

/** The generator's own BENCH_TIMES. */
const TIMES = [0.5, 2, 4, 8];
const AIM = 50;

/** Our RGB frames a second over NumPy's, by family. */
export async function benchPeers(bench: Bench): Promise<PartResult> {
  const { rounds, quick, sizes } = bench.options;
  const size = sizes[0] as Size;
  const python = findPython('numpy');
  if (!('command' in python)) {
    const text = `\nThe NumPy generator was not measured: ${python.absent}. Its package is python3-numpy.`;
    const aim = `every family at least ${AIM} times as fast as NumPy`;
    return { data: { absent: python.absent }, text, aims: [{ aim, reached: false, value: 'not measured' }] };
  }
  const families = Object.keys(FAMILIES) as (keyof typeof FAMILIES)[];
  const ours = new Map<string, number[]>(families.map((family) => [family, []]));
  const theirs = new Map<string, number[]>(families.map((family) => [family, []]));
  for (let round = 0; round < rounds; round++) {
    bench.note(`peers ${sizeName(size)}, round ${round + 1} of ${rounds}`);
    const turns = [
      () => {
        const args = ['--bench', '--size', sizeName(size), '--seconds', quick ? '0.1' : '2'];
        const found = runPeer<Record<string, number>>(python, 'generator.py', args);
        for (const family of families) theirs.get(family)?.push(found[family] ?? Number.NaN);
      },
      async () => {
        for (const family of families) ours.get(family)?.push(await ourRate(bench, FAMILIES[family], size));
      },
    ];
    for (const turn of round % 2 ? turns.reverse() : turns) await turn();
  }

  const rows = families.map((family) => {
    const [our, their] = [spread(ours.get(family) ?? []), spread(theirs.get(family) ?? [])];
    return { family, ours: our, numpy: their, times: ratio(our, their) };
  });
  return { data: { size, python, rows }, text: text(rows, python, bench, size), aims: rows.map(aimOf) };
}

interface PeerRow {
  family: string;
  ours: Spread;
  numpy: Spread;
  times: Spread;
}

function aimOf({ family, times }: PeerRow) {
  const aim = `${family} at least ${AIM} times as fast as NumPy on one core`;
  return { aim, reached: times.median >= AIM, value: `${times.median.toFixed(0)}x` };
}

function text(rows: readonly PeerRow[], { command, version }: Python, { options }: Bench, size: Size): string {
  const title =
    `Against the NumPy generator (${command}, NumPy ${version}), one core, RGB24 ${sizeName(size)}, times ` +
    `${TIMES.join(', ')}, frames/s: median (min..max) of ${options.rounds} rounds`;
  const body = rows.map((row) => [row.family, cell(row.ours), cell(row.numpy), cell(row.times)]);
  return table(title, ['family', 'framekiln', 'NumPy', 'times as fast'], body);
}

/** Our best level at the generator's times, one call after the other into the same frames. */
async function ourRate({ addon, options }: Bench, complexity: number, size: Size): Promise<number> {
  const job = {
    ...size,
    time: Float64Array.from(TIMES),
    complexity: new Float64Array(TIMES.length).fill(complexity),
    palette: new Uint8Array(TIMES.length),
    format: 'rgb24' as const,
    cpu: addon.about().cpuLevels.at(-1) as CpuLevel,
    out: new Uint8Array(frameBytes('rgb24', size.width, size.height) * TIMES.length),
  };
  addon.renderFrames(job);
  let frames = 0;
  let spent = 0;
  while (spent < (options.quick ? 0.1 : 0.5)) {
    spent += await seconds(() => addon.renderFrames(job));
    frames += TIMES.length;
  }
  return frames / spent;
}
