// SPDX-License-Identifier: Apache-2.0
// Another size is scaled as OpenCV's INTER_LINEAR does, to the bit (test/fixtures/measure/make.py asked it).
import { loadAddon } from 'framekiln/native';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../golden/goldens.js';
import { fixture, picture } from './pictures.js';
import { compare, rgbSide } from './sides.js';

interface Case {
  from: [number, number];
  to: [number, number];
  picture: string;
  sha256: string;
  /** Of the scaled picture. */
  scaled: string;
}

const addon = loadAddon();
const cases = fixture<Case>('resize.json');
const name = ({ from, to, picture: recipe }: Case) => `${from.join('x')} to ${to.join('x')}: ${recipe}`;

describe('OpenCV', () => {
  test.each(cases.map((one) => [name(one), one] as const))('%s', (_name, one) => {
    const source = picture(one.picture, ...one.from);
    expect(sha256(source), 'the picture is not the one that OpenCV saw').toBe(one.sha256);
    const scaled = addon.resizeLinear(source, ...one.from, ...one.to);
    expect(scaled.length).toBe(one.to[0] * one.to[1] * 3);
    expect(sha256(scaled)).toBe(one.scaled);
    expect(sha256(source), 'the picture was written to').toBe(one.sha256);
  });

  test('90 sizes and pictures', () => expect(cases.length).toBe(90));
});

test.each([
  [7, 7, 64, 36],
  [128, 72, 64, 36],
  [65, 37, 64, 36],
  [1, 1, 9, 31],
  [320, 200, 7, 7],
])('%dx%d is compared at %dx%d', (width, height, toWidth, toHeight) => {
  const frames = ['noise 1', 'gradient'].map((recipe) => picture(recipe, width, height));
  const a = rgbSide(toWidth, toHeight, picture('noise 3', toWidth, toHeight), picture('gradient', toWidth, toHeight));
  const scaled = frames.map((frame) => addon.resizeLinear(frame, width, height, toWidth, toHeight));
  expect(compare({ a, b: rgbSide(width, height, ...frames), luma: 'bt709' })).toEqual(
    compare({ a, b: rgbSide(toWidth, toHeight, ...scaled), luma: 'bt709' }),
  );
});

describe('refused', () => {
  const source = picture('noise 1', 4, 3);
  test.each<[string, unknown[]]>([
    ['a byte too few', [source.subarray(1), 4, 3, 8, 6]],
    ['a byte too many', [new Uint8Array(37), 4, 3, 8, 6]],
    ['floats', [new Float64Array(36), 4, 3, 8, 6]],
    ['nothing', []],
    ['a width of 0', [new Uint8Array(0), 0, 3, 8, 6]],
    ['no width to scale to', [source, 4, 3, 0, 6]],
    ['a negative height', [source, 4, 3, 8, -6]],
    ['half a column', [source, 4, 3, 8.5, 6]],
    ['sides that overflow', [source, 4, 3, 2 ** 31 - 1, 2 ** 31 - 1]],
  ])('%s', (_what, values) => {
    const call = () => addon.resizeLinear(...(values as Parameters<typeof addon.resizeLinear>));
    const message = expect.stringMatching(/^Expected .+ but received .+/);
    expect(call).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message }));
  });
});
