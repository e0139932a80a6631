// SPDX-License-Identifier: Apache-2.0
// From a frame table to an object in the bucket: rendered, or copied from an experiment that has the same video.
import { isNamed } from '../aws/errors.js';
import { type FrameTable, frameCount } from '../document/table.js';
import { FramekilnError } from '../errors.js';
import { fallbackTexts } from '../render/fallback.js';
import type { ResolvedSettings } from '../render/settings.js';
import { renderVideo } from '../render/video.js';
import type { ObjectBody } from '../storage/object-store.js';
import type { ExperimentContext } from './context.js';
import type { MakeOptions } from './on-demand.js';
import type { Outcome } from './outcome.js';
import { copiedMetadata, fromObject, type StoredVideo, toMetadata, type VideoFacts } from './stored-video.js';

/** Above this many pixels a video passes through a temporary file, so that memory does not grow with its length. */
const PIXELS_IN_MEMORY = 1e9;
/** The same without loss, which takes up to three bytes a pixel. */
const LOSSLESS_PIXELS_IN_MEMORY = 1e8;
/** S3 copies no more at once. */
const COPIED_BYTES = 5 * 2 ** 30;

export interface VideoToMake {
  key: string;
  table: FrameTable;
  settings: ResolvedSettings;
  fingerprint: string;
  recipe: string;
  /** Renders even when another object has the same fingerprint. */
  force: boolean;
  /** Etag of the object that is to be replaced; null when there was none: whoever writes meanwhile is not overwritten. */
  replaces: string | null;
  /** The experiment whose exact video it will be. */
  exactOf?: string | undefined;
}

export interface MakingOptions extends Pick<MakeOptions, 'signal' | 'onProgress' | 'onSegment'> {
  /** As in VideoOptions. */
  software?: boolean | undefined;
  /** Called when a GPU failed on the way, with what to tell people. */
  onWarning?: ((warning: string) => void) | undefined;
}

/**
 * Puts the video at its key: a copy when an object with the same fingerprint is known, otherwise a fresh render.
 * @returns the video as it is in the bucket, and whose copy it is
 */
export async function makeVideo(
  context: ExperimentContext,
  wanted: VideoToMake,
  seconds: Outcome['seconds'],
  options: MakingOptions,
): Promise<{ video: StoredVideo; copiedFrom?: string }> {
  const { videos } = context;
  const { fingerprint, key } = wanted;
  const make = async () => {
    const known = wanted.force ? undefined : await knownVideo(context, wanted, options.signal);
    return known ?? renderAndStore(context, wanted, seconds, options);
  };
  const { video, made } = await videos.share(fingerprint, make, options.signal);
  if (video.key === key) return { video };
  const copy = await copyVideo(context, video, wanted, seconds, options.signal);
  if (copy) return { video: copy, copiedFrom: video.key };
  // It went away between then and now.
  videos.forget(fingerprint);
  if (made) return makeVideo(context, wanted, seconds, options);
  return { video: await renderAndStore(context, wanted, seconds, options) };
}

/** An object that really has this fingerprint now: elsewhere, or put in its place since it was last looked at. */
async function knownVideo(
  { videos, stores }: ExperimentContext,
  { fingerprint }: VideoToMake,
  signal: AbortSignal | undefined,
): Promise<StoredVideo | undefined> {
  const known = videos.find(fingerprint);
  if (known === undefined) return undefined;
  const video = fromObject(await stores.objects.head(known, signal));
  return video?.fingerprint === fingerprint && video.readable ? video : undefined;
}

