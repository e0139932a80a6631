// SPDX-License-Identifier: Apache-2.0
import { refuseSetting } from '../errors.js';
import { compareDecimals } from './decimal.js';
import { merged } from './merge.js';
import { type PageCost, ReadBudget } from './read-budget.js';
import type { ExperimentRecord } from './record.js';

/** The key behind which a segment goes on; plain JSON, to be kept. */
export interface ScanPosition {
  experiment_id: string;
  timestamp: string;
}

export interface ScanOptions {
  /** How many parts of the table are read at a time; default 4. Positions are good for the same number only. */
  segments?: number | undefined;
  /** Read units a second over all segments, 1 or more; default: as fast as it goes. */
  maxRcu?: number | undefined;
  /** Per segment: where to go on (undefined: at its beginning), or 'done'. */
  from?: readonly (ScanPosition | 'done' | undefined)[] | undefined;
  signal?: AbortSignal | undefined;
}

/** All items of one experiment_id. */
export interface RecordGroup {
  id: string;
  /** Newest first. */
  items: readonly ExperimentRecord[];
  segment: number;
  /** Where the segment stands after this group: `from[segment]` of a later scan. */
  position: ScanPosition | 'done';
}

export interface PageRequest {
  segment: number;
  segments: number;
  from: ScanPosition | undefined;
  limit: number | undefined;
}

export interface Page extends PageCost {
  records: ExperimentRecord[];
  /** Where the next page begins; undefined when this is the segment's last. */
  next: ScanPosition | undefined;
}

export type ReadPage = (request: PageRequest, signal: AbortSignal) => Promise<Page>;

/** Parts of the table that are read at a time, unless told otherwise. */
export const SEGMENTS = 4;
export const MAX_SEGMENTS = 1000;

/**
 * Every group of the table once, segments in parallel, in the table's order within a segment. At most one page a
 * segment is read ahead.
 * @throws FramekilnError `INVALID_SETTING`, and what `readPage` throws
 */
export async function* scanGroups(readPage: ReadPage, options: ScanOptions = {}): AsyncGenerator<RecordGroup, void> {
  const { from = [], segments = from.length || SEGMENTS, maxRcu, signal } = options;
  if (!Number.isInteger(segments) || segments < 1 || segments > MAX_SEGMENTS) {
    refuseSetting(`an integer from 1 to ${MAX_SEGMENTS}`, 'segments', segments);
  }
  if (from.length > 0 && from.length !== segments) refuseSetting(`${segments} positions`, 'from', from);
  const budget = maxRcu === undefined ? undefined : new ReadBudget(maxRcu, segments);

  const sources = Array.from({ length: segments }, (_, segment) => {
    const start = from[segment];
    return async function* (stop: AbortSignal) {
      if (start !== 'done') yield* groupsOfSegment(readPage, { segment, segments, from: start }, budget, stop);
    };
  });
  for await (const groups of merged(sources, signal)) {
    for (const group of groups) {
      signal?.throwIfAborted();
      yield group;
    }
  }
}

/** The groups that each page completes: a page may end between the items of one experiment. */
async function* groupsOfSegment(
  readPage: ReadPage,
  start: Omit<PageRequest, 'limit'>,
  budget: ReadBudget | undefined,
  signal: AbortSignal,
): AsyncGenerator<RecordGroup[], void> {
  const { segment } = start;
  let open: ExperimentRecord[] = [];
  let from = start.from;
  do {
    const read = (limit?: number) => readPage({ ...start, from, limit }, signal);
    const page = budget ? await budget.read(read, signal) : await read();
    const groups: RecordGroup[] = [];
    for (const record of page.records) {
      const last = open.at(-1);
      if (last && last.id !== record.id) {
        groups.push(groupOf(open, segment, { experiment_id: last.id, timestamp: last.timestamp }));
        open = [];
      }
      open.push(record);
    }
    from = page.next;
    if (!from && open.length > 0) groups.push(groupOf(open, segment, 'done'));
    if (groups.length > 0) yield groups;
  } while (from);
}

function groupOf(records: ExperimentRecord[], segment: number, position: RecordGroup['position']): RecordGroup {
  const items = records.toSorted((a, b) => compareDecimals(b.timestamp, a.timestamp));
  return { id: records[0]?.id ?? '', items, segment, position };
}
