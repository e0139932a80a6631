// SPDX-License-Identifier: Apache-2.0
import type { Document } from '../document/document.js';
import { exactRate } from '../document/rate.js';
import { frameCount } from '../document/table.js';
import { FramekilnError } from '../errors.js';
import { documentSource } from '../measure/document-source.js';
import { measureSources } from '../measure/measure.js';
import type { FrameSource } from '../measure/source.js';
import { FRAME_FORMATS, type FrameFormat } from '../native.js';
import { FramesDigest } from '../render/digest.js';
import { renderFrames } from '../render/frames.js';
import type { JobOptions } from '../render/job.js';
import type { RenderContext } from '../render/video.js';
import { clipEvidence, exactly, qualityEvidence } from './checks.js';
import { type Evidence, type Verification, verdictOf } from './evidence.js';
import { type Recorded, WRITTEN_AS_VIDEO } from './recorded.js';
import { type SizedThing, sizeEvidence } from './sizes.js';
import { videoEvidence } from './video.js';
import { WrittenVideo } from './written-video.js';

/** What is held against the record. */
export interface Subject {
  document: Document;
  /**
   * `document`: it says all itself. `frames`: a bare list, of which the record says size, rate and length. `schedule`: the
   * record alone, from which the default schedule was inferred.
   */
  origin: 'document' | 'frames' | 'schedule';
  /** What PSNR and SSIM are against; undefined when nobody knows. */
  source?: FrameSource | undefined;
  /** Scales the regeneration to the source's size when they differ. */
  resize?: boolean | undefined;
  /** A video file that is said to show the document. */
  video?: string | undefined;
  /** The digest of its frames, when they were rendered a moment ago. */
  rendered?: string | undefined;
}

export interface VerifyContext extends RenderContext {
  /** Lends a path for a file that is removed afterwards. */
  withFile: <T>(body: (path: string) => Promise<T>) => Promise<T>;
}

/**
 * Renders a document again and compares what comes out with what was recorded.
 * @throws FramekilnError what stopped the work
 */
export async function verifyDocument(
  context: VerifyContext,
  subject: Subject,
  recorded: Recorded,
  options: JobOptions,
): Promise<Verification> {
  const evidence: Evidence[] = [];
  const unchecked: string[] = [];
  const { table } = subject.document;
  /** That a video shows an inferred document proves the inference no better. */
  const weight: Evidence['weight'] = subject.origin === 'schedule' ? 'support' : 'proof';

  return context.withFile(async (path) => {
    const written = new WrittenVideo(context, table, path, options);
    await compareDigests();
    await compareSizes(written);
    if (subject.origin === 'document') evidence.push(...clipEvidence(recorded, table));
    else if (recorded.totalFrames !== undefined) {
      evidence.push(exactly('total_frames', recorded.totalFrames, frameCount(table), 'support'));
    }
    await compareQuality(written);
    if (subject.video !== undefined) {
      const lines: Evidence[] = await videoEvidence(context, subject.document, subject.video, options);
      evidence.push(...lines.map((line) => (line.weight === 'proof' ? { ...line, weight } : line)));
    }
    return { verdict: verdictOf(evidence), evidence, unchecked };
  });

  async function compareDigests(): Promise<void> {
    const { rendered = '' } = subject;
    const known = new Map(FRAME_FORMATS.filter((name) => isOf(rendered, name)).map((name) => [name, rendered]));
    for (const { where, digest } of recorded.digests ?? []) {
      const format = FRAME_FORMATS.find((name) => isOf(digest, name));
      if (format === undefined) {
        unchecked.push(`${where}: this kind of digest is not known here`);
        continue;
      }
      const ours = known.get(format) ?? (await digestOf(context, subject.document, format, options));
      known.set(format, ours);
      const line = exactly(where, digest, ours, weight);
      // That what was just made is what was just made is no news.
      evidence.push(ours === rendered ? { ...line, weight: 'support', note: 'rendered a moment ago' } : line);
    }
  }

  async function compareSizes(written: WrittenVideo): Promise<void> {
    const { fileSizeBytes, fileSizeMb, bitrateMbps, method } = recorded;
    if ([fileSizeBytes, fileSizeMb, bitrateMbps].every((value) => value === undefined)) return;
    const { num, den } = exactRate(table.fps);
    const duration = recorded.duration ?? (frameCount(table) * den) / num;
    const sized = (thing: SizedThing) => sizeEvidence(recorded, thing, duration);
    const { jsonBytes } = subject.document;
    const parameters =
      jsonBytes === undefined ? undefined : sized({ what: 'the parameters (JSON)', bytes: jsonBytes, proof: false });
    if (method !== WRITTEN_AS_VIDEO && parameters && fits(parameters)) {
      evidence.push(...parameters);
      return;
    }
    const bytes = await written.bytes();
    if (typeof bytes === 'string') unchecked.push(`sizes: the framework could not have written this video: ${bytes}`);
    const video = typeof bytes === 'number' ? sized({ what: WRITTEN, bytes, proof: true }) : undefined;
    if (video && (method === WRITTEN_AS_VIDEO || fits(video))) evidence.push(...video);
    else if (parameters && method !== WRITTEN_AS_VIDEO) evidence.push(...parameters);
    else if (video) unchecked.push(`sizes: the record does not say of what they are; they are not those of ${WRITTEN}`);
  }

  async function compareQuality(written: WrittenVideo): Promise<void> {
    if (recorded.psnrDb === undefined && recorded.ssim === undefined) return;
    const { source, resize } = subject;
    if (!source) {
      unchecked.push('psnr_db, ssim: the source is not known (--source FILE, s3://bucket/key or schedule)');
      return;
    }
    const against = async (what: string, regenerated: FrameSource): Promise<Evidence[]> => {
      const measured = await measureSources(context, source, regenerated, { ...options, resize });
      return qualityEvidence(recorded, measured).map((line) => ({
        ...line,
        note: `of ${what}, against ${source.label}`,
      }));
    };
    try {
      const frames = await against('the frames', documentSource(table));
      // The framework may have measured what it read back from its file.
      const readBack = fits(frames) || typeof (await written.bytes()) === 'string' ? undefined : await written.source();
      // It lacks a row and a column of odd sides.
      const comparable = readBack?.width === table.width && readBack.height === table.height;
      const lines = readBack && comparable && (await against(WRITTEN, readBack));
      evidence.push(...(lines && fits(lines) ? lines : frames));
    } catch (error) {
      if (!(error instanceof FramekilnError && error.code === 'NOT_COMPARABLE')) throw error;
      unchecked.push(`psnr_db, ssim: ${error.message}`);
    }
  }
}

const isOf = (digest: string, format: FrameFormat) => digest.startsWith(`${format}-xxh3-sha256:`);

const WRITTEN = "the video as OpenCV's VideoWriter wrote it";

const fits = (lines: readonly Evidence[]) => lines.every(({ result }) => result !== 'different');

async function digestOf(
  context: RenderContext,
  { table }: Document,
  format: FrameFormat,
  options: JobOptions,
): Promise<string> {
  const digest = new FramesDigest(format);
  const all = { start: 0, end: frameCount(table) };
  for await (const { hash } of renderFrames(context, table, format, all, options)) digest.add(hash);
  return digest.toString();
}
