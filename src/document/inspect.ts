// SPDX-License-Identifier: Apache-2.0
import { exactRate } from './rate.js';
import { FAMILIES, type Family, type FrameTable, familyOf, frameCount, PALETTES, type PaletteName } from './table.js';

/** What is in a document, ready for JSON. */
export interface Inspection {
  width: number;
  height: number;
  fps: number;
  /** Such as `30000/1001`. */
  rate: string;
  frames: number;
  /** Seconds at the exact rate. */
  duration: number;
  /** The families that occur: frames, their share (0 to 1), and the runs of consecutive frames they come in. */
  families: { family: Family; frames: number; share: number; runs: number }[];
  /** Frames a palette. */
  palettes: Record<PaletteName, number>;
  complexity: { min: number; max: number; mean: number };
  time: { min: number; max: number };
  /** Bytes of all frames as packed RGB24. */
  rawBytes: number;
  /** Bits a second of the document's JSON, when its size is known. */
  parameterBitsPerSecond?: number;
  /** Oddities that do not stop rendering. */
  notes: string[];
}

/** Describes a table; `jsonBytes` is the size of the JSON text it came from. */
export function inspectTable(table: FrameTable, { jsonBytes }: { jsonBytes?: number } = {}): Inspection {
  const { width, height, fps, time, complexity, palette } = table;
  const frames = frameCount(table);
  const { num, den } = exactRate(fps);
  const duration = (frames * den) / num;
  const { families, notes } = survey(table);
  return {
    width,
    height,
    fps,
    rate: `${num}/${den}`,
    frames,
    duration,
    families,
    palettes: tally(palette),
    complexity: { ...bounds(complexity), mean: mean(complexity) },
    time: bounds(time),
    rawBytes: width * height * 3 * frames,
    ...(jsonBytes !== undefined && { parameterBitsPerSecond: (jsonBytes * 8) / duration }),
    notes,
  };
}

function survey(table: FrameTable): Pick<Inspection, 'families' | 'notes'> {
  const { width, height, fps, time, complexity, palette } = table;
  const frames = frameCount(table);
  const families = new Map(FAMILIES.map((family) => [family, { family, frames: 0, share: 0, runs: 0 }]));
  let previous: Family | undefined;
  let backwards = 0;
  let repeated = 0;
  let offClock = 0;
  let outside = 0;
  for (let i = 0; i < frames; i++) {
    const t = time[i] as number;
    const c = complexity[i] as number;
    const family = familyOf(c);
    const count = families.get(family) as Inspection['families'][number];
    count.frames++;
    if (family !== previous) count.runs++;
    previous = family;
    if (c < 0 || c > 1) outside++;
    if (Math.abs(t * fps - i) > 0.5) offClock++;
    if (i > 0 && t === time[i - 1] && c === complexity[i - 1] && palette[i] === palette[i - 1]) repeated++;
    else if (i > 0 && t <= (time[i - 1] as number)) backwards++;
  }
  for (const count of families.values()) count.share = count.frames / frames;

  const notes: [found: boolean | number, note: string][] = [
    [width % 2 || height % 2, 'An odd size: 4:2:0 video codes one pixel more, and the container says the true size.'],
    [repeated, `Frames that repeat the one before: ${repeated}.`],
    [backwards, `Frames whose time is not after the one before: ${backwards}.`],
    [offClock, `Frames whose time is more than half a frame from frame / fps: ${offClock}.`],
    [outside, `Frames whose complexity is outside 0 to 1: ${outside}.`],
  ];
  return {
    families: [...families.values()].filter((count) => count.frames > 0),
    notes: notes.filter(([found]) => found).map(([, note]) => note),
  };
}

function tally(palette: Uint8Array): Record<PaletteName, number> {
  const counts: Record<PaletteName, number> = { vibrant: 0, pastel: 0, monochrome: 0 };
  for (const index of palette) counts[PALETTES[index] as PaletteName]++;
  return counts;
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value / values.length;
  return sum;
}

function bounds(values: Float64Array): { min: number; max: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}
