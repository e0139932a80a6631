// SPDX-License-Identifier: Apache-2.0
// The other frame formats are the RGB frame, converted by the rule of native/frame/colour.h, written out again here.
import { createKiln, type FrameFormat, type Kiln } from 'framekiln';
import { type CpuLevel, loadAddon } from 'framekiln/native';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultGolden, type Golden, pick, smallGoldens } from './goldens.js';

type Channels = (r: number, g: number, b: number) => number;

const luma: Channels = (r, g, b) => Math.floor((11966 * r + 40254 * g + 4064 * b + 16 * 65536 + 32768) / 65536);
/** Chroma in 1/64 steps. */
const cb64: Channels = (r, g, b) => Math.floor((-6596 * r - 22188 * g + 28784 * b + 128 * 65536 + 512) / 1024);
const cr64: Channels = (r, g, b) => Math.floor((28784 * r - 26145 * g - 2639 * b + 128 * 65536 + 512) / 1024);

/** A value for each pixel of an rgb24 picture. */
function each(rgb: Uint8Array, value: Channels): Uint16Array {
  const values = new Uint16Array(rgb.length / 3);
  for (let i = 0, at = 0; at < rgb.length; i++, at += 3) {
    values[i] = value(rgb[at] as number, rgb[at + 1] as number, rgb[at + 2] as number);
  }
  return values;
}

/** 8-bit chroma of 2x2 blocks; an odd last column or row counts twice. */
function halved(c64: Uint16Array, width: number, height: number): Uint8Array {
  const at = (x: number, y: number) => c64[Math.min(y, height - 1) * width + Math.min(x, width - 1)] as number;
  const half = Math.ceil(width / 2);
  return Uint8Array.from({ length: half * Math.ceil(height / 2) }, (_, i) => {
    const x = 2 * (i % half);
    const y = 2 * Math.floor(i / half);
    return Math.floor((at(x, y) + at(x + 1, y) + at(x, y + 1) + at(x + 1, y + 1) + 128) / 256);
  });
}

const whole = (c64: Uint16Array): Uint8Array => Uint8Array.from(c64, (c) => Math.floor((c + 32) / 64));

function convert(rgb: Uint8Array, width: number, height: number): Record<string, Uint8Array> {
  const y = Uint8Array.from(each(rgb, luma));
  const [blue, red] = [each(rgb, cb64), each(rgb, cr64)];
  const [cb, cr] = [halved(blue, width, height), halved(red, width, height)];
  const pairs = new Uint8Array(2 * cb.length).map((_, i) => (i % 2 === 0 ? cb : cr)[i >> 1] as number);
  return {
    nv12: Buffer.concat([y, pairs]),
    i420: Buffer.concat([y, cb, cr]),
    yuv444p: Buffer.concat([y, whole(blue), whole(red)]),
  };
}

async function draw(kiln: Kiln, golden: Golden, format: FrameFormat): Promise<Uint8Array[]> {
  const drawn: Uint8Array[] = [];
  for await (const { data } of kiln.frames(golden.document, { format })) drawn.push(data);
  return drawn;
}

const LEVELS = loadAddon().about().cpuLevels;
const kilns = new Map<CpuLevel, Kiln>();
beforeAll(() => {
  for (const cpu of LEVELS) kilns.set(cpu, createKiln({ cpu, threads: 1 }));
});
afterAll(async () => {
  for (const kiln of kilns.values()) await kiln[Symbol.asyncDispose]();
});

/** Of the larger documents, frames of every family that they have. */
const CASES: Golden[] = [
  ...smallGoldens.map((golden) => pick(golden, (frame) => golden.frames.length <= 24 || frame % 5 === 0)),
  pick(defaultGolden, (frame) => [0, 8, 45].includes(frame)),
];

describe('golden frames in other formats', () => {
  for (const golden of CASES) {
    test(golden.name, { timeout: 180_000 }, async () => {
      const [width, height] = golden.document.resolution;
      const reference = kilns.get('reference') as Kiln;
      const wanted = (await draw(reference, golden, 'rgb24')).map((rgb) => convert(rgb, width, height));
      const wrong: string[] = [];
      for (const [cpu, kiln] of kilns) {
        for (const format of ['nv12', 'i420', 'yuv444p'] as const) {
          const drawn = await draw(kiln, golden, format);
          expect(drawn.length).toBe(wanted.length);
          drawn.forEach((data, i) => {
            if (Buffer.compare(data, wanted[i]?.[format] as Uint8Array) === 0) return;
            wrong.push(`${golden.frames[i]} as ${format} on ${cpu}`);
          });
        }
      }
      expect(wrong).toEqual([]);
    });
  }
});
