// SPDX-License-Identifier: Apache-2.0
// Contact and difference sheets, pixel by pixel: FFmpeg reads the PNG.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { type FramesSide, frameBytes, loadAddon } from 'framekiln/native';
import { afterAll, describe, expect, test } from 'vitest';
import { documentSource } from '../../dist/src/measure/document-source.js';
import { drawContactSheet, drawDifferenceSheet } from '../../dist/src/measure/sheet.js';
import { Devices } from '../../dist/src/render/devices.js';
import { FrameMemory } from '../../dist/src/render/memory.js';
import { RenderPool } from '../../dist/src/render/pool.js';
import { Document } from '../../src/document/document.js';
import { Canvas } from '../../src/measure/canvas.js';
import type { FrameSource } from '../../src/measure/source.js';
import { golden } from '../support/documents.js';
import { decode } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/folder.js';
import { rgbSide } from './sides.js';

const folder = temporaryFolder();
const addon = loadAddon();
const pool = new RenderPool(2);
const devices = new Devices(pool, 'cpu', 'software');
const context = { addon, pool, cpu: addon.about().cpuLevels.at(-1) ?? 'baseline', devices, memory: new FrameMemory(1) };
afterAll(() => pool.close());

const GAP = 4;
const BACKGROUND = [0x30, 0x30, 0x30];
type Rgb = [red: number, green: number, blue: number];

interface Memory extends FrameSource {
  /** Frames that were asked for, and how often the source was closed. */
  picked: number[];
  closed: number;
}

/** Frames that are made when they are looked at. */
function memory(width: number, height: number, frames: number, make: (frame: number) => Uint8Array): Memory {
  const source: Memory = {
    ...{ label: 'memory', width, height, frames, rate: undefined, notes: ['made up'], picked: [], closed: 0 },
    // biome-ignore lint/correctness/useYield: sheets pick
    async *chunks() {
      throw new Error('a sheet takes single frames');
    },
    async *pick(indices): AsyncGenerator<FramesSide, void, undefined> {
      try {
        for (const index of indices) {
          source.picked.push(index);
          yield rgbSide(width, height, make(index));
        }
      } finally {
        source.closed++;
      }
    },
  };
  return source;
}

const plain = (width: number, height: number, colour: Rgb) =>
  Uint8Array.from({ length: width * height * 3 }, (_, i) => colour[i % 3] as number);
const colourOf = (frame: number): Rgb => [frame, 255 - frame, (frame * 7) % 256];
const colours = (frames: number, width = 6, height = 4) =>
  memory(width, height, frames, (frame) => plain(width, height, colourOf(frame)));

interface Picture {
  width: number;
  height: number;
  at(x: number, y: number): number[];
  part(x: number, y: number, width: number, height: number): Buffer;
}

async function read({ png, width, height }: { png: Uint8Array; width: number; height: number }): Promise<Picture> {
  const file = join(folder, 'sheet.png');
  writeFileSync(file, png);
  const rgb = await decode(file, 'rgb24');
  expect(rgb.length).toBe(width * height * 3);
  const part = (x: number, y: number, w: number, h: number) =>
    Buffer.concat(
      Array.from({ length: h }, (_, row) => rgb.subarray(((y + row) * width + x) * 3, ((y + row) * width + x + w) * 3)),
    );
  return { width, height, at: (x, y) => [...part(x, y, 1, 1)], part };
}

