// SPDX-License-Identifier: Apache-2.0
// Whether a video file shows a document's frames.
import type { Document } from '../document/document.js';
import { type FrameTable, frameCount } from '../document/table.js';
import { FramekilnError } from '../errors.js';
import { documentSource } from '../measure/document-source.js';
import { measureSources } from '../measure/measure.js';
import type { Measurement } from '../measure/source.js';
import { videoSource } from '../measure/video-source.js';
import type { VideoFacts } from '../native.js';
import { fileHash } from '../render/digest.js';
import type { JobOptions } from '../render/job.js';
import { probeVideo } from '../render/probe.js';
import { type RenderSettings, type ResolvedSettings, resolveSettings } from '../render/settings.js';
import { renderVideo } from '../render/video.js';
import { exactly } from './checks.js';
import type { Evidence } from './evidence.js';
import type { VerifyContext } from './verify.js';
import { asRecorded } from './written-video.js';

/** How much farther from the frames than the coarsest coding a video's frames may be, in dB. */
const SLACK_DB = 1;

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
  // OpenCV's VideoWriter drops the last row and column of odd sides.
  const even = facts.codec === 'mpeg4' ? -2 : -1;
  const size = `${table.width & even}x${table.height & even}`;
  const shape = [
    exactly('frames of the video', facts.frames, frameCount(table), 'support'),
    exactly('size of the video', `${facts.width}x${facts.height}`, size, 'support'),
  ];
  if (shape.some(({ result }) => result === 'different')) return shape;
  const line = (await bytesEvidence()) ?? (await framesEvidence());
  return line ? [...shape, line] : shape;

  async function bytesEvidence(): Promise<Evidence | undefined> {
    const settings = usualSettings(facts, table);
    if (!settings) return undefined;
    const fresh = await context.withFile(async (file) => {
      const { report } = await renderVideo(context, table, settings, file, { ...options, software: true });
      return report.bytes === facts.bytes ? fileHash(file, options.signal) : undefined;
    });
    const theirs = fresh === undefined ? undefined : await fileHash(path, options.signal);
    // Other settings give another file of the same frames.
    return fresh === theirs && fresh !== undefined ? exactly('sha256 of the video', fresh, fresh, 'proof') : undefined;
  }

  /** Undefined where frames cannot be measured: below 7x7, or without the row that OpenCV dropped. */
  async function framesEvidence(): Promise<Evidence | undefined> {
    const theirs = await measure(path);
    if (!theirs) return undefined;
    if (theirs.psnr.pooled === null) {
      return exactly('identical frames', theirs.frames, theirs.psnr.identicalFrames, 'proof');
    }
    const coarsest = await context.withFile(async (file) => {
      const settings = resolveSettings({ crf: 51, preset: 'ultrafast' }, table);
      await renderVideo(context, table, settings, file, { ...options, software: true });
      return measure(file);
    });
    // The frame that is farthest from the document's, as seen from what the coarsest coding makes of it.
    const [frame, found, least] = theirs.psnr.perFrame
      .map((psnr, i) => [i, dB(psnr), dB(coarsest?.psnr.perFrame[i] ?? null) - SLACK_DB] as const)
      .reduce((worst, each) => (each[1] - each[2] < worst[1] - worst[2] ? each : worst));
    return {
      check: 'worst frame of the video, dB',
      recorded: Number(found.toFixed(2)),
      regenerated: Number(least.toFixed(2)),
      tolerance: `at least: ${SLACK_DB} dB below the coarsest coding (x264 at crf 51)`,
      result: found >= least ? 'within' : 'different',
      weight: 'support',
      note: `frame ${frame}`,
    };
  }

  async function measure(file: string): Promise<Measurement | undefined> {
    // What framekiln writes where no tag can say it, as in Y4M.
    const matrix = facts.codec === 'mpeg4' ? 'bt601' : 'bt709';
    const video = await videoSource(context, file, options.signal, { matrix });
    try {
      return await measureSources(context, documentSource(table), video, options);
    } catch (error) {
      if (error instanceof FramekilnError && error.code === 'NOT_COMPARABLE') return undefined;
      throw error;
    }
  }
}

/** Identical frames are nearer than any that differ: one sample by 1 in 33 megapixels makes 129 dB. */
const dB = (psnr: number | null): number => psnr ?? 150;

/** How framekiln would have made such a file; undefined when it makes none. */
function usualSettings({ codec, pixelFormat, container }: VideoFacts, table: FrameTable): ResolvedSettings | undefined {
  if (codec === 'mpeg4') {
    const settings = asRecorded(table);
    return typeof settings === 'string' ? undefined : settings;
  }
  if (codec !== 'h264') return undefined;
  const kind: RenderSettings = container === 'matroska' ? { container } : {};
  if (pixelFormat === 'gbrp') return resolveSettings({ ...kind, lossless: true }, table);
  return resolveSettings(pixelFormat === 'yuv444p' ? { ...kind, chroma: '444' } : kind, table);
}
