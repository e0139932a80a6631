// SPDX-License-Identifier: Apache-2.0
// Which experiments a backfill takes: pure functions over what the table says.
import { createHash } from 'node:crypto';
import type { ExperimentRecord } from '../catalog/record.js';
import { MAX_SEGMENTS } from '../catalog/scan.js';
import { refuseSetting } from '../errors.js';

/** One of several backfills that share a table: `index` counts from 0. */
export interface Shard {
  index: number;
  count: number;
}

export interface Selection {
  /** `any` takes all; default `completed`, and with `ids` any: who names experiments means them. */
  status?: string | undefined;
  /** Epoch seconds; `since` inclusive, `until` exclusive. */
  since?: number | undefined;
  until?: number | undefined;
  shard?: Shard | undefined;
  /** These alone, whatever the table holds besides. */
  ids?: readonly string[] | undefined;
  /** At most so many experiments. */
  limit?: number | undefined;
}

const MAX_SHARDS = 100_000;

/** @throws FramekilnError `INVALID_SETTING` */
export function checkSelection({ since, until, shard, limit }: Selection): void {
  for (const [name, time] of Object.entries({ since, until })) {
    if (time !== undefined && !Number.isFinite(time)) refuseSetting('a time in epoch seconds', name, time);
  }
  if (since !== undefined && until !== undefined && until <= since)
    refuseSetting(`a time after since (${since})`, 'until', until);
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1))
    refuseSetting('an integer of at least 1', 'limit', limit);
  if (shard === undefined) return;
  const { index, count } = shard;
  if (!Number.isInteger(count) || count < 1 || count > MAX_SHARDS) {
    refuseSetting(`an integer from 1 to ${MAX_SHARDS}`, 'shard.count', count);
  }
  if (!Number.isInteger(index) || index < 0 || index >= count)
    refuseSetting(`an integer from 0 to ${count - 1}`, 'shard.index', index);
}

/**
 * How the table is read: refused before any work is done.
 * @throws FramekilnError `INVALID_SETTING`
 */
export function checkScan({
  ids,
  checkpoint,
  segments,
}: Selection & { checkpoint?: unknown; segments?: unknown }): void {
  if (ids !== undefined && checkpoint !== undefined) refuseSetting('nothing beside ids', 'checkpoint', checkpoint);
  const valid = Number.isInteger(segments) && Number(segments) >= 1 && Number(segments) <= MAX_SEGMENTS;
  if (segments !== undefined && !valid) refuseSetting(`an integer from 1 to ${MAX_SEGMENTS}`, 'segments', segments);
}

/** Whether one item of an experiment is to be taken. */
export function fits({ status, timestamp }: ExperimentRecord, selection: Selection): boolean {
  const time = Number(timestamp);
  const wanted = selection.status ?? (selection.ids ? 'any' : 'completed');
  return (
    (wanted === 'any' || status === wanted) &&
    (selection.since === undefined || time >= selection.since) &&
    (selection.until === undefined || time < selection.until)
  );
}

/** Whether an experiment belongs to a shard: by its id alone, evenly, and the same on every machine. */
export function inShard(id: string, { index, count }: Shard): boolean {
  return createHash('sha256').update(id).digest().readUInt32BE(0) % count === index;
}
