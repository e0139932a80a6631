// SPDX-License-Identifier: Apache-2.0
import { type ExperimentRecord, proceduralEntry } from '../catalog/record.js';
import { isOurs, type RecordChange } from '../catalog/update.js';
import { FramekilnError } from '../errors.js';
import type { Link } from '../storage/link.js';
import type { ExperimentContext } from './context.js';
import { fromObject, type StoredVideo } from './stored-video.js';

/** Other writers of one record that are given way to, before it is left alone. */
const ATTEMPTS = 5;

/** What became of the record: `written`, or left as somebody else has it meanwhile. */
export interface Recorded {
  link: Link;
  state: 'written' | 'theirs';
}

/**
 * Signs a link to the video and writes it to the record, with `video`'s facts when they are new. Whoever writes the
 * record in between is not overwritten: when they recorded a video, theirs stays; otherwise it is tried again.
 * @throws FramekilnError `RECORD_CHANGED`, `RECORD_TOO_LARGE`, or why the table cannot be written
 */
export async function recordVideo(
  { stores }: ExperimentContext,
  record: ExperimentRecord,
  video: StoredVideo,
  kind: 'video' | 'link',
  signal: AbortSignal | undefined,
): Promise<Recorded> {
  const link = await stores.signer.sign(video.key, `${record.id}.mp4`);
  const { fingerprint, framesDigest } = video;
  const facts = kind === 'video' ? { fingerprint, framesDigest, at: new Date().toISOString() } : undefined;
  let read = record;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const entry = proceduralEntry(read)?.index;
    const change: RecordChange = { url: link.url, key: video.key, expiresAt: link.expiresAt, video: facts, entry };
    if ((await stores.table.update(read, change, signal)) === 'written') return { link, state: 'written' };

    const now = (await stores.table.query(record.id, signal)).find(({ timestamp }) => timestamp === record.timestamp);
    if (!now) throw new FramekilnError('RECORD_CHANGED', `The record of ${record.id} was deleted meanwhile`);
    if (isOurs(now, change)) return { link, state: 'written' };
    const theirs = now.reconstructed.at !== read.reconstructed.at;
    if (theirs && !(kind === 'video' && (await isAt(stores, video, now, signal)))) return { link, state: 'theirs' };
    read = now;
  }
  throw new FramekilnError('RECORD_CHANGED', `The record of ${record.id} keeps changing while it is written`, {
    remedy: 'Run it again when nobody else writes it.',
  });
}

/** Whether the object is this video although the record now describes another one. */
async function isAt(
  { objects }: ExperimentContext['stores'],
  video: StoredVideo,
  { reconstructed }: ExperimentRecord,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (reconstructed.fingerprint === video.fingerprint) return false;
  return fromObject(await objects.head(video.key, signal))?.fingerprint === video.fingerprint;
}
