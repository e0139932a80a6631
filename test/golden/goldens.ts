// SPDX-License-Identifier: Apache-2.0
// What the original generator made: documents and the SHA-256 of each of their frames.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { PALETTES, type PaletteName } from '../../src/document/table.js';

const FOLDER = new URL('../fixtures/golden/', import.meta.url);

interface StoredDocument {
  resolution: [number, number];
  total_frames: number;
  parameters: { time: number; complexity: number; color_palette: PaletteName }[];
}

export interface Golden {
  /** The document's file name. */
  name: string;
  document: StoredDocument;
  sha256: string[];
  /** What each frame is called. */
  frames: string[];
}

function read(framesFile: string): Golden {
  const { document: name, sha256 } = JSON.parse(readFileSync(new URL(framesFile, FOLDER), 'utf8'));
  const document = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'));
  return { name, document, sha256, frames: sha256.map((_: string, i: number) => `${name} frame ${i}`) };
}

/** The golden with only those of its frames. */
export function pick({ name, document, sha256, frames }: Golden, wanted: (frame: number) => boolean): Golden {
  const some = <T>(all: T[]): T[] => all.filter((_, frame) => wanted(frame));
  const parameters = some(document.parameters).map((entry, frame) => ({ ...entry, frame }));
  const fewer = { ...document, parameters, total_frames: parameters.length };
  return { name, document: fewer, sha256: some(sha256), frames: some(frames) };
}

export const goldens: Golden[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('_frames.json'))
  .sort()
  .map(read);

export const defaultGolden = goldens.find(({ name }) => name === 'default_1080p_params.json') as Golden;
export const smallGoldens: Golden[] = goldens.filter((golden) => golden !== defaultGolden);

export const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** A line a frame: width, height, time, complexity, palette, SHA-256. check_render's golden mode reads them. */
export function goldenLines(documents: Golden[]): string[] {
  return documents.flatMap(({ document: { parameters, resolution }, sha256: hashes }) =>
    parameters.map(({ time, complexity, color_palette }, i) =>
      [...resolution, time, complexity, PALETTES.indexOf(color_palette), hashes[i]].join(' '),
    ),
  );
}
