// SPDX-License-Identifier: Apache-2.0
import type { ExperimentRecord } from '../catalog/record.js';
import { assembleDocument } from '../document/assemble.js';
import { Document } from '../document/document.js';
import { type FrameTable, frameCount } from '../document/table.js';
import { FramekilnError } from '../errors.js';
import { fingerprintOf, recipeOf, type VideoSettings } from '../render/fingerprint.js';
import type { JobOptions } from '../render/job.js';
import { parseInPool } from '../render/parse.js';
import { type ResolvedSettings, resolveSettings } from '../render/settings.js';
import { isExperimentId, videoKey } from '../storage/keys.js';
import type { Chosen } from './choose.js';
import type { ExperimentContext } from './context.js';
import { type FoundDocument, inlineDocument, type Search, storedDocument } from './find-document.js';
import { makeVideo, timed } from './make-video.js';
import type { Outcome } from './outcome.js';
import { recordVideo } from './record-video.js';
import { fromObject, type StoredVideo } from './stored-video.js';

export const INVALID_ID =
  'The id cannot become a key: 1 to 200 letters, digits, ".", "_" and "-" are allowed, with no "." in front and no ".."';

export interface RegenerateOptions extends JobOptions {
  settings?: VideoSettings | undefined;
  /** Renders although the video is there. */
  force?: boolean | undefined;
  /** Only renews the link of a video that is there. */
  relink?: boolean | undefined;
  /** Reads a stored document again although nothing says that it changed since its video was made. */
  recheck?: boolean | undefined;
  /** Told of the video that would be made; nothing is then rendered or written. */
  plan?: ((table: FrameTable, settings: ResolvedSettings, fingerprint: string) => void) | undefined;
}

/**
 * Brings one experiment to where its video is in the bucket and on its record, by the least work: nothing, a fresh link,
 * a copy, or a render. An experiment that cannot have its video is an outcome; what went wrong on the way is thrown.
 * @throws FramekilnError what stopped the work; the signal's reason
 */
