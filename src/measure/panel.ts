// SPDX-License-Identifier: Apache-2.0
// What all plots share: the header, and panels above one axis of frames.
import { frameTicks, type Point, roundingDigits, type Scale } from './axis.js';
import { at, box, label, line, shorten } from './svg.js';

export const WIDTH = 960;
export const MARGIN = 24;
export const LEFT = 76;
/** Of the panels; what is right of it is for names of lines. */
export const RIGHT = 828;
/** Pixel columns of a panel: no line has more than two points in each. */
export const COLUMNS = RIGHT - LEFT;
/** Where frames lie in every plot, as parts of its width: for pages that put something on it. */
export const PLOT_AXIS = { left: LEFT / WIDTH, right: RIGHT / WIDTH } as const;

/** The frames along the axis. */
export interface Frames {
  count: number;
  /** The number of the first; default 0. */
  first?: number | undefined;
  /** Frames a second, such as `30000/1001`, if anybody says. */
  rate?: string | undefined;
}

/** Where a frame's left edge is; half a frame further on is its middle. */
export const frameX = ({ count }: Frames, index: number): number => LEFT + (index / count) * COLUMNS;

export interface Header {
  title: string;
  /** Such as size and length; beside the title. */
  facts: string;
  /** Names, each with what it names. */
  rows: [name: string, text: string][];
}

/** How wide a letter of a name in bold is, with some room. */
const NAME_LETTER = 9;

export const headerHeight = ({ rows }: Header): number => 50 + rows.length * 19;

export function header({ title, facts, rows }: Header): string[] {
  const longest = Math.max(0, ...rows.map(([name]) => name.length));
  const texts = Math.max(LEFT, MARGIN + longest * NAME_LETTER);
  return [
    label(MARGIN, 36, title, 'heading'),
    label(WIDTH - MARGIN, 36, facts, 'muted', 'end'),
    ...rows.flatMap(([name, text], i) => [
      label(MARGIN, 60 + i * 19, name, 'strong'),
      label(name === '' ? MARGIN : texts, 60 + i * 19, fitted(text)),
    ]),
  ];
}

/** Cut to the width of the page; East Asian characters and emoji are twice as wide as others. */
export function fitted(text: string): string {
  return shorten(text, /[\u2e80-\uffdc\u{1f000}-\u{3ffff}]/u.test(text) ? 60 : 115);
}

/** Round numbers left of the panel, each with a line through it. */
export function grid({ ticks, format }: Scale, y: (value: number) => number): string[] {
  return ticks.flatMap((tick) => [
    line(LEFT, y(tick), RIGHT, y(tick), 'grid'),
    label(LEFT - 8, y(tick) + 4, format(tick), 'muted', 'end'),
  ]);
}

export function frameOf(top: number, height: number): string {
  return box(LEFT, top, COLUMNS, height, 'axis');
}

/** Frame numbers, and seconds where the rate is known, below `top`. */
export function frameAxis(frames: Frames, top: number): string[] {
  const { count, first = 0, rate } = frames;
  const [num = 0, den = 1] = (rate ?? '').split('/').map(Number);
  const seconds = num > 0 && den > 0;
  const ticks = frameTicks(first, count, 6);
  const [from = 0, to = from + 1] = ticks;
  const digits = roundingDigits(((to - from) * den) / num);
  return [
    ...ticks.flatMap((tick) => {
      const x = frameX(frames, tick - first + 0.5);
      const time = seconds ? [label(x, top + 35, `${((tick * den) / num).toFixed(digits)} s`, 'muted', 'middle')] : [];
      return [line(x, top, x, top + 5, 'axis'), label(x, top + 19, String(tick), '', 'middle'), ...time];
    }),
    label(RIGHT + 6, top + 19, 'frame'),
    ...(seconds ? [label(RIGHT + 6, top + 35, `${Number((num / den).toFixed(3))} frames/s`, 'muted')] : []),
  ];
}

/** Unbroken pieces of a line; a piece of one point is a dot. */
export function linePath(frames: Frames, pieces: readonly Point[][], y: (value: number) => number): string {
  const place = ({ index, value }: Point) => `${at(frameX(frames, index + 0.5))} ${at(y(value))}`;
  return pieces.map((points) => `M${points.map(place).join('L')}${points.length === 1 ? 'h0' : ''}`).join('');
}
