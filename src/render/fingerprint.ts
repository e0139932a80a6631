// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import type { FrameTable } from '../document/table.js';
import type { EncodeSettings } from '../native.js';
import { type RenderSettings, type ResolvedSettings, resolveSettings } from './settings.js';

/** Raised when the same document and settings give other bytes than before; every stored video is then made again. */
const RENDERER_VERSION = 3;

/** Settings of a video that is stored to be played: the rest of RenderSettings is for files. */
export type VideoSettings = Pick<RenderSettings, 'crf' | 'preset' | 'chroma' | 'segmentSeconds'>;

const SMALLEST: FrameTable = {
  width: 2,
  height: 2,
  fps: 30,
  time: new Float64Array(1),
  complexity: new Float64Array(1),
  palette: new Uint8Array(1),
};

/**
 * What decides a video's bytes beside its document, as 16 hex digits: renderer version and complete settings.
 * @throws FramekilnError `INVALID_SETTING`
 */
export function recipeOf(settings: VideoSettings): string {
  const hash = createHash('sha256').update(recipeText(resolveSettings(settings, SMALLEST)));
  return hash.digest('hex').slice(0, 16);
}

/**
 * How a video of some document would be encoded.
 * @throws FramekilnError `INVALID_SETTING`
 */
export function encodeSettings(settings: RenderSettings): EncodeSettings {
  return resolveSettings(settings, SMALLEST).encode;
}

/** SHA-256, in hex, over all that decides a video's bytes: the pixel-relevant document, settings, renderer version. */
export function fingerprintOf(table: FrameTable, settings: ResolvedSettings): string {
  const { width, height, fpsNum, fpsDen } = settings.encode;
  const hash = createHash('sha256').update(`${recipeText(settings)}\n${width}x${height} ${fpsNum}/${fpsDen}\n`);
  for (const column of [table.time, table.complexity, table.palette]) hash.update(column);
  return hash.digest('hex');
}

function recipeText({ container, segmentSeconds, encode }: ResolvedSettings): string {
  const { codec, preset, crf, constantQp } = encode;
  const rate = constantQp ? `qp${crf}` : `${crf}`;
  return `framekiln ${RENDERER_VERSION} ${container} ${codec} ${preset} ${rate} ${segmentSeconds}`;
}
