// SPDX-License-Identifier: Apache-2.0
import { gunzipSync } from 'node:zlib';
import { assembleDocument, isBareList } from '../document/assemble.js';
import { Document } from '../document/document.js';
import { parseDocument } from '../document/parse.js';
import { decodeDocument } from '../document/read.js';
import { parseInPool } from '../render/parse.js';
import type { ExperimentContext } from './context.js';
import type { FoundDocument } from './find-document.js';

/** Up to this many bytes of JSON, a few milliseconds of this thread cost less than waiting behind the pool's segments. */
const SMALL = 2 ** 18;

/**
 * Validates what was found; `bare` when it is a list of frame parameters that the clip completed.
 * @throws FramekilnError `INVALID_DOCUMENT` with a JSON pointer
 */
export async function openDocument(
  { render, largeDocuments }: ExperimentContext,
  { content, clip }: FoundDocument,
): Promise<{ document: Document; bare: boolean }> {
  const schedule = render.addon.defaultSchedule;
  if (!(content instanceof Uint8Array)) {
    const document = Document.from(assembleDocument(content, clip) as object, schedule);
    return { document, bare: isBareList(content) };
  }
  const small = smallJson(content);
  if (!small) return largeDocuments(() => parseInPool(render.pool, content, clip));
  const { value, jsonBytes } = decodeDocument(small);
  const table = parseDocument(assembleDocument(value, clip), schedule);
  return { document: Document.fromTable(table, jsonBytes), bare: isBareList(value) };
}

/** The bytes, unpacked, if they are few. */
function smallJson(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length > SMALL) return undefined;
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: SMALL });
  } catch {
    // Too large, or damaged: whoever reads it next says so.
    return undefined;
  }
}
