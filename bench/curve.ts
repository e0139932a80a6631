// SPDX-License-Identifier: Apache-2.0
// What presets and crf give and cost: the curve by which the defaults are chosen.
import { join } from 'node:path';
import { createKiln, type Kiln, type Preset, type RenderSettings } from 'framekiln';
import { withFolder } from './folder.js';
import { type Rate, rates, spread, type Variant } from './measure.js';
import type { Bench, Metric, PartResult } from './part.js';
import type { Lines } from './report/chart.js';
import { cell, digits, type Table, table } from './report/table.js';
import { FPS, FRAMES, type Size, scheduleDocument, sizeName } from './scenes.js';

const PRESETS = ['ultrafast', 'superfast', 'veryfast', 'medium'] as const satisfies readonly Preset[];
const CRFS = [18, 23, 28, 33];

const REMARK =
  '4:2:0 keeps one colour for four pixels, which holds its RGB PSNR down whatever the crf: luma PSNR says more of what the ' +
  'encoder did. Lossless 4:4:4 loses the rounding to YCbCr alone.';

/** What one video is like. PSNR is against the exact frames, of all of them together. */
interface Quality {
  kbits: number;
  /** dB; null when every pixel is exact. */
  rgb: number | null;
  luma: number | null;
}

interface Point extends Quality {
  name: string;
  preset: Preset;
  chroma: '420' | '444';
  /** 0 with chroma 444: lossless. */
  crf: number;
  rate: Rate;
}

type Setting = Pick<Point, 'name' | 'preset' | 'chroma' | 'crf'>;

const SETTINGS: readonly Setting[] = [
  ...PRESETS.flatMap((preset) =>
    CRFS.map((crf): Setting => ({ name: `${preset}, crf ${crf}`, preset, chroma: '420', crf })),
  ),
  ...PRESETS.map((preset): Setting => ({ name: `${preset}, 4:4:4 lossless`, preset, chroma: '444', crf: 0 })),
];

/** Frames a second, size and PSNR of the default document by preset and crf. */
export async function benchCurve(bench: Bench): Promise<PartResult> {
  const { size, quick, rounds, threads } = bench.options;
  const frames = quick ? FRAMES / 3 : FRAMES;
  const document = scheduleDocument(size, frames);
  await using kiln = createKiln({ threads, device: 'cpu', encoder: 'software' });
  const qualities: Quality[] = [];
  for (const setting of SETTINGS) {
    bench.note(`curve ${sizeName(size)} ${setting.name}: size and PSNR`);
    qualities.push(await measureQuality(kiln, document, setting));
  }
  const measured = await rates(
    SETTINGS.map((setting): Variant => {
      const { name } = setting;
      return {
        name,
        frames,
        // Its quality was measured, so it has run.
        warm: true,
        prepare: () => bench.note(`curve ${sizeName(size)} ${name}: frames/s`),
        run: () => kiln.render(document, renderSettings(setting)),
      };
    }),
    rounds,
  );
  const points = SETTINGS.map((setting, i): Point => {
    return { ...setting, ...(qualities[i] as Quality), rate: measured[setting.name] as Rate };
  });
  return {
    data: { size, frames, rounds, threads, points },
    text: [pointTable(points, bench, frames), REMARK],
    charts: [
      lines(points, `Luma PSNR by bit rate, ${sizeName(size)}`, 'dB', ({ luma }) => luma),
      lines(points, `Speed by bit rate, ${sizeName(size)}`, 'frames/s', ({ rate }) => rate.median),
    ],
    metrics: points.flatMap((point) => metricsOf(point, size)),
  };
}

const renderSettings = ({ preset, chroma, crf }: Setting): RenderSettings => ({ preset, chroma, crf });

async function measureQuality(kiln: Kiln, document: object, setting: Setting): Promise<Quality> {
  return withFolder(async (folder) => {
    const video = join(folder, 'video.mp4');
    const { bytes, duration } = await kiln.renderToFile(document, video, renderSettings(setting));
    const { psnr, luma } = await kiln.measure(document, { video }, { luma: 'bt709' });
    return { kbits: (bytes * 8) / duration / 1000, rgb: psnr.pooled, luma: luma?.psnr.pooled ?? null };
  });
}

function pointTable(points: readonly Point[], { options }: Bench, frames: number): Table {
  const { size, threads, rounds } = options;
  return table(
    `Document to MP4 by preset and crf (default document, ${sizeName(size)}, ${frames} frames at ${FPS} fps, ` +
      `threads: ${threads}): PSNR of all frames, frames/s: median (min..max), rounds: ${rounds}`,
    ['', 'frames/s', 'kbit/s', 'RGB PSNR, dB', 'luma PSNR, dB'],
    points.map(({ name, rate, kbits, rgb, luma }) => [name, cell(rate), digits(kbits), decibels(rgb), decibels(luma)]),
  );
}

const decibels = (value: number | null): string => (value === null ? 'exact' : value.toFixed(2));

/** Over the bit rate, a line a preset, of the lossy points. */
function lines(points: readonly Point[], title: string, unit: string, of: (point: Point) => number | null): Lines {
  return {
    ...{ kind: 'lines', title, x: 'kbit/s', y: unit },
    lines: PRESETS.map((preset) => ({
      label: preset,
      points: points
        .filter((point) => point.preset === preset && point.chroma === '420')
        .map((point) => ({ x: point.kbits, y: of(point), label: point.name }))
        .filter((point): point is typeof point & { y: number } => point.y !== null),
    })),
  };
}

function metricsOf({ name, kbits, luma, rate: { cpuMs: _, ...rate } }: Point, size: Size): Metric[] {
  const metric = (value: number, unit: string, better: Metric['better']): Metric => {
    return { name: `curve ${sizeName(size)} ${name}, ${unit}`, unit, better, ...spread([value]) };
  };
  return [
    { name: `curve ${sizeName(size)} ${name}`, unit: 'frames/s', better: 'higher', ...rate },
    metric(kbits, 'kbit/s', 'lower'),
    ...(luma === null ? [] : [metric(luma, 'dB', 'higher')]),
  ];
}
