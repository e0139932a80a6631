// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { parseDocument } from '../../src/document/parse.js';
import { goldenDocuments, type Json, oneFrame, refusal, schedule, stored } from './samples.js';

const defaults = { version: '1.0', schedule: 'default', resolution: [1920, 1080], fps: 30, duration: 10 };

describe('a valid document', () => {
  it.each(goldenDocuments)('%s keeps every number', (_name, json) => {
    const doc = JSON.parse(json);
    const table = parseDocument(doc, schedule);
    expect([table.width, table.height, table.fps]).toEqual([...doc.resolution, doc.fps]);
    expect([...table.time]).toEqual(doc.parameters.map((p: Json) => p.time));
    expect([...table.complexity]).toEqual(doc.parameters.map((p: Json) => p.complexity));
    const names = ['vibrant', 'pastel', 'monochrome'];
    expect([...table.palette].map((p) => names[p])).toEqual(doc.parameters.map((p: Json) => p.color_palette));
  });

  it('of the default schedule is the stored one', () => {
    const golden = goldenDocuments.find(([name]) => name === 'default_1080p_params.json') as [string, string];
    const table = parseDocument(defaults, schedule);
    const same = parseDocument(JSON.parse(golden[1]), schedule);
    expect(table.time).toEqual(same.time);
    expect(table.palette).toEqual(same.palette);
    table.complexity.forEach((c, f) => {
      expect(c, `frame ${f}`).toBeCloseTo(same.complexity[f] as number, 14);
    });
  });

  it.each<[string, Json, number]>([
    ['10 s at 29.97', { fps: 29.97 }, 299],
    ['a part of a frame', { fps: 1, duration: 1.99 }, 1],
    ['the most frames', { fps: 1000, duration: 10_000 }, 10_000_000],
  ])('of the default schedule truncates its length: %s', (_name, fields, frames) => {
    expect(parseDocument({ ...defaults, ...fields }, schedule).time.length).toBe(frames);
  });

  it('may have extra keys, any order, and no duration', () => {
    const { duration: _, ...doc } = stored({ author: { a: [1] }, ['__proto__']: 1, constructor: null });
    const reversed = Object.fromEntries(Object.entries(doc).reverse());
    expect(parseDocument(reversed, schedule)).toEqual(parseDocument(stored(), schedule));
  });

  it('does not touch prototypes', () => {
    const json = JSON.stringify(oneFrame({})).replace('"version"', '"__proto__":{"polluted":1},"version"');
    expect(parseDocument(JSON.parse(json), schedule)).not.toHaveProperty('polluted');
    expect({}).not.toHaveProperty('polluted');
  });

  it.each<[string, Json]>([
    ['8192 wide', { resolution: [8192, 4052] }],
    ['8K', { resolution: [7680, 4320] }],
    ['1x1', { resolution: [1, 1] }],
    ['the slowest', { fps: 0.001 }],
    ['the fastest', { fps: 1000 }],
  ])('may reach the bounds: %s', (_name, fields) => {
    expect(() => parseDocument(stored(fields), schedule)).not.toThrow();
  });
});

