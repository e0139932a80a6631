// SPDX-License-Identifier: Apache-2.0
// From numbers to places in a picture.

/** The numbers a panel's height stands for, with the round ones that are written beside it. */
export interface Scale {
  min: number;
  max: number;
  ticks: number[];
  /** As all ticks are written. */
  format: (value: number) => string;
}

/** A step of 1, 2 or 5 times a power of ten, so that about `count` of them make `span`. */
function roundStep(span: number, count: number): number {
  const power = 10 ** Math.floor(Math.log10(span / count));
  const rough = span / count / power;
  return power * (rough < Math.SQRT2 ? 1 : rough < Math.sqrt(10) ? 2 : rough < Math.sqrt(50) ? 5 : 10);
}

function multiples(step: number, from: number, to: number): number[] {
  const first = Math.ceil(from / step - 1e-9);
  const count = Math.floor(to / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => (first + i) * step);
}

/** A scale for values from `min` to `max`, with room around them; nothing is above `limit`. */
export function scaleFor(min: number, max: number, limit = Number.POSITIVE_INFINITY): Scale {
  const size = Math.max(Math.abs(min), Math.abs(max));
  // Not finer than what fits beside the panel in digits.
  const room = max > min ? Math.max((max - min) * 0.06, size * 3e-7) : Math.max(size * 0.02, 1e-3);
  const low = min - room;
  const high = Math.min(max + room, limit + (max + room - low) * 0.06);
  const step = roundStep(high - low, 5);
  const digits = Math.min(12, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
  const ticks = multiples(step, low, Math.min(high, limit));
  return { min: low, max: high, ticks, format: (value) => value.toFixed(digits) };
}

/** Round frame numbers in `first` to `first + count`, about `wanted` of them. */
export function frameTicks(first: number, count: number, wanted: number): number[] {
  return multiples(Math.max(1, roundStep(count, wanted)), first, first + count - 1);
}

/** Decimals, at most 3, that write multiples of `step` so that they still look evenly spread. */
export function roundingDigits(step: number): number {
  const even = (digits: number) => Math.abs(Number(step.toFixed(digits)) / step - 1) < 0.01;
  return [0, 1, 2].find(even) ?? 3;
}

export interface Point {
  index: number;
  value: number;
}

/**
 * A line's points: all, or, where that would be more than two a column, the lowest and the highest of each column, so
 * that a single bad frame stays visible. Null values are left out, and break the line where a whole column has no other:
 * a list of unbroken pieces.
 */
export function outline(values: ArrayLike<number | null>, columns: number): Point[][] {
  const pieces: Point[][] = [];
  let piece: Point[] = [];
  for (const [start, end] of buckets(values.length, values.length > 2 * columns ? columns : values.length)) {
    const points = extremes(values, start, end);
    if (points.length > 0 && piece.length === 0) pieces.push(piece);
    piece.push(...points);
    if (points.length === 0) piece = [];
  }
  return pieces;
}

function extremes(values: ArrayLike<number | null>, start: number, end: number): Point[] {
  let low: Point | undefined;
  let high: Point | undefined;
  for (let index = start; index < end; index++) {
    const value = values[index] ?? null;
    if (value === null) continue;
    if (!low || value < low.value) low = { index, value };
    if (!high || value > high.value) high = { index, value };
  }
  if (!low || !high) return [];
  if (low.index === high.index) return [low];
  return low.index < high.index ? [low, high] : [high, low];
}

/** The first of the lowest values; undefined when all are null. */
export function lowestOf(values: ArrayLike<number | null>): Point | undefined {
  return extremes(values, 0, values.length).sort((a, b) => a.value - b.value)[0];
}

/** 0 to `count` in at most `columns` parts that are as equal as can be: `[start, end)` each. */
export function* buckets(count: number, columns: number): Generator<[start: number, end: number]> {
  const parts = Math.min(count, columns);
  for (let k = 0; k < parts; k++) yield [Math.floor((k * count) / parts), Math.floor(((k + 1) * count) / parts)];
}
