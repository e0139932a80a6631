// SPDX-License-Identifier: Apache-2.0
// Sides of a comparison, and its answer as names instead of indices.
import { COMPARED, type CompareJob, loadAddon, type NativeFrames, type PixelFrames } from 'framekiln/native';
import { PALETTES } from '../../src/document/table.js';
import type { Golden } from '../golden/goldens.js';

const addon = loadAddon();
export const LEVELS = addon.about().cpuLevels;
export const BEST = LEVELS.at(-1) as (typeof LEVELS)[number];

export type Numbers = Record<Exclude<keyof typeof COMPARED, 'count'>, number>;

/** Frames of packed rgb24, one after the other. */
export function rgbSide(width: number, height: number, ...pictures: Uint8Array[]): PixelFrames {
  const data = new Uint8Array(Buffer.concat(pictures));
  return { data, frames: pictures.length, width, height, format: 'rgb24', matrix: 2, fullRange: true };
}

/** Some frames of a golden document, to be drawn. */
export function framesOf({ resolution, parameters }: Golden['document'], from: number, to: number): NativeFrames {
  const some = parameters.slice(from, to);
  return {
    width: resolution[0],
    height: resolution[1],
    time: Float64Array.from(some, ({ time }) => time),
    complexity: Float64Array.from(some, ({ complexity }) => complexity),
    palette: Uint8Array.from(some, ({ color_palette }) => PALETTES.indexOf(color_palette)),
  };
}

/** Compares, and names the numbers of each frame. */
export function compare(job: Omit<CompareJob, 'cpu'> & Partial<CompareJob>): Numbers[] {
  const all = addon.compareFrames({ cpu: BEST, ...job });
  return Array.from({ length: all.length / COMPARED.count }, (_, frame) => {
    const at = (index: number) => all[frame * COMPARED.count + index] as number;
    return {
      squaredError: at(COMPARED.squaredError),
      ssim: at(COMPARED.ssim),
      lumaSquaredError: at(COMPARED.lumaSquaredError),
      lumaSsim: at(COMPARED.lumaSsim),
    };
  });
}

/** Two pictures of one size. */
export function compareRgb(a: Uint8Array, b: Uint8Array, width: number, height: number, more = {}): Numbers {
  return compare({ a: rgbSide(width, height, a), b: rgbSide(width, height, b), ...more })[0] as Numbers;
}

/** dB, peak 255. */
export const decibels = (squaredError: number, samples: number) =>
  10 * Math.log10((255 * 255 * samples) / squaredError);
