// SPDX-License-Identifier: Apache-2.0
// The `experiments` attribute of a record: the runs of one experiment, which the framework stores as a JSON string.
import { parseJson } from '../document/json.js';
import { expected } from '../errors.js';

/** A list may have a hundred thousand members of the wrong kind. */
const MOST_FAULTS = 20;

export interface Entry {
  /** Index in the `experiments` list. */
  index: number;
  fields: Record<string, unknown>;
}

/**
 * The entries of a stored `experiments` value (JSON string or list) that are objects, and what is wrong with the rest.
 */
export function readEntries(stored: unknown): { entries: Entry[]; faults: string[] } {
  const entries: Entry[] = [];
  const faults: string[] = [];
  const list = typeof stored === 'string' ? parsed(stored, faults) : stored;
  if (Array.isArray(list)) {
    for (const [index, fields] of list.entries()) {
      if (isObject(fields)) entries.push({ index, fields });
      else if (faults.length < MOST_FAULTS) faults.push(expected('an object', `experiments[${index}]`, fields));
    }
  } else if (list !== undefined) {
    faults.push(expected('a JSON string of a list', 'experiments', list));
  }
  return { entries, faults };
}

/**
 * The entry that says how the video was made: by its type or compression method procedural, completed if there is a
 * completed one, otherwise the first.
 */
export function proceduralEntry({ entries }: { entries: readonly Entry[] }): Entry | undefined {
  const procedural = entries.filter(isProcedural);
  return procedural.find(({ fields }) => fields.status === 'completed') ?? procedural[0];
}

export function isProcedural({ fields }: Entry): boolean {
  const { experiment_type: type, compression_method: method, real_metrics: metrics } = fields;
  const methods = [method, isObject(metrics) ? metrics.compression_method : undefined];
  return (
    (typeof type === 'string' && type.includes('procedural')) ||
    methods.some((name) => typeof name === 'string' && name.startsWith('procedural'))
  );
}

function parsed(text: string, faults: string[]): unknown {
  try {
    return parseJson(text);
  } catch {
    faults.push(expected('a JSON string of a list', 'experiments', text));
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
