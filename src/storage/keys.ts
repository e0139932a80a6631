// SPDX-License-Identifier: Apache-2.0
// Which keys there are. Ids and keys come from records that anybody may have written.
import { describe, type ErrorCode, expected, FramekilnError } from '../errors.js';

/** The ids that may become part of a key. */
export const EXPERIMENT_ID = /^(?!\.)(?!.*\.\.)[A-Za-z0-9._-]{1,200}$/;
const ID_RULE = '1 to 200 of A-Z a-z 0-9 . _ - without "." in front or ".." within';

const PLACE = '{experiment_id}';
const VIDEO_TEMPLATE = `reconstructed/${PLACE}.mp4`;
const EXACT_TEMPLATE = `reconstructed/${PLACE}.exact.mp4`;
const QUALITY_TEMPLATE = `reconstructed/${PLACE}.json`;
const LONGEST_ID = 'x'.repeat(200);
/** S3's own limit. */
const KEY_BYTES = 1024;

/** Where a document may be in the bucket, the likeliest first. */
export const DOCUMENT_TEMPLATES: readonly string[] = [
  `parameters/${PLACE}.json`,
  `parameters/${PLACE}.json.gz`,
  `parameters/${PLACE}_params.json`,
];

/** Whether an id may become part of a key. */
export const isExperimentId = (id: string): boolean => EXPERIMENT_ID.test(id);

/** What is wrong with an id that is none. */
export function invalidId(id: string): string {
  return expected(ID_RULE, 'experiment_id', id);
}

/** @throws FramekilnError `INVALID_ID` */
export function checkId(id: string): void {
  if (!isExperimentId(id)) refuse('INVALID_ID', ID_RULE, 'experiment_id', id);
}

/**
 * The key of an experiment's video.
 * @throws FramekilnError `INVALID_ID`
 */
export function videoKey(id: string): string {
  return expandTemplate(VIDEO_TEMPLATE, id);
}

/**
 * The key of an experiment's exact video. The video of an experiment `{id}.exact` has the same key: who reads or writes
 * there looks whose it is.
 * @throws FramekilnError `INVALID_ID`
 */
export function exactKey(id: string): string {
  return expandTemplate(EXACT_TEMPLATE, id);
}

/**
 * The key of what was measured of an experiment against its original.
 * @throws FramekilnError `INVALID_ID`
 */
export function qualityKey(id: string): string {
  return expandTemplate(QUALITY_TEMPLATE, id);
}

/** What decides the pixels of the default schedule; the rate as a document says it, and as a fraction. */
export interface ScheduleShape {
  width: number;
  height: number;
  fps: number;
  num: number;
  den: number;
  frames: number;
}

/** The key of the default schedule as a video, which no experiment's can be: ids do not begin with a dot. */
export function scheduleKey({ width, height, fps, num, den, frames }: ScheduleShape, exact: boolean): string {
  // Of a rounded rate the frames are of other times, so it is another video.
  const said = fps === num / den ? '' : `-${fps}`;
  return `reconstructed/.schedule/${width}x${height}-${num}-${den}-${frames}${said}${exact ? '.exact' : ''}.mp4`;
}

/** The keys of documents, videos and measurements, with `*` for the id, as an IAM policy names them. */
export function allKeys(templates: readonly string[]): { documents: string[]; videos: string; qualities: string } {
  const wild = (template: string) => template.replaceAll(PLACE, '*');
  // A `*` stands for slashes too, so the videos are also the exact ones and the schedules.
  return { documents: templates.map(wild), videos: wild(VIDEO_TEMPLATE), qualities: wild(QUALITY_TEMPLATE) };
}

/**
 * The key that a checked template makes of an id.
 * @throws FramekilnError `INVALID_ID`
 */
export function expandTemplate(template: string, id: string): string {
  checkId(id);
  return template.replaceAll(PLACE, id);
}

/** @throws FramekilnError `INVALID_SETTING` */
export function checkTemplate(template: string): void {
  if (template.includes(PLACE) && isKey(template.replaceAll(PLACE, LONGEST_ID))) return;
  const what = `a key with ${PLACE} in it, without "." or ".." as a part, of ${KEY_BYTES} bytes at most with an id of 200`;
  refuse('INVALID_SETTING', what, 'template', template);
}

/**
 * The key that a record names: `a/b.json`, or `s3://bucket/a/b.json` in this same bucket.
 * @throws FramekilnError `INVALID_ARGUMENT` for another bucket and for what is no key
 */
export function keyInBucket(text: string, bucket: string): string {
  const [, named, path] = /^s3:\/\/([^/]*)\/?(.*)$/is.exec(text) ?? [undefined, bucket, text];
  if (named === bucket && path !== undefined && isKey(path)) return path;
  const what = `a key in the bucket ${bucket}, without "." or ".." as a part, of ${KEY_BYTES} bytes at most`;
  return refuse('INVALID_ARGUMENT', what, 'S3 key', text);
}

/** Proxies, emulators and browsers resolve "." and ".." in the path of a URL, which leads to other objects. */
function isKey(key: string): boolean {
  return (
    key !== '' &&
    !key.startsWith('/') &&
    Buffer.byteLength(key) <= KEY_BYTES &&
    !/[\p{Cc}\p{Surrogate}]/u.test(key) &&
    !/(^|\/)\.{1,2}(\/|$)/.test(key)
  );
}

function refuse(code: ErrorCode, what: string, setting: string, value: string): never {
  const fields = { setting, expected: what, received: describe(value) };
  throw new FramekilnError(code, expected(what, setting, value), fields);
}
