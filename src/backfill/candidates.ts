// SPDX-License-Identifier: Apache-2.0
import type { ExperimentRecord } from '../catalog/record.js';
import type { ScanOptions } from '../catalog/scan.js';
import { type Chosen, chooseItem } from '../experiment/choose.js';
import type { ExperimentContext } from '../experiment/context.js';
import { isExperimentId, videoKey } from '../storage/keys.js';
import { fits, inShard, type Selection } from './select.js';
import type { Watermark } from './watermark.js';

/** An experiment to work on, or an id that has no item. */
export interface Candidate {
  id: string;
  chosen: Chosen | undefined;
  /** Why its items cannot be read. */
  failure?: unknown;
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
  watermark: Watermark | undefined,
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
    for await (const group of context.stores.table.groups({ ...scan, from: watermark?.states })) {
      const finished = watermark?.started(group) ?? nothing;
      count.items += group.items.length;
      rememberVideos(context, group.items);
      const ours = !selection.shard || inShard(group.id, selection.shard);
      const chosen = ours ? selected(group.items, selection) : undefined;
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
    try {
      const items = await stores.table.query(id, signal);
      const chosen = selected(items, selection);
      if (chosen || items.length === 0) yield { id, chosen, finished: nothing };
    } catch (failure) {
      signal?.throwIfAborted();
      yield { id, chosen: undefined, failure, finished: nothing };
    }
  }
}

/** The item that stands for the experiment, when it is one that was asked for. */
function selected(items: readonly ExperimentRecord[], selection: Selection): Chosen | undefined {
  const chosen = chooseItem(items);
  return chosen && fits(chosen.record, selection) ? chosen : undefined;
}

/** Videos that earlier backfills made may be copied by this one. */
function rememberVideos({ videos }: ExperimentContext, items: readonly ExperimentRecord[]): void {
  for (const { id, reconstructed } of items) {
    // Anybody may have written the key on the record.
    if (reconstructed.fingerprint !== undefined && isExperimentId(id)) {
      videos.remember(reconstructed.fingerprint, videoKey(id));
    }
  }
}

function nothing(): void {
  // There is no watermark to raise.
}
