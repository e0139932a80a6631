// SPDX-License-Identifier: Apache-2.0
import { type FrameTable, frameCount, sliceTable } from '../document/table.js';
import type { Codec, Fidelity, FidelityJob } from '../native.js';
import { Job } from './job.js';
import type { FrameRange } from './plan.js';
import type { RenderContext } from './video.js';

/** What the coding does to colour, apart from compression. */
export interface ColourReport {
  chroma: '4:2:0' | '4:4:4' | 'RGB';
  /** dB; null when every pixel is exact, or when it was not measured. */
  rgbPsnrBeforeCoding: number | null;
  note: string;
}

const SAMPLED_FRAMES = 3;

/** At most `count` frames of the range, evenly spread. */
export function sampleFrames(table: FrameTable, { start, end }: FrameRange, count: number): FrameTable {
  const frames = Math.min(count, end - start);
  const picked = Array.from({ length: frames }, (_, i) => start + Math.floor(((i + 0.5) * (end - start)) / frames));
  const parts = picked.map((frame) => sliceTable(table, frame, frame + 1));
  return {
    ...table,
    time: Float64Array.from(parts, (part) => part.time[0] as number),
    complexity: Float64Array.from(parts, (part) => part.complexity[0] as number),
    palette: Uint8Array.from(parts, (part) => part.palette[0] as number),
  };
}

/** What 4:2:0 and 4:4:4 cost a table's colours before any compression, on at most `samples` frames. */
export async function measureFidelity(
  { pool, cpu }: RenderContext,
  table: FrameTable,
  samples: number,
  signal: AbortSignal | undefined,
): Promise<Fidelity> {
  const sample = sampleFrames(table, { start: 0, end: frameCount(table) }, samples);
  const job = new Job(frameCount(sample), { signal });
  const measure = async (chroma: FidelityJob['chroma']) =>
    (await job.follow(pool.run('fidelity', { ...sample, chroma, cpu, control: job.control }))).psnr;
  return job.finish(async () => {
    const [chroma420, chroma444] = await Promise.all([measure('420'), measure('444')]);
    return { chroma420, chroma444 };
  });
}

/** Says what a codec keeps of the colours; measured on a few frames of the range where it does not keep all. */
export async function chromaReport(
  codec: Codec,
  measure: (sample: FrameTable, chroma: FidelityJob['chroma']) => Promise<{ psnr: number }>,
  table: FrameTable,
  range: FrameRange,
): Promise<ColourReport> {
  if (codec === 'h264_rgb') {
    return {
      chroma: 'RGB',
      rgbPsnrBeforeCoding: null,
      note: 'Every pixel is exact. For tools built on FFmpeg, not browsers.',
    };
  }
  if (codec === 'mpeg4_as_recorded') {
    return {
      chroma: '4:2:0',
      rgbPsnrBeforeCoding: null,
      note: "OpenCV's conversion and MPEG-4, as recorded. Browsers do not play it.",
    };
  }
  const { psnr } = await measure(sampleFrames(table, range, SAMPLED_FRAMES), codec === 'h264_444' ? '444' : '420');
  return codec !== 'h264_444'
    ? {
        chroma: '4:2:0',
        rgbPsnrBeforeCoding: finitePsnr(psnr),
        note:
          codec === 'h264_420'
            ? 'Plays everywhere; halved chroma alone costs this much.'
            : 'Halved chroma alone costs this much. Plays where the browser or the hardware decodes it.',
      }
    : {
        chroma: '4:4:4',
        rgbPsnrBeforeCoding: finitePsnr(psnr),
        note: 'Keeps the colours; plays in Chromium and tools, hardly in Safari or Firefox.',
      };
}

/** JSON has no infinity: a PSNR of equal pictures is null. */
export function finitePsnr(psnr: number): number | null {
  return Number.isFinite(psnr) ? Math.round(psnr * 100) / 100 : null;
}
