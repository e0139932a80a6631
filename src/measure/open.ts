// SPDX-License-Identifier: Apache-2.0
import { Document, type DocumentInput } from '../document/document.js';
import { FramekilnError, refuseSetting } from '../errors.js';
import { CONVERSIONS, type Conversion, LUMAS, type Luma } from '../native.js';
import type { RenderContext } from '../render/video.js';
import { documentSource } from './document-source.js';
import { rawSource } from './raw-source.js';
import type { FrameSource } from './source.js';
import { videoSource } from './video-source.js';

/** A video file: MP4, MOV, MKV, WebM, AVI or Y4M. */
export interface VideoInput {
  video: string;
  /** How YCbCr becomes RGB; default `accurate`. */
  conversion?: Conversion | undefined;
  /** The matrix of YCbCr that does not say its own; default BT.601, as FFmpeg takes it. */
  matrix?: Luma | undefined;
}

/** A file of packed RGB24 frames, one after the other. */
export interface RawInput {
  rgb: string;
  width: number;
  height: number;
}

/** A document with a name, which pictures and messages show. */
export interface NamedDocument {
  document: DocumentInput;
  label: string;
}

/** What can be looked at and measured. */
export type FramesInput = DocumentInput | NamedDocument | VideoInput | RawInput;

/**
 * Opens what is to be looked at; a video file is read through once, to know that it is whole.
 * @throws FramekilnError `INVALID_DOCUMENT`, `INVALID_VIDEO`, `INPUT_UNREADABLE`, `INVALID_SETTING`
 */
export async function openSource(
  context: RenderContext,
  input: FramesInput,
  signal: AbortSignal | undefined,
): Promise<FrameSource> {
  if (typeof input !== 'object' || input === null) {
    refuseSetting('a document, { video: file } or { rgb: file, width, height }', 'input', input);
  }
  if ('version' in input) return documentSource(Document.from(input, context.addon.defaultSchedule).table);
  if ('video' in input) {
    const { video, conversion, matrix } = input;
    oneOf(CONVERSIONS, conversion, 'conversion');
    oneOf(LUMAS, matrix, 'matrix');
    return videoSource(context, text(video, 'video'), signal, { conversion, matrix });
  }
  if ('rgb' in input) {
    const { width, height } = input;
    return rawSource(text(input.rgb, 'rgb'), { width, height });
  }
  const { document, label } = 'document' in input ? input : { document: input, label: undefined };
  try {
    return documentSource(Document.from(document, context.addon.defaultSchedule).table, label);
  } catch (error) {
    if (label === undefined || !(error instanceof FramekilnError)) throw error;
    const { code, message, pointer, expected, received } = error;
    const fields = { ...(pointer && { pointer }), ...(expected && { expected }), ...(received && { received }) };
    throw new FramekilnError(code, `${label}: ${message}`, { ...fields, cause: error });
  }
}

function oneOf(choices: readonly string[], value: string | undefined, setting: string): void {
  if (value !== undefined && !choices.includes(value)) refuseSetting(`one of ${choices.join(', ')}`, setting, value);
}

function text(value: unknown, name: string): string {
  return typeof value === 'string' && value !== '' ? value : refuseSetting('a path', name, value);
}