describe('contact sheet', () => {
  test('frames from all over, row by row, with gaps between', async () => {
    const source = colours(110);
    const sheet = await drawContactSheet(context, source);
    expect(sheet.frames).toEqual(Array.from({ length: 25 }, (_, i) => Math.floor((i * 110) / 25)));
    expect([source.picked, source.closed, sheet.notes]).toEqual([sheet.frames, 1, ['made up']]);
    const picture = await read(sheet);
    expect([picture.width, picture.height]).toEqual([5 * (6 + GAP) + GAP, 5 * (4 + GAP) + GAP]);
    for (const [i, frame] of sheet.frames.entries()) {
      const [x, y] = [GAP + (i % 5) * (6 + GAP), GAP + Math.floor(i / 5) * (4 + GAP)];
      expect(picture.part(x, y, 6, 4), `frame ${frame}`).toEqual(Buffer.from(plain(6, 4, colourOf(frame))));
      expect([picture.at(x - 1, y), picture.at(x, y - 1), picture.at(x + 6, y + 4)]).toEqual([
        BACKGROUND,
        BACKGROUND,
        BACKGROUND,
      ]);
    }
  });

  test.each([
    [3, {}, [0, 1, 2], 3, 1],
    [7, { columns: 3 }, [0, 1, 2, 3, 4, 5, 6], 3, 3],
    [100, { columns: 2, rows: 2 }, [0, 25, 50, 75], 2, 2],
    [100, { columns: 4, rows: 1, range: { start: 90, end: 98 } }, [90, 92, 94, 96], 4, 1],
  ])('of %d frames, %j', async (frames, options, shown, columns, rows) => {
    const sheet = await drawContactSheet(context, colours(frames), options);
    expect(sheet).toMatchObject({ frames: shown, width: columns * 10 + GAP, height: rows * 8 + GAP });
  });

  test('a document is drawn, and made small by averaging', async () => {
    const { bytes, width, height, frames } = golden('families_640x360');
    const { table } = Document.from(bytes, addon.defaultSchedule);
    const sheet = await drawContactSheet(context, documentSource(table));
    const picture = await read(sheet);
    const rgb = new Uint8Array(frameBytes('rgb24', width, height) * frames);
    addon.renderFrames({ ...table, format: 'rgb24', cpu: context.cpu, out: rgb });
    for (const [i, frame] of sheet.frames.entries()) {
      const full = rgb.subarray(frame * width * height * 3, (frame + 1) * width * height * 3);
      const small = addon.scaleRgb(full, width, height, 320, 180);
      const place = [GAP + (i % 5) * 324, GAP + Math.floor(i / 5) * 184] as const;
      expect(picture.part(...place, 320, 180).equals(small), `frame ${frame}`).toBe(true);
    }
  });

  test('progress counts frames', async () => {
    const seen: number[] = [];
    await drawContactSheet(context, colours(40), {
      onProgress: ({ framesDone, frames }) => seen.push(framesDone / frames),
    });
    expect(seen.at(-1)).toBe(1);
  });
});

describe('difference sheet', () => {
  const A: Rgb = [100, 100, 10];
  const B: Rgb = [90, 103, 200];
  const pair = (frames = 3) =>
    [memory(6, 4, frames, () => plain(6, 4, A)), memory(6, 4, frames, () => plain(6, 4, B))] as const;

  test.each([
    [undefined, [40, 12, 255]],
    [1, [10, 3, 190]],
    [0.5, [5, 2, 95]],
    [255, [255, 255, 255]],
  ])('A, B and their difference times %s', async (gain, difference) => {
    const sheet = await drawDifferenceSheet(context, ...pair(), gain === undefined ? {} : { gain });
    expect(sheet).toMatchObject({ frames: [0, 1, 2], gain: gain ?? 4, width: 3 * 10 + GAP, height: 3 * 8 + GAP });
    const picture = await read(sheet);
    for (const row of [0, 1, 2]) {
      for (const [i, colour] of [A, B, difference as Rgb].entries()) {
        expect(picture.part(GAP + i * 10, GAP + row * 8, 6, 4)).toEqual(Buffer.from(plain(6, 4, colour)));
      }
    }
  });

  test('is taken before frames are made small', async () => {
    const [width, height] = [1280, 720];
    const b = plain(width, height, [100, 100, 100]).map((value, i) => value + (Math.floor(i / 3) % 2 === 0 ? 10 : -10));
    const a = memory(width, height, 1, () => plain(width, height, [100, 100, 100]));
    const picture = await read(
      await drawDifferenceSheet(
        context,
        a,
        memory(width, height, 1, () => b),
      ),
    );
    const row = [0, 1, 2].map((i) => picture.part(GAP + i * 324, GAP, 320, 180));
    expect(row.map((tile) => [...new Set(tile)])).toEqual([[100], [100], [40]]);
  });

  test('another size is refused, or scaled as OpenCV scales', async () => {
    const noise = Uint8Array.from({ length: 9 * 5 * 3 }, (_, i) => (i * 7919) % 256);
    const [a] = pair(1);
    const b = memory(9, 5, 1, () => noise);
    await expect(drawDifferenceSheet(context, a, b)).rejects.toMatchObject({ code: 'NOT_COMPARABLE' });
    const sheet = await drawDifferenceSheet(context, a, b, { resize: true, gain: 1 });
    expect(sheet.notes.join()).toContain('scaled from 9x5 to 6x4');
    const picture = await read(sheet);
    const scaled = addon.resizeLinear(noise, 9, 5, 6, 4);
    expect(picture.part(GAP + 10, GAP, 6, 4)).toEqual(Buffer.from(scaled));
    const difference = scaled.map((value, i) => Math.abs(value - (A[i % 3] as number)));
    expect(picture.part(GAP + 20, GAP, 6, 4)).toEqual(Buffer.from(difference));
  });

  test('another length is refused, but for a range', async () => {
    const [a] = pair(5);
    const [, b] = pair(9);
    await expect(drawDifferenceSheet(context, a, b)).rejects.toMatchObject({ code: 'NOT_COMPARABLE' });
    expect((await drawDifferenceSheet(context, a, b, { range: { start: 1, end: 4 } })).frames).toEqual([1, 2, 3]);
  });

  test('six of many frames, or several columns', async () => {
    expect((await drawDifferenceSheet(context, ...pair(60))).frames).toEqual([0, 10, 20, 30, 40, 50]);
    const sheet = await drawDifferenceSheet(context, ...pair(60), { columns: 2, rows: 2 });
    expect(sheet).toMatchObject({
      frames: [0, 15, 30, 45],
      width: 2 * (3 * 10 - GAP) + 16 + 2 * GAP,
      height: 2 * 8 + GAP,
    });
  });
});

