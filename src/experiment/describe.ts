// SPDX-License-Identifier: Apache-2.0
import type { ExperimentRecord } from '../catalog/record.js';
import { FramekilnError } from '../errors.js';
import { exactKey, videoKey } from '../storage/keys.js';
import { findExperiment } from './choose.js';
import type { ExperimentContext } from './context.js';
import type { ExperimentDetails, VideoState } from './details.js';
import { ownVideo } from './locate.js';
import { nameOf, originalOf } from './original.js';
import type { StoredVideo } from './stored-video.js';
import { recordedMetrics, summarise } from './summarise.js';

const MOST_FAULTS = 20;
const MOST_OTHERS = 100;

/**
 * All that a page about one experiment shows: its record, its document, its videos as they are now.
 * @throws FramekilnError `INVALID_ID`, `EXPERIMENT_NOT_FOUND`, or what stopped it
 */
export async function describeExperiment(
  context: ExperimentContext,
  id: string,
  signal: AbortSignal | undefined,
): Promise<ExperimentDetails> {
  const { record, others } = await findExperiment(context, id, signal);
  const { objects } = context.stores;
  const [facts, video, exact] = await Promise.all([
    context.documents.of(context, record, signal),
    objects.head(videoKey(id), signal).then((object) => ownVideo(object, id, 'video')),
    objects.head(exactKey(id), signal).then((object) => ownVideo(object, id, 'exact')),
  ]);
  const { original, fault } = originalName(context, record);
  return {
    ...summarise(record),
    others: others.slice(0, MOST_OTHERS),
    faults: [...record.faults, ...fault].slice(0, MOST_FAULTS),
    metrics: recordedMetrics(record),
    document: 'outcome' in facts ? facts : { source: facts.source, inspection: facts.inspection },
    videos: { ...(video && { video: stateOf(video) }), ...(exact && { exact: stateOf(exact) }) },
    ...(original !== undefined && { original }),
  };
}

/** What the original is; nothing when nobody says, and a fault when the record says something that is no use. */
function originalName(
  { stores }: ExperimentContext,
  record: ExperimentRecord,
): { original?: string; fault: readonly string[] } {
  try {
    return { original: nameOf(originalOf(record, stores.objects.bucket, stores.source)), fault: [] };
  } catch (error) {
    if (!(error instanceof FramekilnError) || error.code !== 'NO_ORIGINAL') throw error;
    return { fault: record.source === undefined ? [] : [error.message] };
  }
}

function stateOf({ key, bytes, readable, fingerprint, framesDigest, frames, published }: StoredVideo): VideoState {
  return {
    ...{ key, bytes, readable, fingerprint, published },
    ...(framesDigest !== undefined && { framesDigest }),
    ...(frames !== undefined && { frames }),
  };
}
