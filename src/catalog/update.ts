// SPDX-License-Identifier: Apache-2.0
import type { AttributeValue, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { itemKey } from './attributes.js';
import { type ExperimentRecord, RECONSTRUCTED, type Reconstructed } from './record.js';
import { withVideoUrl } from './video-url.js';

export interface RecordChange {
  url: string;
  /** The video's key in the bucket. */
  key: string;
  /** When the URL ends, epoch seconds. */
  expiresAt: number;
  /** Absent when only the link is renewed. A video without a digest removes that of the one before. */
  video?: { fingerprint: string; framesDigest: string | undefined; at: string } | undefined;
  /** Index of the entry in the `experiments` string whose `video_url` is set too; a native list is left alone. */
  entry?: number | undefined;
}

/**
 * The update of one existing item that makes this change and touches no other attribute. Its condition fails when
 * somebody recorded a video, or rewrote the `experiments` that are rewritten here, since the record was read.
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
  for (const field of ['fingerprint', 'at'] as const) {
    const attribute = RECONSTRUCTED[field];
    const was = record.reconstructed[field];
    if (was === undefined) {
      // What is no string was read as absent, so here too it counts as absent.
      conditions.push(`(attribute_not_exists(${attribute}) OR NOT attribute_type(${attribute}, :string))`);
      values[':string'] = { S: 'S' };
    } else {
      conditions.push(`${attribute} = :was_${field}`);
      values[`:was_${field}`] = { S: was };
    }
  }
  if (record.experiments !== undefined && change.entry !== undefined) {
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
export function isOurs(record: ExperimentRecord, change: RecordChange): boolean {
  return writtenBy(change).every(([field, value]) => record.reconstructed[field] === value);
}

/** Undefined: removed. */
type Writing = [field: keyof Reconstructed, value: string | number | undefined];

function writtenBy({ url, key, expiresAt, video }: RecordChange): Writing[] {
  const link: Writing[] = [
    ['url', url],
    ['key', key],
    ['expiresAt', expiresAt],
  ];
  if (!video) return link;
  return [...link, ['fingerprint', video.fingerprint], ['framesDigest', video.framesDigest], ['at', video.at]];
}
