// SPDX-License-Identifier: Apache-2.0
// A panel of lines over frames.
import { buckets, lowestOf, outline, scaleFor } from './axis.js';
import { COLUMNS, type Frames, frameOf, frameX, grid, LEFT, linePath, RIGHT } from './panel.js';
import type { Distribution } from './source.js';
import { at, label, labels, line } from './svg.js';

export const PANEL_HEIGHT = 200;
/** Above the highest number, for what is infinite. */
const INFINITE_HEIGHT = 26;
/** Up to so many frames, each has a dot of its own; of more, only those between gaps. */
const DOTS = 60;

export interface Series {
  name: string;
  ink: 'first' | 'second';
  values: Distribution['perFrame'];
}

export interface Panel {
  title: string;
  /** Beside the title. */
  facts: string;
  series: Series[];
  /** No value is above it. */
  limit?: number;
  /** There are nulls among the values: frames that are identical. */
  infinite?: boolean;
  format: (value: number) => string;
}

/** Draws the panel's lines, their means and the worst frame, from `top` on downwards. */
export function drawPanel(
  frames: Frames,
  { title, facts, series, limit, infinite, format }: Panel,
  top: number,
): string[] {
  const finite = series.flatMap(({ values }) => values.filter((value) => value !== null));
  const bottom = top + PANEL_HEIGHT;
  const named = series.length > 1;
  const titles = [
    labels(LEFT, top - 10, [
      [title, 'strong'],
      ...series.map(({ name, ink }): [string, string] => [name, named ? `fill-${ink}` : 'muted']),
    ]),
    label(RIGHT, top - 10, facts, 'muted', 'end'),
  ];
  const marks = infinite ? drawInfinite(frames, series, top + INFINITE_HEIGHT / 2) : [];
  if (finite.length === 0) {
    const nothing = label((LEFT + RIGHT) / 2, bottom - PANEL_HEIGHT / 2, 'No frame differs.', 'muted', 'middle');
    return [...titles, frameOf(top, PANEL_HEIGHT), ...marks, nothing];
  }
  const least = finite.reduce((a, b) => Math.min(a, b));
  const most = finite.reduce((a, b) => Math.max(a, b));
  const scale = scaleFor(least, most, limit);
  const high = infinite ? top + INFINITE_HEIGHT : top;
  const y = (value: number) => bottom - ((value - scale.min) / (scale.max - scale.min)) * (bottom - high);
  return [
    ...titles,
    ...grid(scale, y),
    frameOf(top, PANEL_HEIGHT),
    ...marks,
    ...[...series].reverse().flatMap(({ values, ink }) => drawLine(frames, values, ink, y)),
    ...drawMeans(series, y, format),
    ...drawLowest(frames, series[0] as Series, y),
  ];
}

function drawLine(frames: Frames, values: Series['values'], ink: string, y: (value: number) => number): string[] {
  const pieces = outline(values, COLUMNS);
  const dots =
    values.length > DOTS ? pieces.filter(({ length }) => length === 1) : pieces.flat().map((point) => [point]);
  return [
    `<path class="line ink-${ink}" d="${linePath(frames, pieces, y)}"/>`,
    ...(dots.length > 0 ? [`<path class="dot ink-${ink}" d="${linePath(frames, dots, y)}"/>`] : []),
  ];
}

/** A dashed line at each mean, with its value at the side. */
function drawMeans(series: Series[], y: (value: number) => number, format: Panel['format']): string[] {
  let free = Number.POSITIVE_INFINITY;
  return series
    .map(({ values, ink }) => {
      const finite = values.filter((value) => value !== null);
      const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
      return { ink, mean, all: finite.length === values.length };
    })
    .filter(({ mean }) => Number.isFinite(mean))
    .sort((a, b) => a.mean - b.mean)
    .flatMap(({ ink, all, mean }) => {
      // From the lowest up, so that two names never lie over each other.
      const text = Math.min(y(mean) + (all ? 4 : -3), free);
      free = text - (all ? 15 : 30);
      return [
        line(LEFT, y(mean), RIGHT, y(mean), `mean ink-${ink}`),
        label(RIGHT + 6, text, `mean ${format(mean)}`, `fill-${ink}`),
        ...(all ? [] : [label(RIGHT + 6, text + 14, 'where they differ', 'muted')]),
      ];
    });
}

/** A ring around the worst frame. */
function drawLowest(frames: Frames, { values, ink }: Series, y: (value: number) => number): string[] {
  const worst = lowestOf(values);
  if (!worst || values.every((value) => value === worst.value)) return [];
  const [cx, cy] = [at(frameX(frames, worst.index + 0.5)), at(y(worst.value))];
  return [`<circle class="ring ink-${ink}" cx="${cx}" cy="${cy}" r="5"/>`];
}

/** The frames of infinite PSNR, each series in a lane of its own. */
function drawInfinite(frames: Frames, series: Series[], middle: number): string[] {
  const lanes = series.map(({ values, ink }, lane) => {
    const y = middle + (lane - (series.length - 1) / 2) * 8;
    const bar = ([start, end]: [number, number]) => {
      const [from, to] = [frameX(frames, start), frameX(frames, end)];
      // A bar that is thinner than a pixel would hardly be seen.
      return `M${at(Math.min(from, (from + to - 1.5) / 2))} ${at(y)}H${at(Math.max(to, (from + to + 1.5) / 2))}`;
    };
    return `<path class="mark ink-${ink}" d="${runsOfNull(values).map(bar).join('')}"/>`;
  });
  const count = (series[0] as Series).values.filter((value) => value === null).length;
  return [
    line(LEFT, middle, RIGHT, middle, 'grid'),
    ...lanes,
    label(LEFT - 8, middle + 5, '∞', 'muted', 'end'),
    label(RIGHT + 6, middle + 4, `identical: ${count}`, 'muted'),
  ];
}

function runsOfNull(values: Series['values']): [start: number, end: number][] {
  const runs: [start: number, end: number][] = [];
  for (const [start, end] of buckets(values.length, COLUMNS)) {
    if (!values.slice(start, end).includes(null)) continue;
    const last = runs.at(-1);
    if (last && last[1] === start) last[1] = end;
    else runs.push([start, end]);
  }
  return runs;
}
