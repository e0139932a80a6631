// SPDX-License-Identifier: Apache-2.0
import { FramekilnError } from '../errors.js';
import type { VideoFacts as FileFacts } from '../native.js';
import { fileHash } from '../render/digest.js';
import type { JobOptions } from '../render/job.js';
import { playability } from '../render/playable.js';
import { probeVideo } from '../render/probe.js';
import { videoKey } from '../storage/keys.js';
import { findExperiment } from './choose.js';
import type { ExperimentContext } from './context.js';
import type { ExperimentLink } from './link.js';
import { storeVideo } from './make-video.js';
import type { Outcome } from './outcome.js';
import { recordVideo } from './record-video.js';
import { OF_FILE, PUBLISHED } from './stored-video.js';

/** A video that somebody else made, now in the bucket. */
export interface Published extends ExperimentLink {
  bytes: number;
  fingerprint: string;
  video: FileFacts;
  seconds: Outcome['seconds'];
}

/**
 * Uploads somebody's own MP4 as an experiment's video, links and records it. Backfills leave it in place.
 * @param path a file that must not change meanwhile
 * @throws FramekilnError `INVALID_VIDEO` when it is not a whole video that browsers play, `EXPERIMENT_NOT_FOUND`,
 * `INVALID_ID`, or what stopped it
 */
export async function publishVideo(
  context: ExperimentContext,
  id: string,
  path: string,
  { signal }: JobOptions,
): Promise<Published> {
  const { record } = await findExperiment(context, id, signal);
  const facts = await checkVideo(context, path, signal);
  const fingerprint = `${OF_FILE}${await fileHash(path, signal)}`;
  const key = videoKey(id);
  const seconds: Outcome['seconds'] = {};
  const known = { fingerprint, renderer: PUBLISHED, frames: facts.frames };
  const video = await storeVideo(context, { key, body: { path }, bytes: facts.bytes, facts: known }, seconds, signal);
  const { link, state } = await recordVideo(context, record, video, 'video', signal);
  if (state === 'theirs') {
    throw new FramekilnError('RECORD_CHANGED', `Somebody else recorded a video of ${id} at the same time`, {
      remedy: 'Publish it again if yours is the right one.',
    });
  }
  return { experimentId: id, key, bytes: video.bytes, fingerprint, ...link, video: facts, seconds };
}

async function checkVideo(
  { render }: ExperimentContext,
  path: string,
  signal: AbortSignal | undefined,
): Promise<FileFacts> {
  const facts = await probeVideo(render, path, signal);
  const { plays, note } = playability(facts);
  if (plays && facts.container === 'mp4') return facts;
  const reason = plays ? 'it is not an MP4' : note;
  throw new FramekilnError('INVALID_VIDEO', `${path} cannot be published: ${reason}`);
}
