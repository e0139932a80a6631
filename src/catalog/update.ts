// SPDX-License-Identifier: Apache-2.0
import type { AttributeValue, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { itemKey } from './attributes.js';
import { type ExperimentRecord, RECONSTRUCTED, type Reconstructed } from './record.js';
import { withVideoUrl } from './video-url.js';

/** A video, or a fresh link to the one that is recorded. */
export interface VideoChange {
  url: string;
  /** The video's key in the bucket. */
  key: string;
  /** When the URL ends, epoch seconds. */
  expiresAt: number;
  /** Absent when only the link is renewed. What a video lacks, digest or verdict, is removed: it was of the one before. */
  video?:
    | { fingerprint: string; framesDigest: string | undefined; at: string; verified?: string | undefined }
    | undefined;
  /** Index of the entry in the `experiments` string whose `video_url` is set too; a native list is left alone. */
  entry?: number | undefined;
}

/** What a verification found, and nothing else. */
export interface VerdictChange {
  verified: string;
  /** Of the video that was verified: no other one gets the verdict. */
  fingerprint: string;
}

export type RecordChange = VideoChange | VerdictChange;

/**
 * The update of one existing item that makes this change and touches no other attribute. Its condition fails when
 * somebody recorded a video (for a verdict: another video than the verified one), or rewrote the `experiments` that are
 * rewritten here, since the record was read.
 */
export function updateInput(table: string, record: ExperimentRecord, change: RecordChange): UpdateItemCommandInput {
  const set: Record<string, AttributeValue> = {};
  const remove: string[] = [];
  for (const [field, value] of writtenBy(change)) {
    const attribute = RECONSTRUCTED[field];
    if (value === undefined) remove.push(attribute);
    else set[attribute] = typeof value === 'number' ? { N: `${value}` } : { S: value };
  }
  // Without this, a key that is gone would become an item of its own.
  const conditions = ['attribute_exists(experiment_id)'];
  const values: Record<string, AttributeValue> = {};
  for (const [field, was] of expectedBy(change, record)) {
    const attribute = RECONSTRUCTED[field];
    if (was === undefined) {
      // What is no string was read as absent, so here too it counts as absent.
      conditions.push(`(attribute_not_exists(${attribute}) OR NOT attribute_type(${attribute}, :string))`);
      values[':string'] = { S: 'S' };
    } else {
      conditions.push(`${attribute} = :was_${field}`);
      values[`:was_${field}`] = { S: was };
    }
  }
  if ('url' in change && record.experiments !== undefined && change.entry !== undefined) {
    set.experiments = { S: withVideoUrl(record.experiments, change.entry, change.url) };
    conditions.push('experiments = :was_experiments');
    values[':was_experiments'] = { S: record.experiments };
  }
  const assignments = Object.entries(set).map(([attribute, value]) => {
    values[`:${attribute}`] = value;
    return `${attribute} = :${attribute}`;
  });
  return {
    TableName: table,
    Key: itemKey(record.id, record.timestamp),
    UpdateExpression: `SET ${assignments.join(', ')}${remove.length > 0 ? ` REMOVE ${remove.join(', ')}` : ''}`,
    ConditionExpression: conditions.join(' AND '),
    ExpressionAttributeValues: values,
  };
}

/**
 * Whether the record, read again after an update that answered `changed`, holds this very change: the SDK repeats an
 * update whose answer was lost, and the repetition then fails on what the first one wrote.
 */
export function isOurs({ reconstructed }: ExperimentRecord, change: RecordChange): boolean {
  // A verdict says nothing of another video; and one that came since our video was recorded is of ours.
  if (!('url' in change) && reconstructed.fingerprint !== change.fingerprint) return false;
  const same = ([field, value]: Writing) =>
    reconstructed[field] === value || (field === 'verified' && value === undefined);
  return writtenBy(change).every(same);
}

/** Undefined: removed. */
type Writing = [field: keyof Reconstructed, value: string | number | undefined];

function writtenBy(change: RecordChange): Writing[] {
  if (!('url' in change)) return [['verified', change.verified]];
  const { url, key, expiresAt, video } = change;
  const link: Writing[] = [
    ['url', url],
    ['key', key],
    ['expiresAt', expiresAt],
  ];
  if (!video) return link;
  const { fingerprint, framesDigest, at, verified } = video;
  return [...link, ['fingerprint', fingerprint], ['framesDigest', framesDigest], ['at', at], ['verified', verified]];
}

/** What the item must still say. */
function expectedBy(
  change: RecordChange,
  { reconstructed }: ExperimentRecord,
): ['fingerprint' | 'at', string | undefined][] {
  if (!('url' in change)) return [['fingerprint', change.fingerprint]];
  return [
    ['fingerprint', reconstructed.fingerprint],
    ['at', reconstructed.at],
  ];
}
