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
 * The item that stands for an experiment: its newest completed one, or its newest.
 * @param items newest first
 */
export function chooseItem(items: readonly ExperimentRecord[]): Chosen | undefined {
  const record = items.find(({ status }) => status === 'completed') ?? items[0];
  if (!record) return undefined;
  return { record, others: items.filter((item) => item !== record).map(({ timestamp }) => timestamp) };
}

/**
 * The item that stands for the experiment `id`.
 * @throws FramekilnError `INVALID_ID`, `EXPERIMENT_NOT_FOUND`, or why the table cannot be read
 */
export async function findExperiment({ stores }: ExperimentContext, id: string, signal?: AbortSignal): Promise<Chosen> {
  checkId(id);
  const chosen = chooseItem(await stores.table.query(id, signal));
  if (chosen) return chosen;
  throw new FramekilnError('EXPERIMENT_NOT_FOUND', `There is no experiment ${id} in the table ${stores.table.name}`, {
    remedy: 'Check the id and --table (FRAMEKILN_TABLE); the record must be written first.',
  });
}
