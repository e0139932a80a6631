// SPDX-License-Identifier: Apache-2.0
// What the parameters cost beside the videos that show the same frames.
import { gzipSync } from 'node:zlib';
import { createKiln } from 'framekiln';
import type { Bench } from '../part.js';
import { digits, type Table, table } from '../report/table.js';
import { type Clip, FPS, FRAMES, scheduleDocument, sizeName } from '../scenes.js';

/** Bits of a clip a second, in thousands. */
export interface BitRate {
  clip: string;
  document: number;
  gzip: number;
  /** Where the clip follows from a rule that the document may state instead. */
  rule?: number;
  /** Our MP4 at the default settings. */
  video: number;
}

export async function measureBitRates({ options }: Bench, clips: readonly Clip[]): Promise<BitRate[]> {
  await using kiln = createKiln({ threads: options.threads, device: 'cpu' });
  const found: BitRate[] = [];
  for (const clip of clips) {
    const document = clip.document(options.size);
    const json = Buffer.from(JSON.stringify(document));
    const kbits = (bytes: number) => (bytes * 8 * FPS) / clip.length / 1000;
    const { report } = await kiln.render(document);
    const rule = Buffer.byteLength(JSON.stringify(scheduleDocument(options.size, FRAMES)));
    found.push({
      clip: clip.name,
      document: kbits(json.byteLength),
      gzip: kbits(gzipSync(json, { level: 9 }).byteLength),
      ...(clip.name === 'default' && { rule: kbits(rule) }),
      video: kbits(report.bytes),
    });
  }
  return found;
}

export function bitRateTable(rows: readonly BitRate[], { options }: Bench): Table {
  return table(
    `Bit rates at ${sizeName(options.size)}, ${FPS} fps, kbit/s: stored parameters, and the MP4 at the default settings`,
    ['scene', 'JSON', 'JSON, gzip', 'as a rule', 'MP4', 'MP4 / gzip'],
    rows.map(({ clip, document, gzip, rule, video }) => [
      clip,
      ...[document, gzip, rule ?? Number.NaN, video].map(digits),
      `${digits(video / gzip)}x`,
    ]),
  );
}