export async function regenerateExperiment(
  context: ExperimentContext,
  { record, others }: Chosen,
  options: RegenerateOptions,
): Promise<Outcome> {
  const { id, timestamp } = record;
  const seconds: Outcome['seconds'] = {};
  const base = { experimentId: id, timestamp, ...(others.length > 0 && { others: [...others] }), seconds };
  if (!isExperimentId(id)) {
    return { ...base, outcome: 'not_regenerable', code: 'invalid_id', message: INVALID_ID };
  }
  const { signal } = options;
  const settings = options.settings ?? {};
  const recipe = recipeOf(settings);
  const key = videoKey(id);
  const there = await timed(seconds, 'find', async () => fromObject(await context.stores.objects.head(key, signal)));

  if (options.relink) {
    if (!there)
      return { ...base, outcome: 'not_regenerable', code: 'no_video', message: `There is no video at ${key}` };
    if (!there.readable) return archived();
    return options.plan ? { ...base, outcome: 'planned', ...facts(there) } : withLink(there);
  }
  if (there?.published && !options.force) return there.readable ? current(there) : archived();

  const inline = inlineDocument(record);
  if (there && !inline.found && !options.force && !options.recheck && isAsRecorded(there, record, recipe)) {
    return current(there);
  }
  const warnings = record.faults.length > 0 ? { warnings: [...record.faults] } : {};
  let search: Search = inline;
  try {
    if (!inline.found) search = await timed(seconds, 'find', () => storedDocument(record, context.stores, signal));
  } catch (error) {
    return invalid(error);
  }
  const tried = inline.found ? inline.tried : [...inline.tried, ...search.tried];
  if (!search.found) {
    const message =
      search.code === 'archived' ? 'Its parameters are archived' : 'Its parameters are nowhere to be found';
    return { ...base, outcome: 'not_regenerable', code: search.code, message, tried };
  }

  const { source } = search.found;
  let table: FrameTable;
  let resolved: ResolvedSettings;
  try {
    const found = search.found;
    table = (await timed(seconds, 'find', () => openDocument(context, found))).table;
    resolved = resolveSettings(settings, table);
  } catch (error) {
    return { ...invalid(error), source };
  }
  const fingerprint = fingerprintOf(table, resolved);
  const found = { ...base, ...warnings, source, key, fingerprint, frames: frameCount(table) };
  if (there?.readable && there.fingerprint === fingerprint && !options.force)
    return { ...(await current(there)), source };
  if (options.plan) {
    options.plan(table, resolved, fingerprint);
    return { ...found, outcome: 'planned' };
  }

  const wanted = { key, table, settings: resolved, fingerprint, recipe, force: options.force === true };
  const { video, copiedFrom } = await makeVideo(context, wanted, seconds, options);
  const { link, state } = await timed(seconds, 'record', () => recordVideo(context, record, video, 'video', signal));
  return {
    ...found,
    ...facts(video),
    ...(link.warning !== undefined && { warnings: [...record.faults, link.warning] }),
    outcome: state === 'theirs' ? 'current' : copiedFrom ? 'copied' : 'regenerated',
    ...(copiedFrom && { copiedFrom }),
    linkExpiresAt: link.expiresAt,
  };

  function archived(): Outcome {
    return { ...base, outcome: 'not_regenerable', code: 'archived', message: `The video at ${key} is archived`, key };
  }

  /** What is not the document's fault is thrown again. */
  function invalid(error: unknown): Outcome {
    if (!(error instanceof FramekilnError) || !UNUSABLE.includes(error.code)) throw error;
    const { code, message, pointer } = error;
    return { ...base, ...warnings, outcome: 'invalid_document', code, message, ...(pointer && { pointer }) };
  }

  /** The video is there: nothing to do, unless the record does not say so, or its link is dead. */
  async function current(video: StoredVideo): Promise<Outcome> {
    context.videos.remember(video.fingerprint, video.key);
    const { fingerprint, url, expiresAt = 0 } = record.reconstructed;
    if (fingerprint === video.fingerprint && url !== undefined && expiresAt > Date.now() / 1000) {
      return { ...base, outcome: 'current', ...facts(video), linkExpiresAt: expiresAt };
    }
    if (options.plan) return { ...base, outcome: 'current', ...facts(video) };
    return withLink(video);
  }

  async function withLink(video: StoredVideo): Promise<Outcome> {
    const kind = record.reconstructed.fingerprint === video.fingerprint ? 'link' : 'video';
    const { link, state } = await timed(seconds, 'record', () => recordVideo(context, record, video, kind, signal));
    const warnings = link.warning === undefined ? {} : { warnings: [link.warning] };
    const outcome = state === 'theirs' ? 'current' : 'relinked';
    return { ...base, ...warnings, outcome, ...facts(video), linkExpiresAt: link.expiresAt };
  }
}

/** Errors that are the document's fault. */
const UNUSABLE: readonly string[] = ['INVALID_DOCUMENT', 'OUT_OF_MEMORY'];

/** The object is the video on the record, made by this recipe: documents do not change once they are stored. */
function isAsRecorded(video: StoredVideo, { reconstructed }: ExperimentRecord, recipe: string): boolean {
  return video.readable && video.recipe === recipe && video.fingerprint === reconstructed.fingerprint;
}

async function openDocument({ render }: ExperimentContext, { content, clip }: FoundDocument): Promise<Document> {
  if (content instanceof Uint8Array) return parseInPool(render.pool, content, clip);
  return Document.from(assembleDocument(content, clip) as object, render.addon.defaultSchedule);
}

function facts({ key, fingerprint, framesDigest, bytes, frames }: StoredVideo): Partial<Outcome> {
  return {
    key,
    fingerprint,
    ...(framesDigest !== undefined && { framesDigest }),
    bytes,
    ...(frames !== undefined && { frames }),
  };
}
