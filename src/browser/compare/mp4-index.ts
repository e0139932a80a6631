// SPDX-License-Identifier: Apache-2.0
// The exact number of frames and their rate are in an MP4's index, and nowhere in a video element.
import type { Rate } from './rate.js';

export interface Mp4Index {
  frames: number;
  rate: Rate;
  /** False: frames last differently long, and the rate is their mean. */
  constant: boolean;
  /** `avc1`, `hvc1`, ... */
  codec: string;
  /** Of H.264: 100 is High, 244 High 4:4:4 Predictive. */
  profile?: number;
}

/** Bytes of a file from `start` on, as many as there are. */
export type ReadBytes = (start: number, length: number) => Promise<Uint8Array>;

const MOST_BOXES = 1000;
const MOST_INDEX = 64 * 1024 * 1024;

/** Undefined for what is no MP4 with a picture. */
export async function readMp4Index(read: ReadBytes): Promise<Mp4Index | undefined> {
  for (let at = 0, count = 0; count < MOST_BOXES; count++) {
    const head = await read(at, 16);
    if (head.length < 8) return undefined;
    const [box] = boxes(head, true);
    if (!box || box.size < 8) return undefined;
    if (box.type === 'moov') return box.size > MOST_INDEX ? undefined : readMoov(await read(at, box.size));
    at += box.size;
  }
  return undefined;
}

interface Box {
  type: string;
  size: number;
  body: Uint8Array;
}

/** @param cut the last one may reach beyond the data */
function boxes(data: Uint8Array, cut = false): Box[] {
  const view = viewOf(data);
  const found: Box[] = [];
  for (let at = 0; at + 8 <= data.length; ) {
    let size = view.getUint32(at);
    let head = 8;
    if (size === 1 && at + 16 <= data.length) {
      size = Number(view.getBigUint64(at + 8));
      head = 16;
    } else if (size === 0 && !cut) size = data.length - at;
    if (size < head || (!cut && at + size > data.length)) break;
    found.push({ type: text(data, at + 4), size, body: data.subarray(at + head, Math.min(at + size, data.length)) });
    at += size;
  }
  return found;
}

function readMoov(data: Uint8Array): Mp4Index | undefined {
  const tracks = boxes(data)
    .filter(({ type }) => type === 'moov')
    .flatMap(({ body }) => boxes(body).filter(({ type }) => type === 'trak'));
  for (const { body } of tracks) {
    const media = inside(body, 'mdia');
    const handler = media && inside(media, 'hdlr');
    if (!media || !handler || handler.length < 12 || text(handler, 8) !== 'vide') continue;
    const header = inside(media, 'mdhd');
    const table = inside(media, 'minf', 'stbl');
    const times = table && inside(table, 'stts');
    const entries = table && inside(table, 'stsd');
    if (header && times && entries) return describe(header, times, entries);
  }
  return undefined;
}

function describe(header: Uint8Array, times: Uint8Array, entries: Uint8Array): Mp4Index | undefined {
  const timescale = viewOf(header).getUint32(header[0] === 1 ? 20 : 12);
  const view = viewOf(times);
  const runs = Array.from({ length: Math.min(view.getUint32(4), (times.length - 8) >> 3) }, (_, i) => ({
    count: view.getUint32(8 + i * 8),
    delta: view.getUint32(12 + i * 8),
  }));
  const frames = runs.reduce((sum, { count }) => sum + count, 0);
  const ticks = runs.reduce((sum, { count, delta }) => sum + count * delta, 0);
  const [first] = runs;
  const [entry] = boxes(entries.subarray(8));
  if (!first || !entry || frames < 1 || ticks < 1 || timescale < 1) return undefined;
  // Some writers give the last frame another length.
  const others = runs.slice(1).filter(({ count, delta }) => delta !== first.delta && count > 1);
  const constant = others.length === 0 && runs.length <= 2 && first.delta > 0;
  const rate = constant ? lowest(timescale, first.delta) : lowest(timescale * frames, ticks);
  // The fields of a picture's entry take 78 bytes; then come boxes, of which avcC says the profile.
  const profile = inside(entry.body.subarray(78), 'avcC')?.[1];
  return { frames, rate, constant, codec: entry.type, ...(profile !== undefined && { profile }) };
}

function inside(data: Uint8Array, ...path: string[]): Uint8Array | undefined {
  return path.reduce<Uint8Array | undefined>(
    (body, name) => body && boxes(body).find(({ type }) => type === name)?.body,
    data,
  );
}

function lowest(num: number, den: number): Rate {
  let [a, b] = [num, den];
  while (b > 0) [a, b] = [b, a % b];
  return { num: num / a, den: den / a };
}

const viewOf = (data: Uint8Array): DataView => new DataView(data.buffer, data.byteOffset, data.byteLength);
const text = (data: Uint8Array, at: number): string => String.fromCharCode(...data.subarray(at, at + 4));
