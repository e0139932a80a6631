// SPDX-License-Identifier: Apache-2.0
// An MP4 in fragments shows the same frames at the same times as the plain one of the same segments.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RenderSettings } from 'framekiln';
import { loadAddon } from 'framekiln/native';
import { describe, expect, test } from 'vitest';
import { scheduled, sha256 } from '../support/documents.js';
import { complaints, packets, probe } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/folder.js';
import { run } from '../support/process.js';
import { segmentsOf } from '../support/segments.js';

const addon = loadAddon();
const folder = temporaryFolder();

const VIDEOS: [string, object, RenderSettings][] = [
  ['default', scheduled(160, 90, 150), {}],
  ['one frame', scheduled(64, 36, 1), {}],
  ['two frames', scheduled(64, 36, 2), {}],
  ['one frame a segment', scheduled(64, 36, 12), { segmentSeconds: 0.04 }],
  ['one pixel', scheduled(1, 1, 40), {}],
  ['odd', scheduled(97, 55, 70), {}],
  ['29.97', scheduled(64, 36, 130, 29.97), {}],
  ['12.5', scheduled(64, 36, 60, 12.5), {}],
  ['a range', scheduled(64, 36, 100), { range: { start: 7, end: 93 } }],
  ['444', scheduled(97, 55, 70), { chroma: '444', crf: 0 }],
  ['no B-frames', scheduled(64, 36, 70), { preset: 'ultrafast' }],
  ['many B-frames', scheduled(64, 36, 70), { preset: 'slower' }],
];

/** A line a frame: its time, and the MD5 of its decoded pixels. */
async function frames(file: string): Promise<string[]> {
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', file, '-f', 'framehash', '-hash', 'md5', '-']);
  return stdout.toString().trim().split('\n');
}

/** Our own reader's frames: what it says of them, and the hash of their pixels. */
async function read(file: string): Promise<object[]> {
  const reader = addon.openReader(file);
  const all: object[] = [];
  for (let some = await reader.read(1000); some; some = await reader.read(1000)) {
    all.push({ ...some, data: sha256(some.data) });
  }
  reader.close();
  return all;
}

describe.each(VIDEOS)('%s', (name, document, wanted) => {
  const live = join(folder, `${name} live.mp4`);
  const plain = join(folder, `${name}.mp4`);
  const { segments, settings } = segmentsOf(document, wanted);

  test('a fragment a segment, complete when its segment is', async () => {
    const fragmented = addon.createMuxer(settings.encode, 'fmp4');
    const whole = addon.createMuxer(settings.encode, 'mp4', plain);
    const parts: Uint8Array[] = [];
    for (const segment of segments) {
      parts.push(await fragmented.append(segment));
      await whole.append(segment);
    }
    fragmented.close();
    await whole.finish();
    writeFileSync(live, Buffer.concat(parts));
    const [first, ...others] = parts.map(boxes);
    expect(first).toEqual(['ftyp', 'moov', 'moof', 'mdat']);
    expect(others).toEqual(others.map(() => ['moof', 'mdat']));
  });

  test('FFmpeg decodes the same frames at the same times, the first at 0', async () => {
    expect(await frames(live)).toEqual(await frames(plain));
    const times = await packets(live);
    expect(times).toEqual(await packets(plain));
    expect(times[0]).toEqual({ pts: 0, key: true });
    expect(await complaints(live)).toBe('');
    const wantedFacts = (await probe(plain)).stream;
    const facts = (await probe(live)).stream;
    for (const key of [
      'codec_name',
      'profile',
      'width',
      'height',
      'pix_fmt',
      'r_frame_rate',
      'time_base',
      'start_pts',
    ]) {
      expect([key, facts[key]]).toEqual([key, wantedFacts[key]]);
    }
    for (const key of ['color_range', 'color_space', 'color_transfer', 'color_primaries', 'chroma_location']) {
      expect([key, facts[key]]).toEqual([key, wantedFacts[key]]);
    }
  });

  test('and so does our reader', async () => {
    expect(await read(live)).toEqual(await read(plain));
    const { bytes: _, ...facts } = addon.probeVideo(live);
    expect(addon.probeVideo(plain)).toMatchObject(facts);
  });
});

/** Names of the boxes that the bytes are made of, exactly. */
function boxes(bytes: Uint8Array): string[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const names: string[] = [];
  let at = 0;
  for (; at < buffer.length; at += buffer.readUInt32BE(at)) names.push(buffer.toString('latin1', at + 4, at + 8));
  expect(at).toBe(buffer.length);
  return names;
}
