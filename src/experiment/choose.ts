// SPDX-License-Identifier: Apache-2.0
import type { ExperimentRecord } from '../catalog/record.js';
import { FramekilnError } from '../errors.js';
import { checkId } from '../storage/keys.js';
import type { ExperimentContext } from './context.js';

/** The item of an experiment to work on, and the range keys of the others. */
export interface Chosen {
  record: ExperimentRecord;
  others: readonly string[];
}

/**
 * One experiment's newest item that `fits`, and the range keys of its others.
 * @param items newest first
 */
export function chooseItem(
  items: readonly ExperimentRecord[],
  fits: (record: ExperimentRecord) => boolean,
): Chosen | undefined {
  const record = items.find(fits);
  if (!record) return undefined;
  return { record, others: items.filter((item) => item !== record).map(({ timestamp }) => timestamp) };
}

/**
 * The item that stands for an experiment: its newest completed one, or its newest.
 * @throws FramekilnError `INVALID_ID`, `EXPERIMENT_NOT_FOUND`, or why the table cannot be read
 */
export async function findExperiment({ stores }: ExperimentContext, id: string, signal?: AbortSignal): Promise<Chosen> {
  checkId(id);
  const items = await stores.table.query(id, signal);
  const chosen = chooseItem(items, ({ status }) => status === 'completed') ?? chooseItem(items, () => true);
  if (chosen) return chosen;
  throw new FramekilnError('EXPERIMENT_NOT_FOUND', `There is no experiment ${id} in the table ${stores.table.name}`, {
    remedy: 'Check the id and --table (FRAMEKILN_TABLE); the record must be written first.',
  });
}
