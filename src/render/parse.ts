// SPDX-License-Identifier: Apache-2.0
import type { Clip } from '../document/assemble.js';
import { Document } from '../document/document.js';
import { FramekilnError } from '../errors.js';
import type { RenderPool } from './pool.js';

/**
 * A document from its bytes (JSON, plain or gzip), without blocking this thread: a hostile one takes many seconds and
 * a gigabyte. The clip completes a bare list of frame parameters; `bare` says that it did.
 * @throws FramekilnError `INVALID_DOCUMENT` with a JSON pointer
 */
export async function parseInPool(
  pool: RenderPool,
  bytes: Uint8Array,
  clip: Clip = {},
): Promise<{ document: Document; bare: boolean }> {
  // A copy to give away: of a view, structured clone would copy all that lies beneath, and twice.
  const copy = new Uint8Array(bytes);
  try {
    const { table, jsonBytes, bare } = await pool.run('parse', { bytes: copy, clip }, [copy.buffer]);
    return { document: Document.fromTable(table, jsonBytes), bare };
  } catch (cause) {
    if (!(cause instanceof FramekilnError && cause.code === 'OUT_OF_MEMORY')) throw cause;
    throw new FramekilnError('INVALID_DOCUMENT', 'The document takes too much memory to read', { cause });
  }
}
