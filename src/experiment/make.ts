// SPDX-License-Identifier: Apache-2.0
// The variants of an experiment's video that are on no record: its exact frames, and its original where that is rendered.

import { exactRate } from '../document/rate.js';
import { type FrameTable, frameCount } from '../document/table.js';
import { FramekilnError } from '../errors.js';
import { fingerprintOf, recipeOf, type VideoSettings } from '../render/fingerprint.js';
import { resolveSettings } from '../render/settings.js';
import { exactKey, scheduleKey } from '../storage/keys.js';
import type { Chosen } from './choose.js';
import type { ExperimentContext } from './context.js';
import { EXACT } from './document-facts.js';
import { noExactOriginal, ownVideo } from './locate.js';
import { makeVideo } from './make-video.js';
import type { MakeOptions } from './on-demand.js';
import { originalOf } from './original.js';
import { scheduleTable } from './originals.js';
import type { Outcome } from './outcome.js';
import { readExperimentDocument } from './read-document.js';
import { preparedOf, regenerateExperiment, videoFacts } from './regenerate.js';
import { fromObject } from './stored-video.js';
import { unlessOverwritten } from './unless-overwritten.js';
import type { Variant } from './variant.js';

/** Originals are looked at closely. */
const ORIGINAL: VideoSettings = { crf: 12 };
/** 80 s of 1920x1080 at 60 frames a second, which take up to 30 GB of disk on their way. */
const MOST_PIXELS = 1e10;

/**
 * Brings one of an experiment's videos into the bucket, by the least work. What cannot be made is an outcome.
 * @throws FramekilnError `NO_ORIGINAL`, `KEY_TAKEN`, or what stopped the work; the signal's reason
 */
export async function makeVariant(
  context: ExperimentContext,
  chosen: Chosen,
  variant: Variant,
  options: MakeOptions,
): Promise<Outcome> {
  if (variant === 'video') return regenerateExperiment(context, chosen, options);
  const { stores } = context;
  if (variant !== 'exact') {
    const original = originalOf(chosen.record, stores.objects.bucket, stores.source);
    if (original.kind === 'object') {
      if (variant === 'original-exact') throw noExactOriginal(chosen.record);
      return storedOriginal(context, chosen, original, options.signal);
    }
  }
  return unlessOverwritten(options, (attempt) => makeUnrecorded(context, chosen, variant, attempt));
}

async function makeUnrecorded(
  context: ExperimentContext,
  { record }: Chosen,
  variant: Exclude<Variant, 'video'>,
  options: MakeOptions,
): Promise<Outcome> {
  const seconds: Outcome['seconds'] = {};
  const base = { experimentId: record.id, timestamp: record.timestamp, seconds };
  const { signal, force = false } = options;
  const read = await readExperimentDocument(context, record, seconds, signal);
  if ('outcome' in read) return { ...base, ...read };

  const exactOf = variant === 'exact' ? record.id : undefined;
  const table = exactOf === undefined ? scheduleTable(context.render, read.document.table) : read.document.table;
  const chosen = variant === 'original' ? ORIGINAL : EXACT;
  const settings = resolveSettings(chosen, table);
  const key = exactOf === undefined ? keyOf(table, variant) : exactKey(exactOf);
  const object = await context.stores.objects.head(key, signal);
  const there = exactOf === undefined ? fromObject(object) : ownVideo(object, exactOf, 'exact');
  if (object && !there && exactOf !== undefined) throw keyTaken(exactOf, key);

  const { source } = read.found;
  const tooLong = whyTooLong({ ...table, frames: frameCount(table) }, variant);
  if (tooLong) return { ...base, ...tooLong, source };
  const fingerprint = fingerprintOf(table, settings);
  if (there?.readable && there.fingerprint === fingerprint && !force) {
    return { ...base, outcome: 'current', source, ...videoFacts(there) };
  }
  const recipe = recipeOf(chosen);
  const wanted = { key, table, settings, fingerprint, recipe, force, replaces: object?.etag ?? null, exactOf };
  await options.onPrepared?.(preparedOf(table, settings, source));
  const { video, copiedFrom } = await makeVideo(context, wanted, seconds, options);
  const outcome = copiedFrom === undefined ? 'regenerated' : 'copied';
  return { ...base, outcome, source, ...videoFacts(video), ...(copiedFrom !== undefined && { copiedFrom }) };
}

/** Why a variant is not made of so many pixels; undefined when it is. */
export function whyTooLong(
  { frames, width, height }: { frames: number; width: number; height: number },
  variant: Variant,
): Pick<Outcome, 'outcome' | 'code' | 'message'> | undefined {
  const pixels = frames * width * height;
  if (variant === 'video' || pixels <= MOST_PIXELS) return undefined;
  const message = `It has ${pixels} pixels, more than the ${MOST_PIXELS} that are made without loss`;
  return { outcome: 'not_regenerable', code: 'too_long', message };
}

/** What is in S3 is not made. */
async function storedOriginal(
  { stores }: ExperimentContext,
  { record }: Chosen,
  { bucket, key }: { bucket: string; key: string },
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  const base = { experimentId: record.id, timestamp: record.timestamp, seconds: {} };
  const object = await stores.bucket(bucket).head(key, signal);
  if (object?.readable) return { ...base, outcome: 'current', key, bytes: object.bytes };
  return { ...base, ...whyNoOriginal(`s3://${bucket}/${key}`, object !== undefined) };
}

/** Why an original in S3 cannot be had. */
export function whyNoOriginal(name: string, archived: boolean): Pick<Outcome, 'outcome' | 'code' | 'message'> {
  const message = `The original ${name} is ${archived ? 'archived' : 'not there'}`;
  return { outcome: 'not_regenerable', code: archived ? 'archived' : 'no_video', message };
}

function keyOf(table: FrameTable, variant: Variant): string {
  const { width, height, fps } = table;
  return scheduleKey({ width, height, fps, ...exactRate(fps), frames: frameCount(table) }, variant !== 'original');
}

function keyTaken(id: string, key: string): FramekilnError {
  const message = `The exact video of ${id} cannot be stored: ${key} is the video of the experiment ${id}.exact`;
  return new FramekilnError('KEY_TAKEN', message, { remedy: `Rename the experiment ${id}.exact, or watch the video.` });
}
