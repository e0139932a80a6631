// SPDX-License-Identifier: Apache-2.0
// A video's segments as a render makes them, on this thread.
import { type EncodedSegment, loadAddon } from 'framekiln/native';
import { parseDocument } from '../../src/document/parse.js';
import { sliceTable } from '../../src/document/table.js';
import { planSegments } from '../../src/render/plan.js';
import { type RenderSettings, type ResolvedSettings, resolveSettings } from '../../src/render/settings.js';

export interface Segments {
  segments: EncodedSegment[];
  settings: ResolvedSettings;
}

export function segmentsOf(document: object, wanted: RenderSettings = {}): Segments {
  const addon = loadAddon();
  const table = parseDocument(document, addon.defaultSchedule);
  const settings = resolveSettings(wanted, table);
  const { range, rate, encode, segmentSeconds } = settings;
  const plan = planSegments(range.end - range.start, rate, segmentSeconds);
  const segments = Array.from({ length: plan.count }, (_, index) => {
    const { start, end } = plan.segment(index);
    const slice = sliceTable(table, range.start + start, range.start + end);
    return addon.encodeSegment({ ...slice, cpu: 'baseline', settings: encode });
  });
  return { segments, settings };
}

/** All that is left of a stream of bytes. */
export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}