describe('refusals and interruptions', () => {
  test.each([
    ['columns', 0],
    ['columns', 21],
    ['columns', 2.5],
    ['rows', 0],
    ['rows', 21],
    ['gain', 0],
    ['gain', -1],
    ['gain', 256],
    ['gain', Number.NaN],
  ])('%s %d', async (setting, value) => {
    const refused = drawDifferenceSheet(context, colours(3), colours(3), { [setting]: value });
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_SETTING', setting });
    if (setting === 'gain') return;
    await expect(drawContactSheet(context, colours(3), { [setting]: value })).rejects.toMatchObject({ setting });
  });

  test.each([0, 1, 5, 24])('a source that fails at frame %d', async (bad) => {
    const good = colours(25);
    const failing = memory(6, 4, 25, (frame) => {
      if (frame === bad) throw new Error(`frame ${frame} is broken`);
      return plain(6, 4, colourOf(frame));
    });
    await expect(drawContactSheet(context, failing)).rejects.toThrow(`frame ${bad} is broken`);
    const options = { columns: 5, rows: 5 };
    await expect(drawDifferenceSheet(context, good, failing, options)).rejects.toThrow(`frame ${bad} is broken`);
    expect([good.closed, failing.closed]).toEqual([1, 2]);
  });

  test('frames that cannot be drawn', async () => {
    const source = memory(6, 4, 25, () => new Uint8Array(5));
    await expect(drawContactSheet(context, source)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(source.closed).toBe(1);
  });

  test('a signal stops it with its reason', async () => {
    const stop = new AbortController();
    const source = memory(6, 4, 25, (frame) => {
      if (frame === 3) stop.abort(new Error('enough'));
      return plain(6, 4, colourOf(frame));
    });
    await expect(drawContactSheet(context, source, { signal: stop.signal })).rejects.toThrow('enough');
    expect(source.closed).toBe(1);
    expect(source.picked.length).toBeLessThan(25);
  });
});

test('any grid of any frames makes a picture that a PNG can hold, with tiles of their shape', () => {
  const side = fc.integer({ min: 1, max: 8192 });
  const grid = fc.record({
    cells: fc.integer({ min: 1, max: 400 }),
    columns: fc.integer({ min: 1, max: 20 }),
    tilesPerCell: fc.constantFrom(1, 3),
  });
  fc.assert(
    fc.property(side, side, grid, (width, height, { cells, columns, tilesPerCell }) => {
      const fewer = Math.min(cells, columns * 20);
      const canvas = new Canvas({ width, height }, { cells: fewer, columns, tilesPerCell });
      expect(Math.max(canvas.width, canvas.height)).toBeLessThanOrEqual(8192);
      expect(canvas.width * canvas.height).toBeLessThanOrEqual(33_200_000);
      const { tileWidth, tileHeight } = canvas;
      expect(Math.min(tileWidth, tileHeight)).toBeGreaterThanOrEqual(1);
      expect(tileWidth).toBeLessThanOrEqual(width);
      expect(tileHeight).toBeLessThanOrEqual(height);
      expect(Math.abs(tileWidth * height - tileHeight * width)).toBeLessThanOrEqual(Math.max(width, height));
      const tile = new Uint8Array(tileWidth * tileHeight * 3);
      // What does not fit would throw.
      canvas.paste(
        fewer - 1,
        Array.from({ length: tilesPerCell }, () => tile),
      );
    }),
    { numRuns: 200 },
  );
});
