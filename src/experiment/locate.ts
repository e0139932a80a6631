// SPDX-License-Identifier: Apache-2.0
import type { ExperimentRecord } from '../catalog/record.js';
import { describe, FramekilnError } from '../errors.js';
import { exactKey, scheduleKey, videoKey } from '../storage/keys.js';
import type { StoredObject } from '../storage/object-store.js';
import { findExperiment } from './choose.js';
import type { ExperimentContext } from './context.js';
import type { Located } from './on-demand.js';
import { noOriginal, originalOf } from './original.js';
import { fromObject, type StoredVideo, videoOf } from './stored-video.js';
import type { Variant } from './variant.js';

/**
 * Where one of an experiment's videos is, with a fresh link. The record is read for an original only.
 * @param save whether browsers save what the link leads to instead of playing it
 * @throws FramekilnError `INVALID_ID`; for originals `NO_ORIGINAL`, `EXPERIMENT_NOT_FOUND`
 */
export async function locateVideo(
  context: ExperimentContext,
  id: string,
  variant: Variant,
  signal: AbortSignal | undefined,
  save = false,
): Promise<Located> {
  if (variant === 'video' || variant === 'exact') return locateOwn(context, id, variant, signal, save);
  const { record } = await findExperiment(context, id, signal);
  const { stores } = context;
  const original = originalOf(record, stores.objects.bucket, stores.source);
  if (original.kind === 'schedule') {
    const key = await scheduleKeyOf(context, record, variant, signal);
    const object = await stores.objects.head(key, signal);
    return located(context, key, fromObject(object), `${id}.${variant}.mp4`, save);
  }
  if (variant === 'original-exact') throw noExactOriginal(record);
  const { bucket, key, contentType } = original;
  const object = await stores.bucket(bucket).head(key, signal);
  if (!object) return { state: 'missing' };
  if (!object.readable) return { state: 'archived', key };
  const extension = key.slice(key.lastIndexOf('.'));
  const link = await stores.signer.sign(key, `${id}.original${extension}`, { bucket, contentType, save });
  return { state: 'ready', key, link, bytes: object.bytes };
}

/** The key of the schedule that an experiment compressed. @throws FramekilnError `NO_ORIGINAL` */
async function scheduleKeyOf(
  context: ExperimentContext,
  record: ExperimentRecord,
  variant: Variant,
  signal: AbortSignal | undefined,
): Promise<string> {
  const facts = await context.documents.of(context, record, signal);
  if ('outcome' in facts) throw noOriginal(record, `its size, rate and length are not known (${facts.message})`);
  const { width, height, fps, rate, frames } = facts.inspection;
  const [num = 0, den = 1] = rate.split('/').map(Number);
  return scheduleKey({ width, height, fps, num, den, frames }, variant === 'original-exact');
}

export function noExactOriginal(record: ExperimentRecord) {
  const message = `The original of ${describe(record.id)} is a video in S3, of which there is no exact variant`;
  return new FramekilnError('NO_ORIGINAL', message, { remedy: 'Ask for variant=original.' });
}

async function locateOwn(
  context: ExperimentContext,
  id: string,
  variant: 'video' | 'exact',
  signal: AbortSignal | undefined,
  save: boolean,
): Promise<Located> {
  const key = variant === 'video' ? videoKey(id) : exactKey(id);
  const video = ownVideo(await context.stores.objects.head(key, signal), id, variant);
  return located(context, key, video, variant === 'video' ? `${id}.mp4` : `${id}.exact.mp4`, save);
}

/** The video that an object is, if it is this experiment's own. */
export function ownVideo(
  object: StoredObject | undefined,
  id: string,
  variant: 'video' | 'exact',
): StoredVideo | undefined {
  if (variant === 'video') return videoOf(object);
  const video = fromObject(object);
  return video?.exactOf === id ? video : undefined;
}

async function located(
  { stores }: ExperimentContext,
  key: string,
  video: StoredVideo | undefined,
  fileName: string,
  save: boolean,
): Promise<Located> {
  if (!video) return { state: 'missing' };
  if (!video.readable) return { state: 'archived', key };
  const link = await stores.signer.sign(key, fileName, { save });
  const { bytes, frames } = video;
  return { state: 'ready', key, link, bytes, ...(frames !== undefined && { frames }) };
}