describe('a bad document is refused at', () => {
  it.each<[pointer: string, received: string, value: unknown]>([
    ['', '[1]', [1]],
    ['', 'null', null],
    ['', '"1.0"', '1.0'],
    ['/version', 'nothing', {}],
    ['/version', '1', stored({ version: 1 })],
    ['/version', '"1.1"', stored({ version: '1.1' })],
    ['/resolution', 'nothing', stored({ resolution: undefined })],
    ['/resolution', '"64x48"', stored({ resolution: '64x48' })],
    ['/resolution', '[64]', stored({ resolution: [64] })],
    ['/resolution', '[64, 48, 3]', stored({ resolution: [64, 48, 3] })],
    ['/resolution', '[8192, 4053]', stored({ resolution: [8192, 4053] })],
    ['/resolution/0', '0', stored({ resolution: [0, 48] })],
    ['/resolution/0', '8193', stored({ resolution: [8193, 1] })],
    ['/resolution/1', '48.5', stored({ resolution: [64, 48.5] })],
    ['/resolution/1', '"48"', stored({ resolution: [64, '48'] })],
    ['/fps', 'nothing', stored({ fps: undefined })],
    ['/fps', '"30"', stored({ fps: '30' })],
    ['/fps', '0', stored({ fps: 0 })],
    ['/fps', '-30', stored({ fps: -30 })],
    ['/fps', '1000.5', stored({ fps: 1000.5 })],
    ['/fps', '0.0009', stored({ fps: 0.0009 })],
    ['/fps', 'NaN', stored({ fps: Number.NaN })],
    ['/duration', '"10"', stored({ duration: '10' })],
    ['/duration', '-1', stored({ duration: -1 })],
    ['/duration', 'Infinity', stored({ duration: Infinity })],
    ['/total_frames', 'nothing', stored({ total_frames: undefined })],
    ['/total_frames', '4', stored({ total_frames: 4 })],
    ['/total_frames', '"3"', stored({ total_frames: '3' })],
    ['/parameters', 'nothing', stored({ parameters: undefined })],
    ['/parameters', 'an object', stored({ parameters: {} })],
    ['/parameters', '[]', stored({ parameters: [], total_frames: 0 })],
    ['/parameters', 'an array of 10000001', stored({ parameters: new Array(10_000_001) })],
    ['/parameters/0', 'null', stored({ parameters: [null], total_frames: 1 })],
    ['/parameters/0', '[]', stored({ parameters: [[]], total_frames: 1 })],
    ['/parameters/0/time', 'nothing', oneFrame({ time: undefined })],
    ['/parameters/0/time', '"0"', oneFrame({ time: '0' })],
    ['/parameters/0/time', 'Infinity', oneFrame({ time: Infinity })],
    ['/parameters/0/complexity', 'null', oneFrame({ complexity: null })],
    ['/parameters/0/complexity', 'NaN', oneFrame({ complexity: Number.NaN })],
    ['/parameters/0/color_palette', 'nothing', oneFrame({ color_palette: undefined })],
    ['/parameters/0/color_palette', '"Vibrant"', oneFrame({ color_palette: 'Vibrant' })],
    ['/parameters/0/color_palette', '"constructor"', oneFrame({ color_palette: 'constructor' })],
    ['/parameters/0/color_palette', '0', oneFrame({ color_palette: 0 })],
    ['/schedule', '"fast"', { ...defaults, schedule: 'fast' }],
    ['/schedule', 'null', { ...defaults, schedule: null }],
    ['/parameters', 'an array of 3', stored({ schedule: 'default' })],
    ['/duration', 'nothing', { ...defaults, duration: undefined }],
    ['/duration', '0', { ...defaults, duration: 0 }],
    ['/duration', '0.03', { ...defaults, duration: 0.03 }],
    ['/duration', '1e+300', { ...defaults, duration: 1e300 }],
    ['/duration', '10000.001', { ...defaults, fps: 1000, duration: 10_000.001 }],
    ['/total_frames', '299', { ...defaults, total_frames: 299 }],
  ])('"%s" for %s', (pointer, received, value) => {
    const error = refusal(() => parseDocument(value, schedule));
    expect(error).toMatchObject({ code: 'INVALID_DOCUMENT', pointer, received });
    const name = pointer === '' ? 'the document' : pointer;
    expect(error.message).toBe(`Expected ${error.expected} for ${name} but received ${received}`);
  });
});

describe('what the generator cannot render', () => {
  it.each<[fields: Json, pointer: string]>([
    [{ time: -2, complexity: 0.8 }, '/parameters/0/time'],
    [{ time: 1e307, complexity: 0.2 }, '/parameters/0/time'],
    [{ time: -1e307, complexity: 0.2 }, '/parameters/0/time'],
    [{ time: 0, complexity: -1e308 }, '/parameters/0/complexity'],
    [{ time: 7e307, complexity: 0.7 }, '/parameters/0/time'],
  ])('is refused: %j', (fields, pointer) => {
    const error = refusal(() => parseDocument(oneFrame(fields), schedule));
    expect(error).toMatchObject({ code: 'INVALID_DOCUMENT', pointer });
  });

  it.each<Json>([
    { time: -2, complexity: 0.79 },
    { time: -1.9999999999999998, complexity: 0.8 },
    { time: 8e306, complexity: 0.2 },
    // No circle at all: the generator never looks at the time.
    { time: 1e308, complexity: -0.6 },
    { time: 1.7e308, complexity: 0.5 },
    { time: 6e307, complexity: 0.7 },
    { time: 1.7e308, complexity: 1e308 },
  ])('is not refused a bit before: %j', (fields) => {
    expect(() => parseDocument(oneFrame(fields), schedule)).not.toThrow();
  });
});
