// SPDX-License-Identifier: Apache-2.0
// Whether a video file shows a document's frames.
import type { Document } from '../document/document.js';
import { frameCount } from '../document/table.js';
import { documentSource } from '../measure/document-source.js';
import { measureSources } from '../measure/measure.js';
import { videoSource } from '../measure/video-source.js';
import type { VideoFacts } from '../native.js';
import { measureFidelity } from '../render/colour.js';
import { fileHash } from '../render/digest.js';
import type { JobOptions } from '../render/job.js';
import { probeVideo } from '../render/probe.js';
import { type RenderSettings, resolveSettings } from '../render/settings.js';
import { renderVideo } from '../render/video.js';
import { exactly } from './checks.js';
import type { Evidence } from './evidence.js';
import type { VerifyContext } from './verify.js';

/** A video of other pictures is far below; the coarsest that x264 makes of these (crf 51) is above. */
const LOSSY_SLACK_DB = 10;
const CEILING_DB = 30;
const SAMPLES = 8;

/**
 * What a video file is, beside the document that it is said to show: its bytes against a fresh render with the usual
 * settings of its kind, otherwise its decoded frames against the document's.
 * @throws FramekilnError `INVALID_VIDEO`, `INPUT_UNREADABLE`, or what stopped the work
 */
export async function videoEvidence(
  context: VerifyContext,
  { table }: Document,
  path: string,
  options: JobOptions,
): Promise<Evidence[]> {
  const facts = await probeVideo(context, path, options.signal);
  const shape = [
    exactly('frames of the video', facts.frames, frameCount(table), 'support'),
    exactly('size of the video', `${facts.width}x${facts.height}`, `${table.width}x${table.height}`, 'support'),
  ];
  if (shape.some(({ result }) => result === 'different')) return shape;
  const bytes = await bytesEvidence();
  return [...shape, bytes ?? (await framesEvidence())];

  async function bytesEvidence(): Promise<Evidence | undefined> {
    const settings = resolveSettings(usualSettings(facts), table);
    const fresh = await context.withFile(async (file) => {
      const { report } = await renderVideo(context, table, settings, file, options);
      return report.bytes === facts.bytes ? fileHash(file, options.signal) : undefined;
    });
    const theirs = fresh === undefined ? undefined : await fileHash(path, options.signal);
    // Other settings give another file of the same frames.
    return fresh === theirs && fresh !== undefined ? exactly('sha256 of the video', fresh, fresh, 'proof') : undefined;
  }

  async function framesEvidence(): Promise<Evidence> {
    const video = await videoSource(context, path, options.signal);
    const { psnr, frames } = await measureSources(context, documentSource(table), video, options);
    if (psnr.pooled === null) return exactly('identical frames', frames, psnr.identicalFrames, 'proof');
    const { chroma420 } = await measureFidelity(context, table, SAMPLES, options.signal);
    const least = Math.min(chroma420, CEILING_DB) - LOSSY_SLACK_DB;
    return {
      check: 'PSNR of the video',
      recorded: Number(psnr.pooled.toFixed(2)),
      regenerated: Number(least.toFixed(2)),
      tolerance: `at least: ${LOSSY_SLACK_DB} dB below what 4:2:0 alone keeps of the frames (${CEILING_DB} dB at most)`,
      result: psnr.pooled >= least ? 'within' : 'different',
      weight: 'support',
    };
  }
}

function usualSettings({ codec, pixelFormat, container }: VideoFacts): RenderSettings {
  if (codec === 'mpeg4') return { asRecorded: true };
  const kind = container === 'matroska' ? { container } : {};
  if (pixelFormat === 'gbrp') return { ...kind, lossless: true };
  return pixelFormat === 'yuv444p' ? { ...kind, chroma: '444' } : kind;
}
