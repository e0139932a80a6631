// SPDX-License-Identifier: Apache-2.0
// Where an experiment's parameters are: on its record, under a key that the record names, under a conventional key in
// the bucket, or nowhere, when the record says that it was the default schedule.
import { type Entry, type ExperimentRecord, isProcedural, proceduralEntry } from '../catalog/record.js';
import { type Clip, scheduleDocument } from '../document/assemble.js';
import { MAX_DOCUMENT_BYTES } from '../document/read.js';
import { describe, expected, FramekilnError } from '../errors.js';
import { expandTemplate, keyInBucket } from '../storage/keys.js';
import type { ObjectStore } from '../storage/object-store.js';
import type { Obstacle } from './outcome.js';

export interface FoundDocument {
  /** For people: `parameters`, `experiments[0].parameters`, `s3 parameters/x.json`, `default schedule`. */
  source: string;
  /** As it was stored: JSON bytes, plain or gzip, or a parsed value. */
  content: Uint8Array | object;
  /** Completes a bare list of frame parameters. */
  clip: Clip;
}

export type Search = { found: FoundDocument; tried: string[] } | { found: undefined; code: Obstacle; tried: string[] };

/** The source of a document that the record alone lets infer. */
export const SCHEDULE = 'default schedule';

/** Of those that one record names, which anybody may write, so many are looked for. */
const MOST_KEYS = 20;

/** Where stored documents may be, beside the record. */
export interface DocumentPlaces {
  objects: ObjectStore;
  /** Key templates with `{experiment_id}`. */
  templates: readonly string[];
  /** Names of attributes that hold a key. */
  keyAttributes: readonly string[];
}

/** The document on the record itself, if there is one. */
export function inlineDocument(record: ExperimentRecord): Search {
  const tried: string[] = [...record.faults];
  const places = [
    { source: 'parameters', value: record.parameters, entry: proceduralEntry(record) },
    ...entriesByTrust(record).map((entry) => ({
      source: `experiments[${entry.index}].parameters`,
      value: entry.fields.parameters,
      entry,
    })),
  ];
  for (const { source, value, entry } of places) {
    const content = contentOf(value);
    if (content) return { found: { source, content, clip: clipOf(record, entry) }, tried };
    if (isThere(value)) {
      tried.push(`${source}: expected a map, list, string or binary but it is ${describe(value)}`);
    }
  }
  if (!places.some(({ value }) => isThere(value))) tried.push('parameters: not on the record');
  return { found: undefined, code: 'no_parameters', tried };
}

/**
 * The document that is not on the record: stored in the bucket, or the default schedule.
 * @throws FramekilnError when the bucket cannot be read
 */
export async function storedDocument(
  record: ExperimentRecord,
  places: DocumentPlaces,
  signal?: AbortSignal,
): Promise<Search> {
  const tried: string[] = [];
  let archived = false;
  const entry = proceduralEntry(record);
  const clip = clipOf(record, entry);
  for (const key of documentKeys(record, places, tried)) {
    try {
      const object = await places.objects.get(key, MAX_DOCUMENT_BYTES, signal);
      if (object) return { found: { source: `s3 ${key}`, content: object.bytes, clip }, tried };
      tried.push(`s3 ${key}: not there`);
    } catch (error) {
      if (!(error instanceof FramekilnError && error.code === 'OBJECT_ARCHIVED')) throw error;
      archived = true;
      tried.push(`s3 ${key}: archived`);
    }
  }
  if (archived) return { found: undefined, code: 'archived', tried };

  const methods = record.entries.map(methodOf).filter(isThere);
  if (entry && methodOf(entry) === 'procedural_demoscene') {
    if (isThere(clip.duration) && isThere(clip.fps) && isThere(clip.resolution)) {
      return { found: { source: SCHEDULE, content: scheduleDocument(clip), clip }, tried };
    }
    tried.push(`default schedule: experiments[${entry.index}] lacks duration, fps or resolution`);
  } else {
    const says = entry === undefined ? 'no procedural entry' : 'not said to be procedural_demoscene';
    tried.push(`default schedule: ${says}`);
  }
  const procedural = entry !== undefined && methods.every(saysProcedural);
  return { found: undefined, code: procedural ? 'no_parameters' : 'not_procedural', tried };
}

/** Each key once, in the order of trust; what the record names wrongly is said in `tried`. */
function documentKeys(record: ExperimentRecord, places: DocumentPlaces, tried: string[]): Set<string> {
  const named = [
    ...record.documentKeys,
    ...entriesByTrust(record).flatMap(({ index, fields }) =>
      places.keyAttributes
        .filter((name) => isThere(fields[name]))
        .map((name) => ({ attribute: `experiments[${index}].${name}`, key: fields[name] })),
    ),
  ];
  const keys = new Set<string>();
  for (const { attribute, key } of named) {
    if (typeof key !== 'string') {
      tried.push(expected('a string', attribute, key));
      continue;
    }
    // Whoever has a link may use it: it is not for reports.
    if (/^https?:/i.test(key)) {
      tried.push(`${attribute}: expected a key but it is a link`);
      continue;
    }
    if (keys.size >= MOST_KEYS) {
      tried.push(`${attribute}: one key too many`);
      break;
    }
    try {
      keys.add(keyInBucket(key, places.objects.bucket));
    } catch (error) {
      tried.push(`${attribute}: ${(error as Error).message}`);
    }
  }
  for (const template of places.templates) keys.add(expandTemplate(template, record.id));
  return keys;
}

/** The entry that gets the link first; what another kind of run has as parameters is no document. */
function entriesByTrust(record: ExperimentRecord): readonly Entry[] {
  const first = proceduralEntry(record);
  const entries = record.entries.filter(
    (entry) => entry !== first && (isProcedural(entry) || typeof entry.fields.experiment_type !== 'string'),
  );
  return first ? [first, ...entries] : entries;
}

function contentOf(value: unknown): Uint8Array | object | undefined {
  if (typeof value === 'string') return Buffer.from(value);
  return typeof value === 'object' && value !== null && !(value instanceof Set) ? value : undefined;
}

/** Resolution, rate and length as the entry, its metrics or the record say them. */
function clipOf(record: ExperimentRecord, entry: Entry | undefined): Clip {
  const said = [entry?.fields.real_metrics, entry?.fields, record.clip] as (Clip | undefined)[];
  const first = (name: keyof Clip): unknown => said.map((place) => place?.[name]).find(isThere);
  return { resolution: first('resolution'), fps: first('fps'), duration: first('duration') };
}

/** The compression method of an entry: its metrics' first. Untrusted. */
export function methodOf({ fields }: Entry): unknown {
  return (
    (fields.real_metrics as { compression_method?: unknown } | undefined)?.compression_method ??
    fields.compression_method
  );
}

function saysProcedural(method: unknown): boolean {
  return typeof method === 'string' && method.startsWith('procedural');
}

/** Python's None, which JSON has as null, says no more than nothing does. */
function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}
