// SPDX-License-Identifier: Apache-2.0
// From a frame table to an object in the bucket: rendered, or copied from an experiment that has the same video.
import { type FrameTable, frameCount } from '../document/table.js';
import { FramekilnError } from '../errors.js';
import type { JobOptions } from '../render/job.js';
import type { ResolvedSettings } from '../render/settings.js';
import { renderVideo } from '../render/video.js';
import type { ObjectBody } from '../storage/object-store.js';
import type { ExperimentContext } from './context.js';
import type { Outcome } from './outcome.js';
import { fromObject, type StoredVideo, toMetadata, type VideoFacts } from './stored-video.js';

/** Above this many pixels a video passes through a temporary file, so that memory does not grow with its length. */
const PIXELS_IN_MEMORY = 4e9;

export interface VideoToMake {
  key: string;
  table: FrameTable;
  settings: ResolvedSettings;
  fingerprint: string;
  recipe: string;
  /** Renders even when another object has the same fingerprint. */
  force: boolean;
}

/**
 * Puts the video at its key: a copy when an object with the same fingerprint is known, otherwise a fresh render.
 * @returns the video as it is in the bucket, and whose copy it is
 */
export async function makeVideo(
  context: ExperimentContext,
  wanted: VideoToMake,
  seconds: Outcome['seconds'],
  options: JobOptions,
): Promise<{ video: StoredVideo; copiedFrom?: string }> {
  const { videos } = context;
  const { fingerprint, key } = wanted;
  const { video, made } = await videos.share(fingerprint, async () => {
    const known = wanted.force ? undefined : await knownVideo(context, wanted, options.signal);
    return known ?? renderAndStore(context, wanted, seconds, options);
  });
  if (video.key === key) return { video };
  const copy = await copyVideo(context, video, key, seconds, options.signal);
  if (copy) return { video: copy, copiedFrom: video.key };
  // It went away between then and now.
  videos.forget(fingerprint);
  if (made) return makeVideo(context, wanted, seconds, options);
  return { video: await renderAndStore(context, wanted, seconds, options) };
}

/** An object elsewhere that really has this fingerprint now. */
async function knownVideo(
  { videos, stores }: ExperimentContext,
  { fingerprint, key }: VideoToMake,
  signal: AbortSignal | undefined,
): Promise<StoredVideo | undefined> {
  const known = videos.find(fingerprint);
  if (known === undefined || known === key) return undefined;
  const video = fromObject(await stores.objects.head(known, signal));
  return video?.fingerprint === fingerprint && video.readable ? video : undefined;
}

async function renderAndStore(
  context: ExperimentContext,
  wanted: VideoToMake,
  seconds: Outcome['seconds'],
  options: JobOptions,
): Promise<StoredVideo> {
  const { table } = wanted;
  const pixels = frameCount(table) * table.width * table.height;
  if (pixels <= PIXELS_IN_MEMORY) return renderThenStore(undefined);
  return context.temporary.withFile(renderThenStore);

  async function renderThenStore(path: string | undefined): Promise<StoredVideo> {
    const { renders, render } = context;
    const { settings, key, fingerprint, recipe } = wanted;
    const { video, report } = await renders(() =>
      timed(seconds, 'render', () => renderVideo(render, table, settings, path, options)),
    );
    const { renderer, framesDigest, frames, bytes } = report;
    const body = video ?? { path: path as string };
    return storeVideo(
      context,
      key,
      body,
      { fingerprint, recipe, renderer, framesDigest, frames },
      bytes,
      seconds,
      options.signal,
    );
  }
}

/** Uploads, and believes only what a HEAD then says. */
export async function storeVideo(
  { uploads, stores }: ExperimentContext,
  key: string,
  body: ObjectBody,
  facts: VideoFacts,
  bytes: number,
  seconds: Outcome['seconds'],
  signal: AbortSignal | undefined,
): Promise<StoredVideo> {
  const options = { contentType: 'video/mp4', metadata: toMetadata(facts), signal };
  const video = await uploads(() =>
    timed(seconds, 'store', async () => {
      await stores.objects.put(key, body, options);
      return fromObject(await stores.objects.head(key, signal));
    }),
  );
  if (video?.fingerprint === facts.fingerprint && video.bytes === bytes) return video;
  const found = video ? `${video.bytes} bytes of another video` : 'nothing';
  throw new FramekilnError('STORE_FAILED', `Uploaded ${bytes} bytes to ${key}, but the bucket has ${found}`, {
    remedy: 'Somebody else may be writing there; run it again.',
  });
}

/** Copies the video if it is still what it was; undefined when it is not. */
async function copyVideo(
  { uploads, stores }: ExperimentContext,
  video: StoredVideo,
  key: string,
  seconds: Outcome['seconds'],
  signal: AbortSignal | undefined,
): Promise<StoredVideo | undefined> {
  return uploads(() =>
    timed(seconds, 'store', async () => {
      const source = await stores.objects.head(video.key, signal);
      const current = fromObject(source);
      if (!source || current?.fingerprint !== video.fingerprint || !current.readable) return undefined;
      await stores.objects.copy(source, key, { contentType: 'video/mp4', metadata: source.metadata, signal });
      const copy = fromObject(await stores.objects.head(key, signal));
      return copy?.fingerprint === video.fingerprint ? copy : undefined;
    }),
  );
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
