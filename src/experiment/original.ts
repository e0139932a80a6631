// SPDX-License-Identifier: Apache-2.0
// What an experiment compressed: an object in S3, or the default schedule, which framekiln renders itself.
import { type ExperimentRecord, proceduralEntry } from '../catalog/record.js';
import { describe, FramekilnError, refuseSetting } from '../errors.js';
import { keyInBucket } from '../storage/keys.js';
import { methodOf } from './find-document.js';

/** The source of an original, beside a place in S3. */
export const SCHEDULE_SOURCE = 'schedule';

export type Original = { kind: 'schedule' } | { kind: 'object'; bucket: string; key: string; contentType: string };

/** What browsers play, and how it is served: they know no QuickTime by name, but play it as the MP4 that it is. */
const CONTENT_TYPES: Record<string, string> = {
  mp4: 'video/mp4',
  m4v: 'video/mp4',
  mov: 'video/mp4',
  webm: 'video/webm',
};
const REMEDY =
  'Set the attribute "source" of its record to a key of this bucket or to "schedule", or set FRAMEKILN_SOURCE.';

/**
 * Where an experiment's original is: as its record says, as the setting says, or the default schedule when it was made
 * from it. Nothing is looked up.
 * @param bucket the only one that records, which anybody may write, can lead to
 * @param setting a checked source
 * @throws FramekilnError `NO_ORIGINAL`
 */
export function originalOf(record: ExperimentRecord, bucket: string, setting: string | undefined): Original {
  if (record.source !== undefined) return recordedOriginal(record, record.source, bucket);
  if (setting === SCHEDULE_SOURCE) return { kind: 'schedule' };
  if (setting !== undefined) return settingOriginal(setting);
  const entry = proceduralEntry(record);
  if (entry && methodOf(entry) === 'procedural_demoscene') return { kind: 'schedule' };
  throw noOriginal(record, 'nothing says what it compressed');
}

/** @throws FramekilnError `INVALID_SETTING` */
export function checkSource(source: string | undefined): void {
  if (source !== undefined && source !== SCHEDULE_SOURCE) settingOriginal(source);
}

/** `s3://bucket/key`, or `schedule`. */
export function nameOf(original: Original): string {
  return original.kind === 'schedule' ? SCHEDULE_SOURCE : `s3://${original.bucket}/${original.key}`;
}

export function noOriginal({ id }: ExperimentRecord, reason: string): FramekilnError {
  const message = `The original of ${describe(id)} is not known: ${reason}`;
  return new FramekilnError('NO_ORIGINAL', message, { remedy: REMEDY });
}

function recordedOriginal(record: ExperimentRecord, source: string, bucket: string): Original {
  if (source === SCHEDULE_SOURCE) return { kind: 'schedule' };
  const fault = (reason: string) => noOriginal(record, `the attribute "source" of its record is no use: ${reason}`);
  let key: string;
  try {
    if (/^https?:/i.test(source)) throw fault('expected a key but it is a link');
    key = keyInBucket(source, bucket);
  } catch (error) {
    throw error instanceof FramekilnError && error.code === 'NO_ORIGINAL' ? error : fault((error as Error).message);
  }
  const contentType = contentTypeOf(key);
  if (contentType === undefined) throw fault(`${describe(key)} does not end in .mp4, .m4v, .mov or .webm`);
  return { kind: 'object', bucket, key, contentType };
}

function settingOriginal(source: string): Original {
  const [, bucket, path] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.+)$/s.exec(source) ?? [];
  const contentType = path === undefined ? undefined : contentTypeOf(path);
  if (bucket !== undefined && path !== undefined && contentType !== undefined) {
    try {
      return { kind: 'object', bucket, key: keyInBucket(source, bucket), contentType };
    } catch {
      // Told below, with the setting's name.
    }
  }
  const what = '"schedule", or s3://bucket/key of a video (.mp4, .m4v, .mov, .webm)';
  return refuseSetting(what, 'source', source, 'Give --source, set FRAMEKILN_SOURCE, or createKiln({ source }).');
}

function contentTypeOf(key: string): string | undefined {
  const [, extension = ''] = /\.(\w{1,5})$/.exec(key) ?? [];
  const type = extension.toLowerCase();
  return Object.hasOwn(CONTENT_TYPES, type) ? CONTENT_TYPES[type] : undefined;
}
