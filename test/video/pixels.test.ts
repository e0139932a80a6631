// SPDX-License-Identifier: Apache-2.0
// FFmpeg decodes our videos: the frames that come back are ours, exactly where they must be.
import { join } from 'node:path';
import { createKiln, type FrameFormat, type RenderSettings } from 'framekiln';
import { afterAll, describe, expect, test } from 'vitest';
import { differingFrames, golden, SMALL_GOLDENS } from '../support/documents.js';
import { decode, psnr } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/folder.js';

const folder = temporaryFolder();
const kiln = createKiln({ threads: 2 });
afterAll(() => kiln[Symbol.asyncDispose]());

const CONTAINERS = [
  ['mp4', 'mp4'],
  ['mkv', 'matroska'],
] as const;

async function render(name: string, settings: RenderSettings): Promise<string> {
  const kind = settings.lossless ? 'lossless' : (settings.chroma ?? '420');
  const file = join(folder, `${name}-${kind}.${settings.container === 'matroska' ? 'mkv' : 'mp4'}`);
  await kiln.renderToFile(golden(name).bytes, file, settings);
  return file;
}

async function ourFrames(name: string, format: FrameFormat): Promise<Buffer[]> {
  const frames: Buffer[] = [];
  for await (const { data } of kiln.frames(golden(name).bytes, { format })) frames.push(Buffer.from(data));
  return frames;
}

/** A few pixels of many colours are all edges, which a lossy encoder keeps less well. */
const NEAR = { tiny: 25, large: 30 };

describe.each(SMALL_GOLDENS)('%s', (name) => {
  const { width, height, frames, sha256: wanted } = golden(name);

  test.each(CONTAINERS)('lossless %s gives back every frame of the original generator', async (_, container) => {
    const decoded = await decode(await render(name, { lossless: true, container }), 'rgb24');
    expect(decoded.length).toBe(frames * width * height * 3);
    expect(differingFrames(decoded, wanted, width * height * 3)).toEqual([]);
  });

  test.each(CONTAINERS)('444 crf 0 %s gives back our yuv444p', async (_, container) => {
    const settings = { chroma: '444', crf: 0, container } as const;
    const decoded = await decode(await render(name, settings), 'yuv444p');
    const ours = await ourFrames(name, 'yuv444p');
    const bytes = width * height * 3;
    const differing = ours.flatMap((frame, i) =>
      frame.equals(decoded.subarray(i * bytes, (i + 1) * bytes)) ? [] : [`frame ${i}`],
    );
    expect(differing).toEqual([]);
    expect(decoded.length).toBe(ours.length * bytes);
  });

  test.each(CONTAINERS)('crf 18 %s is near our nv12', async (_, container) => {
    const decoded = await decode(await render(name, { crf: 18, container }), 'nv12');
    const ours = await ourFrames(name, 'nv12');
    const bytes = decoded.length / ours.length;
    expect(bytes).toBe(ours[0]?.length);
    const far = ours
      .map((frame, i) => ({ frame: i, dB: psnr(frame, decoded.subarray(i * bytes, (i + 1) * bytes)) }))
      .filter(({ dB }) => dB < (name.startsWith('tiny') ? NEAR.tiny : NEAR.large));
    expect(far).toEqual([]);
  });
});

test('lossless gives back frames of the default document', async () => {
  const { bytes, sha256: wanted } = golden('default_1080p');
  for (const start of [0, 148, 297]) {
    const file = join(folder, `default-${start}.mp4`);
    await kiln.renderToFile(bytes, file, { lossless: true, preset: 'ultrafast', range: { start, end: start + 3 } });
    const decoded = await decode(file, 'rgb24');
    const differing = differingFrames(decoded, wanted.slice(start, start + 3), 1920 * 1080 * 3);
    expect(differing.map((i) => `frame ${start + i}`)).toEqual([]);
  }
});
