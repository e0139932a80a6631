// SPDX-License-Identifier: Apache-2.0
// Packed rgb24 pictures from recipes such as `noise 3 | shake 2 4`: a drawing, then changes to it.
// test/fixtures/measure/make.py makes the same bytes from the same recipes, in integers only.
import { readFileSync } from 'node:fs';
import { loadAddon } from 'framekiln/native';
import { goldens } from '../golden/goldens.js';
import { framesOf } from './sides.js';

const SEED_STEP = 0x9e3779b9;

/** 32 well mixed bits for `index`. */
export function mixed(index: number, seed: number): number {
  let x = (index + Math.imul(seed, SEED_STEP)) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

type Sample = (x: number, y: number, channel: number, index: number) => number;

const part = (value: number, of: number): number => Math.floor((value * 255) / Math.max(of, 1));

/** What each sample of a drawing is. */
function drawing(kind: string, number: number, width: number, height: number): Sample {
  switch (kind) {
    case 'flat':
      return () => number;
    case 'gradient':
      return (x, y, channel) =>
        [part(x, width - 1), part(y, height - 1), part(x + y, width + height - 2)][channel] as number;
    case 'checker':
      return (x, y, channel) => ((Math.floor(x / number) + Math.floor(y / number) + channel) % 2) * 255;
    case 'noise':
      return (_x, _y, _channel, index) => mixed(index, number) >>> 24;
    case 'saturated':
      return (_x, _y, _channel, index) => (mixed(index, number) >>> 31) * 255;
    default:
      throw new Error(`no drawing is called ${kind}`);
  }
}

function drawn(kind: string, number: number, width: number, height: number): Uint8Array {
  const sample = drawing(kind, number, width, height);
  const rgb = new Uint8Array(width * height * 3);
  let index = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 3; channel++, index++) rgb[index] = sample(x, y, channel, index);
    }
  }
  return rgb;
}

/** A golden frame, drawn by us: the fixtures' hashes tell whether it is the golden one. */
function golden(name: string, index: number): Uint8Array {
  const { document } = goldens.find((one) => one.name === `${name}_params.json`) as (typeof goldens)[number];
  const frames = framesOf(document, index, index + 1);
  const out = new Uint8Array(frames.width * frames.height * 3);
  loadAddon().renderFrames({ ...frames, format: 'rgb24', cpu: 'baseline', out });
  return out;
}

function change(rgb: Uint8Array, width: number, height: number, kind: string, reach: number, seed: number): void {
  if (kind === 'invert') {
    for (const [i, value] of rgb.entries()) rgb[i] = 255 - value;
  } else if (kind === 'pixel') {
    const green = ((height >> 1) * width + (width >> 1)) * 3 + 1;
    rgb[green] = (rgb[green] as number) ^ 128;
  } else if (kind === 'shake') {
    for (const [i, value] of rgb.entries()) {
      rgb[i] = Math.min(255, Math.max(0, value + ((mixed(i, seed) >>> 8) % (2 * reach + 1)) - reach));
    }
  } else {
    throw new Error(`no change is called ${kind}`);
  }
}

/**
 * `flat V`, `gradient`, `checker CELL`, `noise SEED`, `saturated SEED` (black and white samples) or
 * `golden DOCUMENT FRAME`; then any of ` | invert`, ` | pixel` (one sample of the middle), ` | shake REACH SEED`.
 */
export function picture(recipe: string, width: number, height: number): Uint8Array {
  const [first = '', ...changes] = recipe.split(' | ');
  const [kind = '', ...words] = first.split(' ');
  const rgb =
    kind === 'golden' ? golden(words[0] ?? '', Number(words[1])) : drawn(kind, Number(words[0]), width, height);
  for (const text of changes) {
    const [name = '', reach, seed] = text.split(' ');
    change(rgb, width, height, name, Number(reach), Number(seed));
  }
  return rgb;
}

/** One of the files that make.py wrote. */
export function fixture<Case>(name: string): Case[] {
  return JSON.parse(readFileSync(new URL(`../fixtures/measure/${name}`, import.meta.url), 'utf8')).cases;
}
