// SPDX-License-Identifier: Apache-2.0
// The index of MP4 files, by a few of their bytes, against what ffprobe says.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { createKiln } from 'framekiln';
import { expect, test } from 'vitest';
import { readMp4Index } from '../../src/browser/compare/mp4-index.js';
import { scheduled } from '../support/documents.js';
import { make, PICTURE, probe, SOUND } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/folder.js';

const folder = temporaryFolder();

async function indexOf(bytes: Uint8Array) {
  let read = 0;
  const index = await readMp4Index(async (start, length) => {
    const part = bytes.subarray(start, start + length);
    read += part.length;
    return part;
  });
  return { index, read };
}

test.each([
  ['one', '30000/1001', ['-c:v', 'libx264']],
  ['fast', '24/1', ['-c:v', 'libx264', '-bf', '2', '-movflags', '+faststart']],
  ['mpeg4', '25/1', ['-c:v', 'mpeg4']],
])('%s.mp4 at %s, with sound in front', async (name, rate, options) => {
  const file = await make(
    join(folder, `${name}.mp4`),
    ...[...SOUND, ...PICTURE, '-map', '0:a', '-map', '1:v', '-r', rate, ...options],
  );
  const picture = await make(join(folder, `${name}-alone.mp4`), '-i', file, '-map', '0:v', '-c', 'copy');
  const { stream } = await probe(picture);
  const bytes = readFileSync(file);
  const { index, read } = await indexOf(bytes);
  expect(index).toMatchObject({
    constant: true,
    codec: stream.codec_tag_string,
    frames: Number(stream.nb_read_frames),
  });
  expect(`${index?.rate.num}/${index?.rate.den}`).toBe(stream.r_frame_rate);
  expect(read).toBeLessThan(bytes.length / 2);
});

test('ours, 4:2:0 and 4:4:4', async () => {
  const kiln = createKiln({ threads: 1 });
  for (const [chroma, profile] of [
    ['420', 100],
    ['444', 244],
  ] as const) {
    const { video } = await kiln.render(scheduled(64, 48, 45, 29.97), { chroma });
    const expected = { frames: 45, rate: { num: 30_000, den: 1001 }, constant: true, codec: 'avc1', profile };
    expect((await indexOf(video)).index).toEqual(expected);
  }
  await kiln[Symbol.asyncDispose]();
});

test('frames of different lengths are told of', async () => {
  const irregular = ['-vf', 'select=not(mod(n\\,7)*mod(n\\,3))', '-fps_mode', 'vfr', '-c:v', 'libx264'];
  const file = await make(join(folder, 'vfr.mp4'), ...PICTURE, ...irregular);
  expect((await indexOf(readFileSync(file))).index).toMatchObject({ constant: false, frames: 22 });
});

test('what is no MP4, or cut short, is nothing; and it ends', async () => {
  const file = await make(join(folder, 'whole.mp4'), ...PICTURE, '-c:v', 'libx264', '-movflags', '+faststart');
  const whole = readFileSync(file);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.nat(3000), async (noise, at) => {
      await indexOf(noise);
      const broken = Uint8Array.from(whole.subarray(0, 4000));
      broken.set(noise.subarray(0, Math.max(0, 4000 - at)), at);
      await indexOf(broken).catch((error) => expect(error).toBeInstanceOf(RangeError));
    }),
  );
  expect((await indexOf(new Uint8Array(20))).index).toBeUndefined();
  expect((await indexOf(Buffer.from('RIFF....AVI LIST'))).index).toBeUndefined();
});
