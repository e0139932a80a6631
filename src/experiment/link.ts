// SPDX-License-Identifier: Apache-2.0
import { FramekilnError } from '../errors.js';
import { videoKey } from '../storage/keys.js';
import type { Link } from '../storage/link.js';
import { findExperiment } from './choose.js';
import type { ExperimentContext } from './context.js';
import { recordVideo } from './record-video.js';
import { videoOf } from './stored-video.js';

/** A fresh link to an experiment's video. */
export interface ExperimentLink extends Link {
  experimentId: string;
  key: string;
}

/**
 * Signs a fresh link to the video of an experiment and writes it to the record.
 * @throws FramekilnError `NO_VIDEO`, `OBJECT_ARCHIVED`, `EXPERIMENT_NOT_FOUND`, `INVALID_ID`, or what stopped it
 */
export async function linkExperiment(
  context: ExperimentContext,
  id: string,
  signal?: AbortSignal,
): Promise<ExperimentLink> {
  const { record } = await findExperiment(context, id, signal);
  const key = videoKey(id);
  const video = videoOf(await context.stores.objects.head(key, signal));
  if (!video) {
    const remedy = `Make it: "framekiln regenerate ${id}".`;
    throw new FramekilnError('NO_VIDEO', `Experiment ${id} has no video yet (${key})`, { remedy });
  }
  if (!video.readable) {
    const remedy = `Restore it ("aws s3api restore-object"), or make it again: "framekiln regenerate ${id}".`;
    throw new FramekilnError('OBJECT_ARCHIVED', `The video of ${id} is archived (${key})`, { remedy });
  }
  const kind = record.reconstructed.fingerprint === video.fingerprint ? 'link' : 'video';
  const { link } = await recordVideo(context, record, video, kind, signal);
  return { experimentId: id, key, ...link };
}
