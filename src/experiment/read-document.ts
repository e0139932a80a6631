// SPDX-License-Identifier: Apache-2.0
import type { ExperimentRecord } from '../catalog/record.js';
import type { Document } from '../document/document.js';
import { FramekilnError } from '../errors.js';
import type { Subject } from '../verify/verify.js';
import type { ExperimentContext } from './context.js';
import { type FoundDocument, inlineDocument, SCHEDULE, type Search, storedDocument } from './find-document.js';
import { timed } from './make-video.js';
import { openDocument } from './open-document.js';
import type { Outcome } from './outcome.js';

/** An experiment's document, ready to be rendered. */
export interface ReadDocument {
  document: Document;
  found: FoundDocument;
  origin: Subject['origin'];
}

/** Why there is none. */
export type NoDocument = Pick<Outcome, 'outcome' | 'code' | 'message' | 'pointer' | 'source' | 'tried'>;

/** Whoever writes a hostile record decides how long the list is. */
const MOST_TRIED = 50;

/** Errors that are the document's fault. */
const UNUSABLE: readonly string[] = ['INVALID_DOCUMENT', 'OUT_OF_MEMORY'];

/**
 * Finds an experiment's document, reads and validates it.
 * @throws FramekilnError what is not the document's fault
 */
export async function readExperimentDocument(
  context: ExperimentContext,
  record: ExperimentRecord,
  seconds: Outcome['seconds'],
  signal: AbortSignal | undefined,
  inline: Search = inlineDocument(record),
): Promise<ReadDocument | NoDocument> {
  let source: string | undefined;
  try {
    const search = inline.found
      ? inline
      : await timed(seconds, 'find', () => storedDocument(record, context.stores, signal));
    if (!search.found) {
      const archived = search.code === 'archived';
      const message = archived ? 'Its parameters are archived' : 'Its parameters are nowhere to be found';
      const tried = [...inline.tried, ...search.tried].slice(0, MOST_TRIED);
      return { outcome: 'not_regenerable', code: search.code, message, tried };
    }
    const { found } = search;
    source = found.source;
    const { document, bare } = await timed(seconds, 'find', () => openDocument(context, found));
    return { document, found, origin: source === SCHEDULE ? 'schedule' : bare ? 'frames' : 'document' };
  } catch (error) {
    if (!(error instanceof FramekilnError) || !UNUSABLE.includes(error.code)) throw error;
    const { code, message, pointer } = error;
    return { outcome: 'invalid_document', code, message, ...(pointer && { pointer }), ...(source && { source }) };
  }
}
