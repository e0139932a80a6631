// SPDX-License-Identifier: Apache-2.0
// What the comparison with peers says, for people, for the page and for baselines.
import type { CpuLevel } from 'framekiln/native';
import { LEVEL_SHARE } from '../levels.js';
import { MAIN_SIZE } from '../options.js';
import type { Aim, Bench, Metric } from '../part.js';
import type { Bars } from '../report/chart.js';
import { cell, digits, type Table, table } from '../report/table.js';
import { SCENES, type Scene, sizeName } from '../scenes.js';
import type { Comparison, PeerRow } from './compare.js';

/** How many times the NumPy generator's rate RGB24 at the main size is to reach with AVX-512. */
const NUMPY_TIMES: Partial<Record<Scene, number>> = { geometric: 350, fractal: 600, plasma: 350, mandelbrot: 400 };

/** A table a contest, then the streams, then who took part and who did not. */
export function peerText({ rows, peers }: Comparison, { options }: Bench): (Table | string)[] {
  const contests = [...new Set(rows.map(({ contest }) => contest))];
  const tables = contests.map((contest) => {
    const here = rows.filter((row) => row.contest === contest);
    const title = `${contest}, ${sizeName(options.size)}, one thread, frames/s: median (min..max) of ${options.rounds} rounds, and framekiln's over it`;
    return peerTable(title, here, ({ framesPerSecond, times }) =>
      times ? `${cell(framesPerSecond)} ${digits(times.median)}x` : cell(framesPerSecond),
    );
  });
  // Each file is decoded in two contests.
  const first = rows.find(({ stream }) => stream)?.contest;
  const streams = rows.filter(({ stream, contest }) => stream && contest === first);
  const present = peers.flatMap((peer) =>
    'version' in peer ? [`  ${peer.name}: ${peer.what} (${peer.version})`] : [],
  );
  const absent = peers.flatMap((peer) => ('absent' in peer ? [`  ${peer.name}: ${peer.absent}`] : []));
  return [
    ...tables,
    ...(streams.length > 0 ? [streamTable(streams)] : []),
    ...(present.length > 0 ? [`\nPeers:\n${present.join('\n')}`] : []),
    ...(absent.length > 0 ? [`\nNot measured:\n${absent.join('\n')}`] : []),
  ];
}

const streamTable = (rows: readonly PeerRow[]): Table =>
  peerTable('The video files: kbit/s and RGB PSNR', rows, ({ stream }) =>
    stream ? `${digits(stream.kbitPerSecond)}, ${digits(stream.decibels)} dB` : '',
  );

function peerTable(title: string, rows: readonly PeerRow[], text: (row: PeerRow) => string): Table {
  return table(
    title,
    ['', ...SCENES],
    [...new Set(rows.map(({ peer }) => peer))].map((peer) => [
      peer,
      ...SCENES.map((scene) => {
        const row = rows.find((one) => one.peer === peer && one.scene === scene);
        return row ? text(row) : '-';
      }),
    ]),
  );
}

/** A chart a contest and scene. */
export function peerCharts({ rows }: Comparison, { options }: Bench): Bars[] {
  return [...new Set(rows.map(({ contest }) => contest))].flatMap((contest) =>
    SCENES.map((scene) => ({
      kind: 'bars' as const,
      title: `${contest}, ${scene}, ${sizeName(options.size)}, one thread (logarithmic)`,
      unit: 'frames/s',
      logarithmic: true,
      bars: rows
        .filter((row) => row.contest === contest && row.scene === scene)
        .map(({ peer, framesPerSecond, times }) => ({ label: peer, value: framesPerSecond, ours: !times })),
    })).filter(({ bars }) => bars.length > 0),
  );
}

/** Ratios: what the machine does to both falls out. */
export function peerMetrics({ rows }: Comparison, { options }: Bench): Metric[] {
  return rows.flatMap(({ contest, scene, peer, times }) => {
    if (!times) return [];
    const name = `peers ${sizeName(options.size)} ${scene} ${contest}: framekiln over ${peer}`;
    return [{ name, unit: 'x', better: 'higher', ...times }];
  });
}

export function peerAims({ rows, peers }: Comparison, { options }: Bench, level: CpuLevel): Aim[] {
  const share = LEVEL_SHARE[level];
  if (share === undefined || peers.length === 0 || sizeName(options.size) !== MAIN_SIZE) return [];
  return (Object.keys(NUMPY_TIMES) as Scene[]).map((scene) => {
    const least = (NUMPY_TIMES[scene] as number) * share;
    const times = rows.find((row) => row.scene === scene && row.peer === 'NumPy generator')?.times?.median;
    const aim = `${scene} to RGB24 at ${level}: at least ${digits(least)} times the NumPy generator`;
    return { aim, reached: (times ?? 0) >= least, value: times ? `${digits(times)}x` : 'not measured' };
  });
}
