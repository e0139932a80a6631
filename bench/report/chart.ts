// SPDX-License-Identifier: Apache-2.0
// Plots as SVG text, which takes its colours from the page that it stands in.
import type { Spread } from '../measure.js';
import { digits } from './table.js';

/** Horizontal bars with whiskers from the slowest round to the fastest. */
export interface Bars {
  kind: 'bars';
  title: string;
  unit: string;
  /** For values that lie orders of magnitude apart. */
  logarithmic?: boolean;
  bars: readonly { label: string; value: Spread; ours: boolean }[];
}

/** Points joined by lines, each point with its name. */
export interface Lines {
  kind: 'lines';
  title: string;
  x: string;
  y: string;
  lines: readonly { label: string; points: readonly { x: number; y: number; label?: string }[] }[];
}

export type Chart = Bars | Lines;

const WIDTH = 760;
const LABELS = 220;
const ROW = 24;
const COLOURS = 6;

export const escapeText = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] as string);

const at = (value: number): string => value.toFixed(1);

function label(x: number, y: number, text: string, anchor: 'start' | 'middle' | 'end' = 'start', kind = ''): string {
  return `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}"${kind && ` class="${kind}"`}>${escapeText(text)}</text>`;
}

/** One chart; `undefined` when it has nothing that can be drawn. */
export function chartSvg(chart: Chart): string | undefined {
  const drawn = chart.kind === 'bars' ? drawBars(chart) : drawLines(chart);
  if (!drawn) return undefined;
  const { height, parts } = drawn;
  const box = `viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}"`;
  return `<svg ${box} role="img" aria-label="${escapeText(chart.title)}">\n${parts.join('\n')}\n</svg>`;
}

interface Drawn {
  height: number;
  parts: string[];
}

/** From 0, or by the logarithm from a tenth of the least value. */
function drawBars({ bars, unit, logarithmic = false }: Bars): Drawn | undefined {
  const shown = bars.filter(({ value }) => value.median > 0 && Number.isFinite(value.max));
  if (shown.length === 0) return undefined;
  const most = Math.max(...shown.map(({ value }) => value.max));
  const least = logarithmic ? Math.min(...shown.map(({ value }) => value.min)) / 10 : 0;
  const length = WIDTH - LABELS - 110;
  const share = (value: number) =>
    logarithmic ? Math.log(Math.max(value, least) / least) / Math.log(most / least) : value / most;
  const x = (value: number) => LABELS + length * share(value);
  const parts = shown.flatMap(({ label: name, value, ours }, i) => {
    const y = i * ROW + 4;
    const middle = y + ROW / 2 - 2;
    return [
      label(LABELS - 8, middle + 4, name, 'end'),
      `<rect x="${LABELS}" y="${y}" width="${at(x(value.median) - LABELS)}" height="${ROW - 6}" class="${ours ? 'ours' : 'peer'}"/>`,
      `<path class="whisker" d="M${at(x(value.min))} ${at(middle)}H${at(x(value.max))}"/>`,
      label(x(value.max) + 6, middle + 4, `${digits(value.median)} ${unit}`),
    ];
  });
  return { height: shown.length * ROW + 8, parts };
}

const [LEFT, RIGHT, TOP, BOTTOM] = [70, 170, 12, 40];
const PLOT = { width: WIDTH - LEFT - RIGHT, height: 260 };

/** Both axes from 0 when that wastes less than half of the plot, with five marks each. */
function drawLines({ lines, x: xName, y: yName }: Lines): Drawn | undefined {
  const points = lines.flatMap((line) => line.points).filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  if (points.length === 0) return undefined;
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)].map(span) as [Span, Span];
  const x = (value: number) => LEFT + (PLOT.width * (value - xs.low)) / (xs.high - xs.low);
  const y = (value: number) => TOP + PLOT.height * (1 - (value - ys.low) / (ys.high - ys.low));
  const marks = ({ low, high }: Span) => [0, 1, 2, 3, 4].map((i) => low + ((high - low) * i) / 4);
  const bottom = TOP + PLOT.height;
  const axes = [
    `<path class="axis" d="M${LEFT} ${TOP}V${bottom}H${LEFT + PLOT.width}"/>`,
    ...marks(xs).map((value) => label(x(value), bottom + 16, digits(value), 'middle', 'mark')),
    ...marks(ys).map((value) => label(LEFT - 6, y(value) + 4, digits(value), 'end', 'mark')),
    label(LEFT + PLOT.width / 2, bottom + 34, xName, 'middle'),
    label(LEFT + 6, TOP + 6, yName),
  ];
  const drawn = lines.flatMap(({ label: name, points: all }, i) => {
    const colour = `c${i % COLOURS}`;
    const path = all.map((point, n) => `${n ? 'L' : 'M'}${at(x(point.x))} ${at(y(point.y))}`).join('');
    return [
      `<path class="line ${colour}" d="${path}"/>`,
      ...all.map((point) => {
        const title = point.label ? `<title>${escapeText(point.label)}</title>` : '';
        return `<circle class="dot ${colour}" cx="${at(x(point.x))}" cy="${at(y(point.y))}" r="4">${title}</circle>`;
      }),
      `<rect class="dot ${colour}" x="${WIDTH - RIGHT + 14}" y="${TOP + i * 20}" width="10" height="10"/>`,
      label(WIDTH - RIGHT + 30, TOP + i * 20 + 10, name),
    ];
  });
  return { height: bottom + BOTTOM, parts: [...axes, ...drawn] };
}

interface Span {
  low: number;
  high: number;
}

function span(values: number[]): Span {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const low = least > 0 && least < most / 2 ? 0 : least;
  return { low, high: most > low ? most : low + 1 };
}
