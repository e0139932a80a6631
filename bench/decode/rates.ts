// SPDX-License-Identifier: Apache-2.0
// Drawing on one core: by scene, size, CPU level and format, beside memset and memcpy of the same bytes.
import { type CpuLevel, frameBytes, type NativeFrames } from 'framekiln/native';
import { fitFrames, letSignalsIn, percentile, type Spread, secondsOf, spread } from '../measure.js';
import type { Bench, Metric } from '../part.js';
import type { Bars } from '../report/chart.js';
import { cell, digits, type Table, table } from '../report/table.js';
import { type Clip, type Size, sizeName } from '../scenes.js';

export const FORMATS = ['nv12', 'rgb24'] as const;
export type Format = (typeof FORMATS)[number];

/** Frames that memset and memcpy go through in turn, as the drawing does. */
const RING = 4;
/** Seconds of a variant's round. */
const BUDGET = { quick: 0.1, usual: 0.3 };
/** Enough for a 99th percentile over five rounds. */
const LEAST_FRAMES = 4;

export interface Row {
  clip: string;
  size: Size;
  format: Format;
  /** A level, `memset` or `memcpy`. */
  by: CpuLevel | 'memset' | 'memcpy';
  framesPerSecond: Spread;
  /** Milliseconds a frame, over all rounds. */
  p50?: number;
  p95?: number;
  p99?: number;
  /** Milliseconds before the first frame: a renderer's tables and memory. */
  start?: Spread;
}

interface Variant extends Pick<Row, 'by' | 'format'> {
  /** Seconds of each frame, and of all before the first one. */
  run: () => { frames: readonly number[]; start: number };
}

/** Every level, memset and memcpy for one clip at one size. */
export async function measureRates(bench: Bench, clip: Clip, size: Size, levels: readonly CpuLevel[]): Promise<Row[]> {
  const variants: Variant[] = [];
  for (const format of FORMATS) {
    for (const cpu of levels) {
      await letSignalsIn();
      variants.push(drawing(bench, clip, size, format, cpu));
    }
    variants.push(...bounds(size, format));
  }
  const found = variants.map(() => ({ rates: [] as number[], all: [] as number[], starts: [] as number[] }));
  for (let round = 0; round < bench.options.rounds; round++) {
    for (let turn = 0; turn < variants.length; turn++) {
      // Each round begins with another variant.
      const i = (turn + round) % variants.length;
      await letSignalsIn();
      const { frames, start } = (variants[i] as Variant).run();
      const total = frames.reduce((sum, one) => sum + one, 0);
      found[i]?.rates.push(frames.length / total);
      found[i]?.starts.push(start * 1000);
      found[i]?.all.push(...frames.map((one) => one * 1000));
    }
  }
  return variants.map(({ by, format }, i) => {
    const { rates, all, starts } = found[i] as (typeof found)[number];
    const row: Row = { clip: clip.name, size, format, by, framesPerSecond: spread(rates) };
    if (by === 'memset' || by === 'memcpy') return row;
    const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(all, share)) as [number, number, number];
    return { ...row, p50, p95, p99, start: spread(starts) };
  });
}

function drawing({ addon, options }: Bench, clip: Clip, size: Size, format: Format, cpu: CpuLevel): Variant {
  const time = (frames: NativeFrames) => addon.timeFrames({ ...frames, format, cpu });
  const budget = options.quick ? BUDGET.quick : BUDGET.usual;
  const count = fitFrames((n) => void time(clip.frames(n, size)), budget, LEAST_FRAMES, clip.length);
  const frames = clip.frames(count, size);
  return {
    ...{ by: cpu, format },
    run: () => {
      let each: number[] = [];
      const all = secondsOf(() => {
        each = Array.from(time(frames));
      });
      return { frames: each, start: Math.max(0, all - each.reduce((sum, one) => sum + one, 0)) };
    },
  };
}

function bounds(size: Size, format: Format): Variant[] {
  const bytes = frameBytes(format, size.width, size.height);
  const [out, source] = [Buffer.alloc(bytes * RING), Buffer.alloc(bytes * RING, 1)];
  return (['memset', 'memcpy'] as const).map((by) => ({
    ...{ by, format },
    run: () => {
      const frames = Array.from({ length: 100 }, (_, i) => {
        const at = (i % RING) * bytes;
        return secondsOf(() => {
          if (by === 'memset') out.fill(i & 255, at, at + bytes);
          else source.copy(out, at, at, at + bytes);
        });
      });
      return { frames, start: 0 };
    },
  }));
}

/** One line a clip and format, one column a level; and the best level's milliseconds. */
export function ratesTables(rows: readonly Row[], rounds: number, fps: number): Table[] {
  const names = [...new Set(rows.map(({ size }) => sizeName(size)))];
  return names.flatMap((name) => {
    const here = rows.filter(({ size }) => sizeName(size) === name);
    const columns = [...new Set(here.map(({ by }) => by))];
    const levels = columns.filter((by) => by !== 'memset' && by !== 'memcpy');
    const best = levels.at(-1);
    const lines = [...new Set(here.map(({ clip, format }) => `${clip} ${format}`))].map((line) => ({
      line,
      cells: here.filter(({ clip, format }) => `${clip} ${format}` === line),
    }));
    const of = (cells: Row[], by: string | undefined) => cells.find((row) => row.by === by);
    return [
      table(
        `Frames from parameters, one core, ${name}, frames/s: median (min..max) of ${rounds} rounds`,
        ['scene, format', ...columns],
        lines.map(({ line, cells }) => [line, ...columns.map((by) => cell(of(cells, by)?.framesPerSecond))]),
      ),
      table(
        `The same at ${best}: milliseconds a frame and before the first one, times real time at ${fps} fps, share of a memset`,
        ['scene, format', 'p50', 'p95', 'p99', 'start', 'real time', 'of memset'],
        lines.map(({ line, cells }) => {
          const row = of(cells, best);
          const rate = row?.framesPerSecond.median ?? Number.NaN;
          const memset = of(cells, 'memset')?.framesPerSecond.median ?? Number.NaN;
          const times = [row?.p50, row?.p95, row?.p99, row?.start?.median].map((value) => digits(value ?? Number.NaN));
          return [line, ...times, `${digits(rate / fps)}x`, (rate / memset).toFixed(2)];
        }),
      ),
    ];
  });
}

export function ratesMetrics(rows: readonly Row[]): Metric[] {
  return rows.map(({ clip, size, format, by, framesPerSecond }) => ({
    name: `decode ${sizeName(size)} ${clip} ${format} ${by}`,
    ...{ unit: 'frames/s', better: 'higher' as const },
    ...framesPerSecond,
  }));
}

/** A chart a size, of the best level. */
export function ratesCharts(rows: readonly Row[], best: CpuLevel): Bars[] {
  const drawn = rows.filter(({ by }) => by === best);
  return [...new Set(drawn.map(({ size }) => sizeName(size)))].map((name) => ({
    kind: 'bars',
    title: `Frames from parameters, one core, ${best}, ${name}`,
    unit: 'frames/s',
    bars: drawn
      .filter(({ size }) => sizeName(size) === name)
      .map(({ clip, format, framesPerSecond }) => ({ label: `${clip} ${format}`, value: framesPerSecond, ours: true })),
  }));
}
