// SPDX-License-Identifier: Apache-2.0
// MP4 boxes, read without FFmpeg.

export interface Box {
  type: string;
  start: number;
  /** What follows the header. */
  body: Buffer;
}

/** The boxes in `bytes`, one after the other. */
export function boxes(bytes: Buffer): Box[] {
  const found: Box[] = [];
  for (let at = 0; at < bytes.length; ) {
    const short = bytes.readUInt32BE(at);
    const header = short === 1 ? 16 : 8;
    const size = short === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : short === 0 ? bytes.length - at : short;
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (size < header || at + size > bytes.length) throw new Error(`box ${type} at ${at} claims ${size} bytes`);
    found.push({ type, start: at, body: bytes.subarray(at + header, at + size) });
    at += size;
  }
  return found;
}

/** Bytes between a box's header and the boxes in it. */
const PREFIX: Record<string, number> = { stsd: 8, avc1: 78, mp4v: 78 };

/** The box at a path such as `moov/trak/mdia`. */
export function findBox(bytes: Buffer, path: string): Box {
  let inside = bytes;
  let box: Box | undefined;
  for (const type of path.split('/')) {
    box = boxes(inside).find((candidate) => candidate.type === type);
    if (!box) throw new Error(`no ${type} of ${path}`);
    inside = box.body.subarray(PREFIX[type] ?? 0);
  }
  return box as Box;
}
