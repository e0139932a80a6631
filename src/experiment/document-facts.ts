// SPDX-License-Identifier: Apache-2.0
// What is asked of an experiment's document again and again, without the document itself, which may be large.
import { createHash } from 'node:crypto';
import { serialize } from 'node:v8';
import { LRUCache } from 'lru-cache';
import type { ExperimentRecord } from '../catalog/record.js';
import type { Inspection } from '../document/inspect.js';
import type { FrameTable } from '../document/table.js';
import { FramekilnError } from '../errors.js';
import { fingerprintOf, type VideoSettings } from '../render/fingerprint.js';
import { resolveSettings } from '../render/settings.js';
import type { ExperimentContext } from './context.js';
import { type NoDocument, type ReadDocument, readExperimentDocument } from './read-document.js';
import { SharedWork } from './shared-work.js';

/** Every pixel, in H.264 4:4:4. */
export const EXACT: VideoSettings = { chroma: '444', crf: 0 };

export interface DocumentFacts {
  source: string;
  inspection: Inspection;
  /** Of the exact video. */
  fingerprint: string;
}

/** A stored document may change without its record. */
const LIFE_MS = 30_000;
/** Somebody may be about to upload what is missing. */
const MISSING_LIFE_MS = 3000;
const CAPACITY = 1000;
const MOST_TRIED = 10;

export class DocumentsKnown {
  readonly #known = new LRUCache<string, DocumentFacts | NoDocument>({ max: CAPACITY, ttl: LIFE_MS });
  readonly #reading = new SharedWork<DocumentFacts | NoDocument>();

  /** @throws FramekilnError what is not the document's fault */
  async of(
    context: ExperimentContext,
    record: ExperimentRecord,
    signal: AbortSignal | undefined,
  ): Promise<DocumentFacts | NoDocument> {
    const stamp = stampOf(record);
    const known = this.#known.get(stamp);
    if (known) return known;
    return this.#reading.run(stamp, signal, async (stop) => {
      const read = await readExperimentDocument(context, record, {}, stop);
      const facts = 'outcome' in read ? read : factsOf(read);
      this.#known.set(stamp, facts, { ttl: 'outcome' in facts ? MISSING_LIFE_MS : LIFE_MS });
      return facts;
    });
  }
}

/** All that a record says, in 32 hex digits: two that are equal have the same document, if that is on the record. */
export function stampOf({ reconstructed: _, ...record }: ExperimentRecord): string {
  return createHash('sha256').update(serialize(record)).digest('hex').slice(0, 32);
}

export function exactFingerprint(table: FrameTable): string {
  return fingerprintOf(table, resolveSettings(EXACT, table));
}

/**
 * An experiment's document to draw or to measure.
 * @throws FramekilnError `NO_PARAMETERS`, `INVALID_DOCUMENT`, or what stopped it
 */
export async function openExperiment(
  context: ExperimentContext,
  record: ExperimentRecord,
  signal: AbortSignal | undefined,
): Promise<ReadDocument> {
  const read = await readExperimentDocument(context, record, {}, signal);
  if (!('outcome' in read)) return read;
  throw noDocument(read);
}

/** Why there is no document, as an error. */
export function noDocument({ outcome, message = 'It has no document', pointer, tried }: NoDocument): FramekilnError {
  if (outcome === 'invalid_document') {
    return new FramekilnError('INVALID_DOCUMENT', message, pointer === undefined ? {} : { pointer });
  }
  const remedy = tried === undefined ? undefined : `Tried: ${tried.slice(0, MOST_TRIED).join('; ')}.`;
  return new FramekilnError('NO_PARAMETERS', message, remedy === undefined ? {} : { remedy });
}

function factsOf({ document, found }: ReadDocument): DocumentFacts {
  return { source: found.source, inspection: document.inspect(), fingerprint: exactFingerprint(document.table) };
}
