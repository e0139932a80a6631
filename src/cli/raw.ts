// SPDX-License-Identifier: Apache-2.0

import type { Document } from '../document/document.js';
import { exactRate } from '../document/rate.js';
import { refuseSetting } from '../errors.js';
import type { Kiln } from '../kiln.js';
import type { FrameFormat } from '../native.js';
import { FramesDigest } from '../render/digest.js';
import type { JobOptions } from '../render/job.js';
import type { FrameRange } from '../render/plan.js';
import { writeChunks } from './output.js';

/** What writing raw frames or pictures did. */
export interface RawReport {
  frames: number;
  width: number;
  height: number;
  format: string;
  bytes: number;
  framesDigest: string;
  renderer: string;
  threads: number;
  seconds: number;
  framesPerSecond: number;
}

/** Writes raw frames, or YUV4MPEG2, one after the other. */
export async function writeRaw(
  kiln: Kiln,
  document: Document,
  output: string,
  format: 'y4m' | 'rgb24' | 'nv12' | 'i420',
  chroma: string,
  range: FrameRange,
  job: JobOptions,
): Promise<RawReport> {
  const pixels: FrameFormat = format !== 'y4m' ? format : chroma === '444' ? 'yuv444p' : 'i420';
  const report = await startReport(kiln, document, pixels, range);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    if (format === 'y4m') yield report.count(y4mHeader(document, pixels));
    for await (const frame of kiln.frames(document, { ...job, format: pixels, range })) {
      report.digest.add(frame.hash);
      if (format === 'y4m') yield report.count(Buffer.from('FRAME\n'));
      yield report.count(frame.data);
    }
  }
  await writeChunks(output, chunks());
  return report.finish(format);
}

/** Writes PNG pictures: one, or several to a name with %d or %05d in it. */
export async function writePictures(
  kiln: Kiln,
  document: Document,
  output: string,
  range: FrameRange,
  job: JobOptions,
): Promise<RawReport> {
  const pattern = /%(?:0(\d{1,2}))?d/;
  if (range.end - range.start > 1 && !pattern.test(output)) {
    refuseSetting('a name with %d or %05d in it for several pictures, or --frames N for one', '--output', output);
  }
  const { width, height } = document.table;
  const report = await startReport(kiln, document, 'rgb24', range);
  for await (const frame of kiln.frames(document, { ...job, format: 'rgb24', range, recycle: true })) {
    report.digest.add(frame.hash);
    // A copy: the frame is a view of a larger chunk, all of which would travel to the pool.
    const png = report.count(await kiln.png(frame.data.slice(), width, height));
    const name = output.replace(pattern, (_, digits = '0') => String(frame.index).padStart(Number(digits), '0'));
    await writeChunks(name, [png]);
  }
  return report.finish('png');
}

async function startReport(kiln: Kiln, document: Document, pixels: FrameFormat, range: FrameRange) {
  const { renderer } = await kiln.drawing();
  const started = performance.now();
  const digest = new FramesDigest(pixels);
  const frames = range.end - range.start;
  let bytes = 0;
  return {
    digest,
    count(chunk: Uint8Array): Uint8Array {
      bytes += chunk.length;
      return chunk;
    },
    finish(format: string): RawReport {
      const { width, height } = document.table;
      const seconds = (performance.now() - started) / 1000;
      const speed = { renderer, threads: kiln.threads, seconds, framesPerSecond: frames / seconds };
      return { frames, width, height, format, bytes, framesDigest: digest.toString(), ...speed };
    },
  };
}

/** Chroma is the mean of each 2x2 block, so it sits in its centre: `420jpeg`. */
function y4mHeader({ table: { width, height, fps } }: Document, pixels: FrameFormat): Uint8Array {
  const { num, den } = exactRate(fps);
  const chroma = pixels === 'yuv444p' ? '444' : '420jpeg';
  return Buffer.from(`YUV4MPEG2 W${width} H${height} F${num}:${den} Ip A1:1 C${chroma} XCOLORRANGE=LIMITED\n`);
}
