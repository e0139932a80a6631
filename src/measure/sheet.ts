// SPDX-License-Identifier: Apache-2.0
// Pictures of many frames, small: people look before they read.
import { refuseSetting } from '../errors.js';
import type { FramesSide } from '../native.js';
import { inOrder, Job, type JobOptions } from '../render/job.js';
import type { FrameRange } from '../render/plan.js';
import { rangeWithin } from '../render/settings.js';
import type { Tile } from '../render/tile.js';
import type { RenderContext } from '../render/video.js';
import { Canvas } from './canvas.js';
import { checkPair, type PairOptions } from './pair.js';
import type { FrameChunks, FrameSource } from './source.js';

export interface ContactSheet {
  png: Uint8Array;
  width: number;
  height: number;
  /** The frames shown, row by row. */
  frames: number[];
  /** What was done to the frames before they are seen. */
  notes: string[];
}

export interface ContactOptions extends JobOptions {
  /** Frames a row and rows at most, 1 to 20 each; default 5 and 5, and of differences 1 and 6. */
  columns?: number | undefined;
  rows?: number | undefined;
  /** Only frames of these, `end` exclusive. */
  range?: FrameRange | undefined;
}

export interface DifferenceOptions extends ContactOptions, PairOptions {
  /** What differences are multiplied by, above 0 to 255; default 4. */
  gain?: number | undefined;
}

export interface DifferenceSheet extends ContactSheet {
  gain: number;
}

const MAX_SIDE_BY_SIDE = 20;

/**
 * Draws up to 25 evenly spread frames, five a row, each at most 320 pixels wide and high.
 * @throws FramekilnError `INVALID_SETTING`, `INVALID_VIDEO`; the signal's reason
 */
export async function drawContactSheet(
  context: RenderContext,
  source: FrameSource,
  options: ContactOptions = {},
): Promise<ContactSheet> {
  const { start, end } = rangeWithin(source.frames, options.range);
  const frames = spread(
    start,
    end,
    sideBySide(options.columns ?? 5, 'columns') * sideBySide(options.rows ?? 5, 'rows'),
  );
  const canvas = new Canvas(source, { cells: frames.length, columns: options.columns ?? 5, tilesPerCell: 1 });
  const picture = await draw(context, canvas, frames, options, [source], 1, ({ a }) => [a]);
  return { ...picture, frames, notes: [...source.notes] };
}

/**
 * Draws up to six evenly spread frames, one a row: of A, of B, and |A - B| times a gain, brightest where they differ
 * most. The difference is taken at full size; a B of another size is scaled to A's before.
 * @throws FramekilnError `NOT_COMPARABLE`, `INVALID_SETTING`, `INVALID_VIDEO`; the signal's reason
 */
export async function drawDifferenceSheet(
  context: RenderContext,
  a: FrameSource,
  b: FrameSource,
  options: DifferenceOptions = {},
): Promise<DifferenceSheet> {
  const { gain = 4, columns = 1, rows = 6 } = options;
  if (!(gain > 0 && gain <= 255)) refuseSetting('a number above 0, at most 255', 'gain', gain);
  const { start, end, notes } = checkPair(a, b, options);
  const frames = spread(start, end, sideBySide(columns, 'columns') * sideBySide(rows, 'rows'));
  const canvas = new Canvas(a, { cells: frames.length, columns, tilesPerCell: 3 });
  const all = (tile: Tile) => [tile.a, tile.b as Uint8Array, tile.difference as Uint8Array];
  const picture = await draw(context, canvas, frames, options, [a, b], gain, all);
  return { ...picture, frames, gain, notes };
}

async function draw(
  { pool, cpu }: RenderContext,
  canvas: Canvas,
  frames: readonly number[],
  options: JobOptions,
  sources: readonly FrameSource[],
  gain: number,
  tilesOf: (tile: Tile) => Uint8Array[],
): Promise<{ png: Uint8Array; width: number; height: number }> {
  const job = new Job(frames.length, options);
  const sides = sources.map((source) => source.pick(frames));
  return job.finish(async () => {
    const drawTile = async (): Promise<Tile> => {
      const [a, b] = await Promise.all(sides.map(next));
      job.check();
      const size = { toWidth: canvas.tileWidth, toHeight: canvas.tileHeight };
      const tile = await pool.run('tile', { a: a as FramesSide, b, gain, cpu, ...size }, movable([a, b]));
      Atomics.add(job.control, 1, 1);
      return tile;
    };
    try {
      let cell = 0;
      for await (const tile of inOrder(frames.length, pool.threads + 1, () => job.follow(drawTile()))) {
        canvas.paste(cell, tilesOf(tile));
        cell++;
      }
    } finally {
      await Promise.all(sides.map((side) => side.return()));
    }
    const { rgb, width, height } = canvas;
    const png = await job.follow(pool.run('png', { rgb, width, height }, [rgb.buffer]));
    return { png, width, height };
  });
}

/** At most `count` frames, as far apart as can be. */
function spread(start: number, end: number, count: number): number[] {
  const total = end - start;
  const shown = Math.min(total, count);
  return Array.from({ length: shown }, (_, i) => start + Math.floor((i * total) / shown));
}

function sideBySide(count: number, name: string): number {
  if (Number.isInteger(count) && count >= 1 && count <= MAX_SIDE_BY_SIDE) return count;
  return refuseSetting(`an integer from 1 to ${MAX_SIDE_BY_SIDE}`, name, count);
}

async function next(side: FrameChunks): Promise<FramesSide> {
  return (await side.next()).value as FramesSide;
}

/** Decoded pixels move to the thread that draws them. */
function movable(sides: readonly (FramesSide | undefined)[]): ArrayBuffer[] {
  return sides.flatMap((side) => (side && 'data' in side ? [side.data.buffer as ArrayBuffer] : []));
}
