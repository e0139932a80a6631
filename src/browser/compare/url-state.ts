// SPDX-License-Identifier: Apache-2.0
// What a link to this page restores.
import { MOST_ZOOM, type View } from './view.js';

export const MODES = ['two-up', 'split', 'difference', 'a', 'b'] as const;
export type Mode = (typeof MODES)[number];
export const MOST_GAIN = 64;
/** Which of an experiment's videos are shown; `auto`: the exact ones where the browser plays them. */
export const VARIANTS = ['auto', 'exact', 'video'] as const;
export type WantedVariant = (typeof VARIANTS)[number];

export interface UrlState {
  frame: number;
  mode: Mode;
  /** Of the difference, 1 to 64. */
  gain: number;
  /** Where the slider is, 0 to 1. */
  split: number;
  /** Undefined: the whole picture. */
  view: View | undefined;
  variant: WantedVariant;
}

export const DEFAULTS: UrlState = { frame: 0, mode: 'split', gain: 8, split: 0.5, view: undefined, variant: 'auto' };

/** Takes what is well-formed, and the default for the rest. */
export function readUrlState(query: URLSearchParams): UrlState {
  const zoom = number(query, 'zoom', 0.01, MOST_ZOOM);
  const x = number(query, 'x', 0, 1e5);
  const y = number(query, 'y', 0, 1e5);
  return {
    frame: Math.floor(number(query, 'frame', 0, 1e7) ?? DEFAULTS.frame),
    mode: MODES.find((mode) => mode === query.get('mode')) ?? DEFAULTS.mode,
    gain: number(query, 'gain', 1, MOST_GAIN) ?? DEFAULTS.gain,
    split: number(query, 'split', 0, 1) ?? DEFAULTS.split,
    view: zoom !== undefined && x !== undefined && y !== undefined ? { zoom, x, y } : undefined,
    variant: VARIANTS.find((variant) => variant === query.get('variant')) ?? DEFAULTS.variant,
  };
}

/** Writes it over what a query says; what is as by default is left out. */
export function writeUrlState(query: URLSearchParams, state: UrlState): URLSearchParams {
  const { frame, mode, gain, split, view, variant } = state;
  const written = new URLSearchParams(query);
  const values = {
    frame: frame === DEFAULTS.frame ? undefined : String(frame),
    mode: mode === DEFAULTS.mode ? undefined : mode,
    gain: gain === DEFAULTS.gain ? undefined : short(gain),
    split: short(split) === short(DEFAULTS.split) ? undefined : short(split),
    zoom: view && short(view.zoom),
    x: view && short(view.x),
    y: view && short(view.y),
    variant: variant === DEFAULTS.variant ? undefined : variant,
  };
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) written.delete(name);
    else written.set(name, value);
  }
  return written;
}

function number(query: URLSearchParams, name: string, min: number, max: number): number | undefined {
  const text = query.get(name) ?? '';
  const value = Number(text);
  return /^\d+(\.\d+)?$/.test(text) && value >= min && value <= max ? value : undefined;
}

/** Thousandths are finer than anybody sees. */
const short = (value: number): string => String(Math.round(value * 1000) / 1000);
