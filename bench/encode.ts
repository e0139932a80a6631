// SPDX-License-Identifier: Apache-2.0
// A whole render, document to MP4 in memory, against libx264 alone on the same frames from memory.
import { createKiln, type Kiln, type Preset } from 'framekiln';
import { type CpuLevel, type EncodeSettings, frameBytes } from 'framekiln/native';
import { Crew, threadCounts } from './crew.js';
import { type Rate, rates, ratio, type Spread, spread, type Variant } from './measure.js';
import type { Aim, Bench, PartResult } from './part.js';
import { cell, digits, type Table, table } from './report/table.js';
import { FPS, FRAMES, framesOf, type Size, scheduleDocument, sizeName } from './scenes.js';

const PRESETS: readonly Preset[] = ['ultrafast', 'superfast', 'veryfast'];
/** Two seconds: what the kiln cuts a video into by default. */
const SEGMENT = 2 * FPS;
/** The share of libx264's own rate that a whole render is to reach, at this preset. */
const AIM = { preset: 'veryfast', share: 0.9 };

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

/** Every preset and number of threads. */
export async function benchEncode(bench: Bench): Promise<PartResult> {
  const { addon, options } = bench;
  const size = options.size;
  const frames = options.quick ? 2 * SEGMENT : FRAMES;
  const bytes = frameBytes('nv12', size.width, size.height);
  bench.note(`encode ${sizeName(size)}: ${frames} frames into memory`);
  const pixels = new Uint8Array(new SharedArrayBuffer(frames * bytes));
  const cpu = addon.about().cpuLevels.at(-1) as CpuLevel;
  addon.renderFrames({ ...scheduled(bench, size, frames), format: 'nv12', cpu, out: pixels });

  const rows: Row[] = [];
  for (const threads of threadCounts(options.threads)) {
    await using crew = await Crew.start(threads);
    await using kiln = createKiln({ threads, cpu });
    for (const preset of PRESETS.filter((name) => !options.quick || name !== 'superfast')) {
      bench.note(`encode ${sizeName(size)} ${preset}, threads: ${threads}`);
      rows.push(await measureRow(bench, { crew, kiln, preset, pixels, size, frames }));
    }
  }
  return {
    data: { size, frames, segmentFrames: SEGMENT, rows },
    text: text(rows, bench, size, frames),
    aims: aims(rows),
  };
}

/** The default schedule's first `frames` frames. */
function scheduled({ addon }: Bench, size: Size, frames: number) {
  const all = framesOf(addon, 'default', FRAMES, size);
  const first = <T extends Float64Array | Uint8Array>(array: T) => array.subarray(0, frames) as T;
  return { ...size, time: first(all.time), complexity: first(all.complexity), palette: first(all.palette) };
}

interface RowInput {
  crew: Crew;
  kiln: Kiln;
  preset: Preset;
  pixels: Uint8Array<SharedArrayBuffer>;
  size: Size;
  frames: number;
}

/** One preset, on the crew's and the kiln's number of threads. */
async function measureRow(bench: Bench, { crew, kiln, preset, pixels, size, frames: count }: RowInput): Promise<Row> {
  const { cpu, threads } = kiln;
  const settings: EncodeSettings = { codec: 'h264_420', ...size, fpsNum: FPS, fpsDen: 1, preset, crf: 23 };
  const document = scheduleDocument(size, count);
  const frames = scheduled(bench, size, count);
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
        ours = await crew.run({ kind: 'renderAndEncode', settings, cpu, frames, piece: SEGMENT });
      },
    },
    {
      name: 'libx264 alone',
      frames: count,
      run: async () => {
        theirs = await crew.run({ kind: 'encode', settings, pixels, frames, piece: SEGMENT });
      },
    },
  ];
  const measured = await rates(variants, bench.options.rounds);
  const [endToEnd, segmentsAlone, x264Alone] = variants.map(({ name }) => measured[name]) as [Rate, Rate, Rate];
  const share = ratio(endToEnd, x264Alone);
  const cpuShare = ratio(x264Alone.cpuMs, endToEnd.cpuMs);
  const untilFile = spread(reported.slice(-bench.options.rounds));
  return {
    preset,
    threads,
    endToEnd,
    segmentsAlone,
    x264Alone,
    untilFile,
    share,
    cpuShare,
    samePackets: ours === theirs,
    fileBytes,
  };
}

/** Shares are near 1: three decimals. */
const shareCell = ({ median, min, max }: Spread) => `${median.toFixed(3)} (${min.toFixed(3)}..${max.toFixed(3)})`;

/** The table, and what to know about it. */
function text(rows: readonly Row[], { options }: Bench, size: Size, frames: number): (Table | string)[] {
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
    `frames/s: median (min..max) of ${options.rounds} rounds`;
  return [
    table(title, head, body),
    `Both sides encode the same ${Math.ceil(frames / SEGMENT)} segments of ${SEGMENT} frames, so they idle alike at the end.`,
    'libx264 alone: frames copied from memory into the same encoder. Segments alone: rendered, hashed and encoded, ' +
      'without pool and file. Until file: end to end less the chroma measurement that the report holds.',
    'Share: end to end over libx264 alone, the median of the ratios of each round; CPU share: of processor time, ' +
      'which other processes disturb less.',
  ];
}

/** The aim holds on every number of threads. */
function aims(rows: readonly Row[]): Aim[] {
  return rows
    .filter(({ preset }) => preset === AIM.preset)
    .map(({ preset, threads, share, cpuShare }) => ({
      aim: `end to end at ${preset}, threads: ${threads}, at least ${AIM.share} of libx264 alone`,
      reached: share.median >= AIM.share,
      value: `${share.median.toFixed(3)}; by processor time ${cpuShare.median.toFixed(3)}`,
    }));
}
