// SPDX-License-Identifier: Apache-2.0
import { type Inspection, inspectTable } from './inspect.js';
import { parseDocument, type Schedule } from './parse.js';
import { decodeDocument } from './read.js';
import type { FrameTable } from './table.js';

/** What a document can be made from: its bytes (JSON, plain or gzip) or its parsed JSON. */
export type DocumentInput = Document | Uint8Array | object;

/** A validated document: whoever holds one need not check again. */
export class Document {
  readonly table: FrameTable;
  /** Bytes of the JSON text it came from; undefined when it came as a value. */
  readonly jsonBytes: number | undefined;

  private constructor(table: FrameTable, jsonBytes: number | undefined) {
    this.table = table;
    this.jsonBytes = jsonBytes;
  }

  /** @throws FramekilnError `INVALID_DOCUMENT` with a JSON pointer */
  static from(input: DocumentInput, schedule: Schedule): Document {
    if (input instanceof Document) return input;
    if (!(input instanceof Uint8Array)) return new Document(parseDocument(input, schedule), undefined);
    const { value, jsonBytes } = decodeDocument(input);
    return new Document(parseDocument(value, schedule), jsonBytes);
  }

  /** For a table that `parseDocument` made, in whatever thread, and for that alone: nothing is checked. */
  static fromTable(table: FrameTable, jsonBytes: number): Document {
    return new Document(table, jsonBytes);
  }

  inspect(): Inspection {
    return inspectTable(this.table, this.jsonBytes === undefined ? {} : { jsonBytes: this.jsonBytes });
  }
}
