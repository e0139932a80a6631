// SPDX-License-Identifier: Apache-2.0
import type { Document } from '../document/document.js';
import type { FrameSource } from '../measure/source.js';
import type { RenderContext } from '../render/video.js';
import type { Verification } from '../verify/evidence.js';
import { checkRecorded, type Recorded } from '../verify/recorded.js';
import { verifyDocument } from '../verify/verify.js';
import { Originals } from './originals.js';
import { TemporaryFolder } from './temporary-folder.js';
import type { VerifyOptions } from './verify.js';

export interface VerifyDocumentOptions extends Omit<VerifyOptions, 'document'> {
  /** What somebody recorded of it. */
  recorded?: Recorded | undefined;
}

/**
 * Whether a document that no table knows gives what was recorded of it, or what a video file shows.
 * @throws FramekilnError `INVALID_VIDEO`, `INPUT_UNREADABLE`, `INVALID_SETTING`, or what stopped the work
 */
export async function verifyOneDocument(
  context: RenderContext,
  document: Document,
  { recorded = {}, source, resize, video, signal, onProgress }: VerifyDocumentOptions,
): Promise<Verification> {
  checkRecorded(recorded);
  using temporary = new TemporaryFolder();
  const originals = new Originals(context, undefined);
  const verifying = { ...context, withFile: temporary.withFile.bind(temporary) };
  const verify = (original?: FrameSource) => {
    const subject = { document, origin: 'document' as const, source: original, resize, video };
    return verifyDocument(verifying, subject, recorded, { signal, onProgress });
  };
  return await (source === undefined ? verify() : originals.use(source, document.table, signal, verify));
}
