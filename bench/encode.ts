// SPDX-License-Identifier: Apache-2.0
// A whole render, document to MP4 in memory, against libx264 alone on the same frames from memory.

import { createKiln, type Kiln, type Preset, planSegments } from 'framekiln';
import { type EncodeSettings, frameBytes, type NativeFrames } from 'framekiln/native';
import { type Bulk, bulkAims, bulkTable, measureBulk } from './bulk.js';
import { Crew, threadCounts } from './crew.js';
import { bestLevel } from './levels.js';
import { type Rate, rates, ratio, type Spread, spread, type Variant } from './measure.js';
import type { Aim, Bench, Metric, PartResult } from './part.js';
import { measureProfile, profileTable } from './profile.js';
import { cell, digits, shareCell, type Table, table } from './report/table.js';
import { FPS, FRAMES, framesOf, type Size, scheduleDocument, sizeName, slice } from './scenes.js';

/** Presets, and the share of libx264's own rate that a whole render is to reach. */
export const AIMS = { ultrafast: 0.93, superfast: 0.96, veryfast: 0.96 } as const;
const PRESETS = Object.keys(AIMS) as (keyof typeof AIMS)[];
/** Of two threads over one. */
const TWO_THREADS = 1.85;
/** Single ratios of a shared machine say little. */
const LEAST_ROUNDS = 9;

interface Row {
  preset: Preset;
  threads: number;
  endToEnd: Rate;
  /** The same by its report, which stops the clock when the file is done: before chroma fidelity is measured. */
  untilFile: Spread;
  /** The kiln's native calls without its pool, its digest and its file. */
  segmentsAlone: Rate;
  x264Alone: Rate;
  /** endToEnd over x264Alone, round by round. */
  share: Spread;
  /** Likewise of processor time: libx264 alone over endToEnd. */
  cpuShare: Spread;
  samePackets: boolean;
  fileBytes: number;
}

/** Every preset and number of threads, and many short videos. */
export async function benchEncode(bench: Bench): Promise<PartResult> {
  const { addon, options } = bench;
  const { size, quick } = options;
  const rounds = quick ? options.rounds : Math.max(LEAST_ROUNDS, options.rounds);
  const count = quick ? FRAMES / 3 : FRAMES;
  bench.note(`encode ${sizeName(size)}: ${count} frames into memory`);
  const frames = slice(framesOf(addon, 'default', FRAMES, size), 0, count);
  const pixels = new Uint8Array(new SharedArrayBuffer(count * frameBytes('nv12', size.width, size.height)));
  const cpu = bestLevel(addon);
  addon.renderFrames({ ...frames, format: 'nv12', cpu, out: pixels });

  const rows: Row[] = [];
  const bulks: Bulk[] = [];
  for (const threads of threadCounts(options.threads)) {
    await using crew = await Crew.start(threads);
    await using kiln = createKiln({ threads, cpu, device: 'cpu', encoder: 'software' });
    for (const preset of PRESETS.filter((name) => !quick || name !== 'superfast')) {
      bench.note(`encode ${sizeName(size)} ${preset}, threads: ${threads}`);
      rows.push(await measureRow({ crew, kiln, preset, pixels, frames, rounds }));
    }
    bench.note(`encode: many short videos, threads: ${threads}`);
    bulks.push(await measureBulk(bench, { crew, kiln, rounds: Math.min(rounds, 3) }));
  }
  const profiles = options.profile ? await measureProfile(bench) : [];
  return {
    data: { size, frames: count, rounds, rows, bulks, profiles },
    text: [
      ...text(rows, size, count, rounds),
      bulkTable(bulks),
      ...(profiles.length > 0 ? [profileTable(profiles, bench)] : []),
    ],
    charts: [
      {
        kind: 'bars',
        title: `Document to MP4 beside libx264 alone, ${sizeName(size)}`,
        unit: 'frames/s',
        bars: rows.flatMap(({ preset, threads, endToEnd, x264Alone }) => [
          { label: `${preset}, threads: ${threads}`, value: endToEnd, ours: true },
          { label: 'libx264 alone', value: x264Alone, ours: false },
        ]),
      },
    ],
    metrics: rows.map(metricOf(size)),
    aims: [...aims(rows), ...bulkAims(bulks, rows)],
  };
}

interface RowInput {
  crew: Crew;
  kiln: Kiln;
  preset: Preset;
  pixels: Uint8Array<SharedArrayBuffer>;
  frames: NativeFrames;
  rounds: number;
}

/** The frames at which the kiln begins its segments, and the end. */
export function segmentCuts(frames: number): number[] {
  const plan = planSegments(frames, { num: FPS, den: 1 });
  return [...Array.from({ length: plan.count }, (_, i) => plan.segment(i).start), frames];
}

