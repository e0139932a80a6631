// SPDX-License-Identifier: Apache-2.0
import type { StoredObject } from '../storage/object-store.js';

/** A video in the bucket, as its object's metadata describes it. */
export interface StoredVideo {
  key: string;
  etag: string;
  bytes: number;
  /** Can it be played now, or is it archived? */
  readable: boolean;
  fingerprint: string;
  /** What decided its bytes beside the document (see recipeOf); undefined for published ones. */
  recipe: string | undefined;
  /** Unknown for published ones. */
  framesDigest: string | undefined;
  frames: number | undefined;
  /** Somebody's own file, which is never replaced unless told to. */
  published: boolean;
  /** The experiment whose exact video it is; undefined for all others. */
  exactOf: string | undefined;
}

/** What is written to an object's metadata. */
export interface VideoFacts {
  fingerprint: string;
  renderer: string;
  recipe?: string;
  framesDigest?: string;
  frames: number;
  /** As in StoredVideo. */
  exactOf?: string | undefined;
}

/** The `renderer` of videos that somebody else made, and how their fingerprints begin: of a file, not of parameters. */
export const PUBLISHED = 'published';
export const OF_FILE = 'file-sha256:';
const EXACT_OF = 'exact-of';

export function toMetadata({
  fingerprint,
  renderer,
  recipe,
  framesDigest,
  frames,
  exactOf,
}: VideoFacts): Record<string, string> {
  return {
    fingerprint,
    renderer,
    ...(recipe !== undefined && { recipe }),
    ...(framesDigest !== undefined && { 'frames-digest': framesDigest }),
    frames: String(frames),
    ...(exactOf !== undefined && { [EXACT_OF]: exactOf }),
  };
}

/** The metadata of a copy: what the object shows stays, whose exact video it is does not. */
export function copiedMetadata({ metadata }: StoredObject, exactOf: string | undefined): Record<string, string> {
  const { [EXACT_OF]: _, ...rest } = metadata;
  return { ...rest, ...(exactOf !== undefined && { [EXACT_OF]: exactOf }) };
}

/** The video that an object is; undefined when nothing says what it shows. */
export function fromObject(object: StoredObject | undefined): StoredVideo | undefined {
  const fingerprint = object?.metadata.fingerprint;
  if (!object || !fingerprint) return undefined;
  const { key, etag, bytes, readable, metadata } = object;
  const frames = Number(metadata.frames);
  return {
    key,
    etag,
    bytes,
    readable,
    fingerprint,
    recipe: metadata.recipe,
    framesDigest: metadata['frames-digest'],
    frames: Number.isInteger(frames) && frames > 0 ? frames : undefined,
    published: metadata.renderer === PUBLISHED,
    exactOf: metadata[EXACT_OF],
  };
}

/** The video of an experiment that the object at its key is; undefined also when it is another one's exact video. */
export function videoOf(object: StoredObject | undefined): StoredVideo | undefined {
  const video = fromObject(object);
  return video?.exactOf === undefined ? video : undefined;
}
