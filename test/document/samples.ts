// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Schedule } from '../../src/document/parse.js';
import { FramekilnError } from '../../src/errors.js';

const GOLDEN = new URL('../fixtures/golden/', import.meta.url);

export type Json = Record<string, unknown>;

/** Every golden document: its name and JSON text. */
export const goldenDocuments: [name: string, json: string][] = readdirSync(GOLDEN)
  .filter((name) => name.endsWith('_params.json'))
  .map((name) => [name, readFileSync(new URL(name, GOLDEN), 'utf8')]);

/** Stands in for the addon's: Math.sin is near enough to the C library's here. */
export const schedule: Schedule = (frames, fps) => ({
  time: Float64Array.from({ length: frames }, (_, f) => f / fps),
  complexity: Float64Array.from({ length: frames }, (_, f) => 0.5 + 0.3 * Math.sin(f * 0.1)),
});

/** A valid document of three frames, changed by `fields`. */
export function stored(fields: Json = {}): Json {
  const entry = { frame: 0, time: 0, complexity: 0.5, color_palette: 'vibrant' };
  const parameters = [entry, { ...entry, time: 0.04 }, { ...entry, time: 0.08 }];
  return { version: '1.0', resolution: [64, 48], fps: 25, duration: 0.12, total_frames: 3, parameters, ...fields };
}

/** A document of one frame with these parameters. */
export function oneFrame(fields: Json): Json {
  return stored({ total_frames: 1, parameters: [{ time: 0, complexity: 0.5, color_palette: 'vibrant', ...fields }] });
}

/** The FramekilnError that `run` throws; fails the test when it throws nothing or anything else. */
export function refusal(run: () => unknown): FramekilnError {
  let result: unknown;
  try {
    result = run();
  } catch (error) {
    expect(error).toBeInstanceOf(FramekilnError);
    return error as FramekilnError;
  }
  return expect.fail(`not refused: ${JSON.stringify(result)?.slice(0, 200)}`);
}