/** One preset, on the crew's and the kiln's number of threads. */
async function measureRow({ crew, kiln, preset, pixels, frames, rounds }: RowInput): Promise<Row> {
  const { cpu, threads } = kiln;
  const { width, height } = frames;
  const count = frames.time.length;
  const settings: EncodeSettings = { codec: 'h264_420', width, height, fpsNum: FPS, fpsDen: 1, preset, crf: 23 };
  const document = scheduleDocument(frames, count);
  const cuts = segmentCuts(count);
  let [fileBytes, ours, theirs] = [0, 0, 0];
  const reported: number[] = [];
  const variants: [Variant, Variant, Variant] = [
    {
      name: 'end to end',
      frames: count,
      // The pool lets idle threads go; a tiny render brings them back.
      prepare: () => kiln.render(scheduleDocument({ width: 64, height: 64 }, threads * 4), { segmentSeconds: 0.04 }),
      run: async () => {
        const { video, report } = await kiln.render(document, { preset });
        fileBytes = video.byteLength;
        reported.push(report.framesPerSecond);
      },
    },
    {
      name: 'segments alone',
      frames: count,
      run: async () => {
        ours = await crew.run({ kind: 'renderAndEncode', settings, cpu, frames, cuts });
      },
    },
    {
      name: 'libx264 alone',
      frames: count,
      run: async () => {
        theirs = await crew.run({ kind: 'encode', settings, pixels, frames, cuts });
      },
    },
  ];
  const measured = await rates(variants, rounds);
  const [endToEnd, segmentsAlone, x264Alone] = variants.map(({ name }) => measured[name]) as [Rate, Rate, Rate];
  return {
    ...{ preset, threads, endToEnd, segmentsAlone, x264Alone, fileBytes },
    untilFile: spread(reported.slice(-rounds)),
    share: ratio(endToEnd, x264Alone),
    cpuShare: ratio(x264Alone.cpuMs, endToEnd.cpuMs),
    samePackets: ours === theirs,
  };
}

/** The table, and what to know about it. */
function text(rows: readonly Row[], size: Size, frames: number, rounds: number): (Table | string)[] {
  const body = rows.map((row) => [
    row.preset,
    `${row.threads}`,
    ...[row.endToEnd, row.untilFile, row.segmentsAlone, row.x264Alone].map(cell),
    shareCell(row.share),
    shareCell(row.cpuShare),
    digits(row.fileBytes / 2 ** 20),
    row.samePackets ? 'yes' : 'NO',
  ]);
  const head = ['preset', 'threads', 'end to end', 'until file', 'segments alone', 'libx264 alone'];
  head.push('share', 'CPU share', 'MiB', 'same packets');
  const title =
    `End to end (kiln.render of the default document to MP4 in memory), ${sizeName(size)}, ${frames} frames, crf 23, ` +
    `frames/s: median (min..max) of ${rounds} rounds`;
  return [
    table(title, head, body),
    'Both sides encode the same segments with the same settings. libx264 alone: frames copied from memory into the same ' +
      'encoder. Segments alone: rendered, hashed and encoded, without pool and file. Until file: end to end less the chroma ' +
      'measurement that the report holds. Share: end to end over libx264 alone, the median of the ratios of each round; CPU ' +
      'share: of processor time, which other processes disturb less.',
  ];
}

const metricOf =
  (size: Size) =>
  ({ preset, threads, endToEnd: { cpuMs: _, ...rate } }: Row): Metric => {
    const name = `encode ${sizeName(size)} ${preset}, threads: ${threads}`;
    return { name, unit: 'frames/s', better: 'higher', ...rate };
  };

/** By processor time as well, which says more on a busy machine. */
function aims(rows: readonly Row[]): Aim[] {
  const shares = rows.map(({ preset, threads, share, cpuShare }) => {
    const least = AIMS[preset as keyof typeof AIMS];
    const aim = `end to end at ${preset}, threads: ${threads}, at least ${least} of libx264 alone`;
    const value = `${share.median.toFixed(3)}; by processor time ${cpuShare.median.toFixed(3)}`;
    return { aim, reached: share.median >= least, value };
  });
  const scaling = rows
    .filter(({ threads }) => threads === 2)
    .flatMap((two) => {
      const one = rows.find(({ preset, threads }) => threads === 1 && preset === two.preset);
      if (!one) return [];
      const times = two.endToEnd.median / one.endToEnd.median;
      const aim = `end to end at ${two.preset}: two threads at least ${TWO_THREADS} times one`;
      return [{ aim, reached: times >= TWO_THREADS, value: `${times.toFixed(2)}x` }];
    });
  return [...shares, ...scaling];
}
