// SPDX-License-Identifier: Apache-2.0
import { type FrameTable, sliceTable } from '../document/table.js';
import { inOrder, Job, type JobOptions } from './job.js';
import type { RenderContext } from './video.js';

export interface ContactSheet {
  png: Uint8Array;
  width: number;
  height: number;
  /** The frames shown, row by row. */
  frames: number[];
}

const COLUMNS = 5;
const MAX_TILES = 25;
const TILE_SIDE = 320;
const GAP = 4;
const BACKGROUND = 0x30;

/** Draws up to 25 evenly spread frames, five a row, each at most 320 pixels wide and high. */
export async function drawSheet(
  { pool, cpu }: RenderContext,
  table: FrameTable,
  options: JobOptions,
): Promise<ContactSheet> {
  const total = table.time.length;
  const count = Math.min(total, MAX_TILES);
  const frames = Array.from({ length: count }, (_, i) => Math.floor((i * total) / count));
  const scale = Math.min(1, TILE_SIDE / table.width, TILE_SIDE / table.height);
  const tileWidth = Math.max(1, Math.round(table.width * scale));
  const tileHeight = Math.max(1, Math.round(table.height * scale));
  const columns = Math.min(COLUMNS, count);
  const width = columns * (tileWidth + GAP) + GAP;
  const height = Math.ceil(count / columns) * (tileHeight + GAP) + GAP;

  const job = new Job(count, options);
  return job.finish(async () => {
    const rgb = new Uint8Array(width * height * 3).fill(BACKGROUND);
    const tile = (index: number) => {
      const slice = sliceTable(table, frames[index] as number, (frames[index] as number) + 1);
      const size = { toWidth: tileWidth, toHeight: tileHeight };
      return job.follow(pool.run('thumbnail', { ...slice, ...size, cpu, control: job.control }));
    };
    let index = 0;
    for await (const pixels of inOrder(count, pool.threads + 1, tile)) {
      const left = GAP + (index % columns) * (tileWidth + GAP);
      const top = GAP + Math.floor(index / columns) * (tileHeight + GAP);
      for (let row = 0; row < tileHeight; row++) {
        const line = pixels.subarray(row * tileWidth * 3, (row + 1) * tileWidth * 3);
        rgb.set(line, ((top + row) * width + left) * 3);
      }
      index++;
    }
    const png = await job.follow(pool.run('png', { rgb, width, height }));
    return { png, width, height, frames };
  });
}
