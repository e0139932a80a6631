// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../bench/peers/command.js';
import { decoder, seekMilliseconds, seekTo } from '../../bench/peers/decoders.js';
import type { StreamFacts } from '../../bench/peers/peer.js';
import { CODECS, type StreamCodec, streamFile } from '../../bench/peers/streams.js';
import { decode } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/folder.js';
import { clipOf } from './clips.js';

const folder = temporaryFolder();
const FRAMES = 20;
const clip = clipOf(
  'plasma',
  { width: 96, height: 64 },
  Array.from({ length: FRAMES }, (_, i) => i / 30),
);

describe.each(Object.keys(CODECS) as StreamCodec[])('%s', (codec) => {
  const peer = decoder(codec, 'rgb24');
  const file = streamFile(codec, clip, folder);
  let facts: StreamFacts | undefined;
  beforeAll(async () => {
    facts = await peer.prepare?.(clip, folder);
  });

  test('the stream holds the clip', async () => {
    // So small a picture loses much to 4:2:0; another frame would be at 5 dB.
    expect(facts?.decibels).toBeGreaterThan(12);
    expect(facts?.kbitPerSecond).toBeCloseTo(((facts?.bytes ?? 0) * 8 * 30) / FRAMES / 1000);
    expect((await peer.run(clip, 0, folder)).frames).toBe(FRAMES);
  });

  test('a frame alone is that of the whole', async () => {
    const all = await decode(file, 'rgb24');
    const bytes = all.length / FRAMES;
    for (const index of [0, FRAMES - 7]) {
      const args = ['-v', 'error', ...seekTo(codec, file, index), '-f', 'rawvideo', '-'];
      const { stdout } = await runCommand('ffmpeg', args);
      expect(stdout.equals(all.subarray(index * bytes, (index + 1) * bytes)), `frame ${index}`).toBe(true);
    }
    const [milliseconds] = await seekMilliseconds(codec, file, [FRAMES - 7]);
    expect(milliseconds).toBeGreaterThan(0);
  });
});

test('a stream is named by its clip', () => {
  expect(streamFile('H.264', clip, 'f')).toBe(join('f', 'plasma-96x64-H264.mp4'));
});
