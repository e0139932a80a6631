// SPDX-License-Identifier: Apache-2.0
import { exactRate } from '../document/rate.js';
import { type FrameTable, frameCount, sliceTable } from '../document/table.js';
import type { FrameSource } from './source.js';

/** The frames of a document. They are drawn where they are looked at. */
export function documentSource(table: FrameTable, label = 'document'): FrameSource {
  const { width, height, fps } = table;
  const { num, den } = exactRate(fps);
  return {
    label,
    width,
    height,
    frames: frameCount(table),
    rate: `${num}/${den}`,
    notes: [],
    async *chunks({ start, end }, perChunk) {
      for (let at = start; at < end; at += perChunk) yield sliceTable(table, at, Math.min(end, at + perChunk));
    },
    async *pick(indices) {
      for (const index of indices) yield sliceTable(table, index, index + 1);
    },
  };
}
