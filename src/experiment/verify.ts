// SPDX-License-Identifier: Apache-2.0
import type { ExperimentRecord } from '../catalog/record.js';
import type { Document } from '../document/document.js';
import type { FrameSource } from '../measure/source.js';
import type { JobOptions } from '../render/job.js';
import { invalidId, isExperimentId, videoKey } from '../storage/keys.js';
import type { Verification } from '../verify/evidence.js';
import { type Subject, verifyDocument } from '../verify/verify.js';
import type { Chosen } from './choose.js';
import type { ExperimentContext } from './context.js';
import type { Outcome } from './outcome.js';
import { readExperimentDocument } from './read-document.js';
import { recordedOf } from './recorded.js';
import { videoOf } from './stored-video.js';

export interface VerifyOptions extends JobOptions {
  /** What recorded PSNR and SSIM are against: a local file, `s3://bucket/key`, or `schedule`. */
  source?: string | undefined;
  /** Scales the regeneration to the source's size when they differ. */
  resize?: boolean | undefined;
  /** Held against the record instead of the parameters that are stored. */
  document?: Document | undefined;
  /** A video file that is said to show the experiment. */
  video?: string | undefined;
  /** The digest of the document's frames, when they were rendered a moment ago. */
  rendered?: string | undefined;
}

/** Whether an experiment's regeneration is what was recorded. JSON-able. */
export interface VerifiedExperiment extends Verification {
  experimentId: string;
  /** The item's range key, as stored; undefined when there is no item. */
  timestamp?: string;
  /** Why there is nothing to compare. */
  code?: string;
  message?: string;
  /** Where the document was found. */
  source?: string;
  warnings?: string[];
  /** Wall time. */
  seconds: number;
}

/**
 * Renders an experiment again and compares it with its record and its stored video. What cannot be regenerated is
 * `unverifiable`.
 * @throws FramekilnError what stopped the work; the signal's reason
 */
export async function verifyExperiment(
  context: ExperimentContext,
  { record }: Chosen,
  options: VerifyOptions,
): Promise<VerifiedExperiment> {
  const started = performance.now();
  const verification = await verify(context, record, options);
  return {
    experimentId: record.id,
    timestamp: record.timestamp,
    ...verification,
    ...(record.faults.length > 0 && { warnings: [...record.faults] }),
    seconds: (performance.now() - started) / 1000,
  };
}

type Verified = Omit<VerifiedExperiment, 'experimentId' | 'timestamp' | 'seconds'>;

async function verify(context: ExperimentContext, record: ExperimentRecord, options: VerifyOptions): Promise<Verified> {
  const { signal, onProgress, resize, rendered, video: file } = options;
  if (!isExperimentId(record.id)) return unverifiable({ code: 'invalid_id', message: invalidId(record.id) });
  const subject = await subjectOf(context, record, options);
  if (!('document' in subject)) return unverifiable(subject);
  const { document, origin, from } = subject;

  const { stores, renders, render, temporary, originals } = context;
  const video = videoOf(await stores.objects.head(videoKey(record.id), signal));
  const recorded = recordedOf(record, video);
  const { source } = options;
  const verifying = { ...render, withFile: temporary.withFile.bind(temporary) };
  const hold = (original?: FrameSource) => {
    const held = { document, origin, source: original, resize, rendered, video: file };
    return renders(() => verifyDocument(verifying, held, recorded, { signal, onProgress }));
  };
  const verification = await (source === undefined ? hold() : originals.use(source, document.table, signal, hold));
  return { ...verification, source: from };
}

/** The document to hold against the record. */
async function subjectOf(
  context: ExperimentContext,
  record: ExperimentRecord,
  { document, signal }: VerifyOptions,
): Promise<(Pick<Subject, 'document' | 'origin'> & { from: string }) | Pick<Outcome, 'code' | 'message'>> {
  if (document) return { document, origin: 'document', from: 'the document that was given' };
  const read = await readExperimentDocument(context, record, {}, signal);
  if ('outcome' in read) return { code: read.code ?? 'no_parameters', message: read.message ?? '' };
  return { document: read.document, origin: read.origin, from: read.found.source };
}

function unverifiable({ code, message }: Pick<Outcome, 'code' | 'message'>): Verified {
  return {
    verdict: 'unverifiable',
    evidence: [],
    unchecked: [],
    ...(code !== undefined && { code }),
    ...(message !== undefined && { message }),
  };
}
