// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { inspectTable } from '../../src/document/inspect.js';
import { parseDocument } from '../../src/document/parse.js';
import { familyOf, frameCount, sliceTable } from '../../src/document/table.js';
import { goldenDocuments, schedule, stored } from './samples.js';

const table = (fields = {}) => parseDocument(stored(fields), schedule);

describe('inspectTable', () => {
  it.each(goldenDocuments)('counts every frame of %s once, and survives JSON', (_name, json) => {
    const inspection = inspectTable(parseDocument(JSON.parse(json), schedule), { jsonBytes: json.length });
    const sum = (counts: number[]) => counts.reduce((a, b) => a + b);
    expect(sum(inspection.families.map((f) => f.frames))).toBe(inspection.frames);
    expect(sum(inspection.families.map((f) => f.share))).toBeCloseTo(1, 12);
    expect(sum(Object.values(inspection.palettes))).toBe(inspection.frames);
    expect(JSON.parse(JSON.stringify(inspection))).toEqual(inspection);
  });

  it('describes the default schedule', () => {
    const defaults = { version: '1.0', schedule: 'default', resolution: [1920, 1080], fps: 30, duration: 10 };
    const inspection = inspectTable(parseDocument(defaults, schedule), { jsonBytes: 1000 });
    expect(inspection).toMatchObject({
      rate: '30/1',
      frames: 300,
      duration: 10,
      palettes: { vibrant: 300, pastel: 0, monochrome: 0 },
      rawBytes: 1920 * 1080 * 3 * 300,
      parameterBitsPerSecond: 800,
      notes: [],
    });
    expect(inspection.families.map((f) => f.family)).toEqual(['geometric', 'fractal', 'plasma']);
    expect(inspection.families.find((f) => f.family === 'geometric')).toMatchObject({ runs: 5 });
    expect(inspection.complexity.min).toBeCloseTo(0.2, 3);
    expect(inspection.complexity.max).toBeCloseTo(0.8, 3);
  });

  it('has no bit rate without a size, and an exact duration', () => {
    const inspection = inspectTable(table({ fps: 29.97 }));
    expect(inspection).not.toHaveProperty('parameterBitsPerSecond');
    expect(inspection).toMatchObject({ rate: '30000/1001', duration: 3003 / 30000 });
  });

  it('notes oddities', () => {
    const entry = { time: 0, complexity: 0.5, color_palette: 'vibrant' };
    const parameters = [entry, entry, { ...entry, complexity: 1.5 }, { ...entry, time: 9 }];
    expect(inspectTable(table({ resolution: [3, 2], total_frames: 4, parameters })).notes).toEqual([
      'An odd size: 4:2:0 video codes one pixel more, and the container says the true size.',
      'Frames that repeat the one before: 1.',
      'Frames whose time is not after the one before: 1.',
      'Frames whose time is more than half a frame from frame / fps: 3.',
      'Frames whose complexity is outside 0 to 1: 1.',
    ]);
  });
});

describe('a table', () => {
  it('is sliced into copies', () => {
    const whole = table();
    const slice = sliceTable(whole, 1, 3);
    expect(frameCount(slice)).toBe(2);
    expect(slice).toMatchObject({ width: 64, height: 48, fps: 25, time: new Float64Array([0.04, 0.08]) });
    expect(slice.time.buffer.byteLength).toBe(16);
    expect(slice.time.buffer).not.toBe(whole.time.buffer);
  });

  it.each([
    [-1, 'geometric'],
    [0.29999999999999993, 'geometric'],
    [0.3, 'fractal'],
    [0.5999999999999999, 'fractal'],
    [0.6, 'plasma'],
    [0.7999999999999999, 'plasma'],
    [0.8, 'mandelbrot'],
    [5, 'mandelbrot'],
  ])('draws complexity %d as %s', (complexity, family) => {
    expect(familyOf(complexity)).toBe(family);
  });
});