async function renderAndStore(
  context: ExperimentContext,
  wanted: VideoToMake,
  seconds: Outcome['seconds'],
  options: MakingOptions,
): Promise<StoredVideo> {
  const { table } = wanted;
  const most = wanted.settings.encode.crf === 0 ? LOSSLESS_PIXELS_IN_MEMORY : PIXELS_IN_MEMORY;
  if (frameCount(table) * table.width * table.height <= most) return renderThenStore(undefined);
  return context.temporary.withFile(renderThenStore);

  async function renderThenStore(path: string | undefined): Promise<StoredVideo> {
    const { renders, render } = context;
    const { settings, key, fingerprint, recipe, replaces, exactOf } = wanted;
    const { video, report } = await renders(() =>
      timed(seconds, 'render', () => renderVideo(render, table, settings, path, options)),
    );
    const { framesDigest, frames, bytes } = report;
    for (const text of fallbackTexts(report.fallbacks)) options.onWarning?.(text);
    const renderer = report.encoder.includes('nvenc') ? `${report.renderer} ${report.encoder}` : report.renderer;
    const facts = { fingerprint, recipe, renderer, framesDigest, frames, exactOf };
    const upload = { key, body: video ?? { path: path as string }, bytes, facts, replaces };
    return storeVideo(context, upload, seconds, options.signal);
  }
}

/** A finished video on its way to the bucket. */
export interface Upload {
  key: string;
  body: ObjectBody;
  bytes: number;
  facts: VideoFacts;
  /** As in VideoToMake; undefined overwrites whatever is there. */
  replaces?: string | null;
}

/**
 * Uploads, and believes only what a HEAD then says.
 * @throws FramekilnError `OBJECT_CHANGED` when somebody else put another video there
 */
export async function storeVideo(
  { uploads, stores }: ExperimentContext,
  { key, body, bytes, facts, replaces }: Upload,
  seconds: Outcome['seconds'],
  signal: AbortSignal | undefined,
): Promise<StoredVideo> {
  const options = { contentType: 'video/mp4', metadata: toMetadata(facts), replaces, signal };
  return uploads(() =>
    timed(seconds, 'store', async () => {
      // The change may be our own: an upload whose answer was lost is sent again.
      const changed = await stores.objects.put(key, body, options).then(() => undefined, orChanged);
      const video = fromObject(await stores.objects.head(key, signal));
      if (video?.fingerprint === facts.fingerprint && video.bytes === bytes) return video;
      const found = video ? `${video.bytes} bytes of another video` : 'nothing';
      const message = `Uploaded ${bytes} bytes to ${key}, but the bucket has ${found}`;
      throw changed ?? new FramekilnError('OBJECT_CHANGED', message, { remedy: 'Run it again.' });
    }),
  );
}

function orChanged(error: unknown): FramekilnError {
  if (error instanceof FramekilnError && error.code === 'OBJECT_CHANGED') return error;
  throw error;
}

/** Copies the video if it is still what it was; undefined when it is not. */
async function copyVideo(
  { uploads, stores }: ExperimentContext,
  video: StoredVideo,
  { key, replaces, exactOf }: VideoToMake,
  seconds: Outcome['seconds'],
  signal: AbortSignal | undefined,
): Promise<StoredVideo | undefined> {
  return uploads(() =>
    timed(seconds, 'store', async () => {
      const source = await stores.objects.head(video.key, signal);
      const current = fromObject(source);
      if (!source || current?.fingerprint !== video.fingerprint || !current.readable) return undefined;
      if (source.bytes > COPIED_BYTES) return undefined;
      const metadata = copiedMetadata(source, exactOf);
      const options = { contentType: 'video/mp4', metadata, replaces, signal };
      let changed: FramekilnError | undefined;
      try {
        await stores.objects.copy(source, key, options);
      } catch (error) {
        if (hasGone(error)) return undefined;
        // As with an upload, it may be our own change.
        changed = orChanged(error);
      }
      const copy = fromObject(await stores.objects.head(key, signal));
      if (copy?.fingerprint === video.fingerprint) return copy;
      if (changed) throw changed;
      return undefined;
    }),
  );
}

/** The source of a copy is no longer there, or can no longer be read. */
function hasGone(error: unknown): boolean {
  if (!(error instanceof FramekilnError)) return false;
  return error.code === 'OBJECT_ARCHIVED' || isNamed(error.cause, 'NoSuchKey');
}

/** Adds the time that `body` takes to one step's seconds. */
export async function timed<T>(
  seconds: Outcome['seconds'],
  step: keyof Outcome['seconds'],
  body: () => Promise<T>,
): Promise<T> {
  const start = performance.now();
  try {
    return await body();
  } finally {
    seconds[step] = (seconds[step] ?? 0) + (performance.now() - start) / 1000;
  }
}
