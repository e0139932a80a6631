// SPDX-License-Identifier: Apache-2.0
import type { ExperimentRecord } from '../catalog/record.js';
import type { ScanOptions } from '../catalog/scan.js';
import { type Chosen, chooseItem } from '../experiment/choose.js';
import type { ExperimentContext } from '../experiment/context.js';
import { isExperimentId } from '../storage/keys.js';
import type { Checkpoint } from './checkpoint.js';
import { fits, inShard, type Selection } from './select.js';

/** An experiment to work on, or an id that has no item. */
export interface Candidate {
  id: string;
  chosen: Chosen | undefined;
  /** To call when it is dealt with. */
  finished: () => void;
}

/** How far the table was read. Changes while candidates are taken. */
export interface ScanCount {
  /** Items seen. */
  items: number;
  /** Experiments selected. */
  selected: number;
  complete: boolean;
}

/** The selected experiments, by ids or from a scan of the table, until there are `limit` of them. */
export async function* candidates(
  context: ExperimentContext,
  selection: Selection,
  scan: ScanOptions,
  checkpoint: Checkpoint | undefined,
  count: ScanCount,
): AsyncGenerator<Candidate, void> {
  const { limit = Infinity } = selection;
  const source = selection.ids ? byIds(context, selection.ids, selection, scan.signal) : scanned();
  for await (const candidate of source) {
    count.selected++;
    yield candidate;
    if (count.selected >= limit) return;
  }
  count.complete = true;

  async function* scanned(): AsyncGenerator<Candidate, void> {
    for await (const group of context.stores.table.groups({ ...scan, from: checkpoint?.watermark.states })) {
      const finished = checkpoint?.watermark.started(group) ?? nothing;
      count.items += group.items.length;
      rememberVideos(context, group.items);
      const chosen = selected(group.id, group.items, selection);
      if (chosen) yield { id: group.id, chosen, finished };
      else finished();
    }
  }
}

async function* byIds(
  { stores }: ExperimentContext,
  ids: readonly string[],
  selection: Selection,
  signal: AbortSignal | undefined,
): AsyncGenerator<Candidate, void> {
  for (const id of new Set(ids)) {
    signal?.throwIfAborted();
    if (selection.shard && !inShard(id, selection.shard)) continue;
    if (!isExperimentId(id)) {
      yield { id, chosen: undefined, finished: nothing };
      continue;
    }
    const items = await stores.table.query(id, signal);
    const chosen = selected(id, items, { ...selection, shard: undefined });
    if (chosen || items.length === 0) yield { id, chosen, finished: nothing };
  }
}

function selected(id: string, items: readonly ExperimentRecord[], selection: Selection): Chosen | undefined {
  if (selection.shard && !inShard(id, selection.shard)) return undefined;
  return chooseItem(items, (record) => fits(record, selection));
}

/** Videos that earlier backfills made may be copied by this one. */
function rememberVideos({ videos }: ExperimentContext, items: readonly ExperimentRecord[]): void {
  for (const { reconstructed } of items) {
    const { fingerprint, key } = reconstructed;
    if (fingerprint !== undefined && key !== undefined) videos.remember(fingerprint, key);
  }
}

function nothing(): void {
  // There is no checkpoint to tell.
}
