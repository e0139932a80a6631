// SPDX-License-Identifier: Apache-2.0
import { Document, type DocumentInput } from './document/document.js';
import type { Inspection } from './document/inspect.js';
import { loadAddon } from './native.js';

/**
 * What is in a document: size, length, families, bit rate of the parameters, oddities.
 * @throws FramekilnError `INVALID_DOCUMENT` with a JSON pointer
 */
export function inspectDocument(document: DocumentInput): Inspection {
  return Document.from(document, loadAddon().defaultSchedule).inspect();
}
