// SPDX-License-Identifier: Apache-2.0
// Fingerprints and recipes are on records and objects: what they were stays what they are.
import { expect, test } from 'vitest';
import type { FrameTable } from '../../src/document/table.js';
import { encodeSettings, fingerprintOf, recipeOf } from '../../src/render/fingerprint.js';
import { type RenderSettings, resolveSettings } from '../../src/render/settings.js';

const table: FrameTable = {
  width: 320,
  height: 200,
  fps: 30,
  time: Float64Array.of(0, 0.5),
  complexity: Float64Array.of(0.2, 0.9),
  palette: Uint8Array.of(0, 2),
};
const fingerprint = (settings: RenderSettings) => fingerprintOf(table, resolveSettings(settings, table));

test('the recipe of stored videos', () => {
  expect(recipeOf({})).toBe('7a725f3d73770c9e');
});

test.each<[RenderSettings, string]>([
  [{}, '2f5d7fe267f9d1ec71670272c3bc663f2460a6ca047afbd2d0f707de4c3b7694'],
  [{ chroma: '444', crf: 0 }, 'f1e7f913cc392be5f07fd6c74bce58b9c97eedae056d50225889844576108899'],
  [{ asRecorded: true }, 'ffe09d84063be9d9245a2b7e0f3251e1b796237edac47c8eb48d38763dae0a68'],
])('the fingerprint with %j', (settings, wanted) => {
  expect(fingerprint(settings)).toBe(wanted);
});

test('codec and constant quantisers make other videos; saying the default does not', () => {
  const all: RenderSettings[] = [{}, { codec: 'hevc' }, { codec: 'av1' }, { constantQp: true }, { crf: 20 }];
  expect(new Set(all.map(fingerprint)).size).toBe(all.length);
  expect(fingerprint({ codec: 'h264', constantQp: false })).toBe(fingerprint({}));
});

test('how some document would be encoded', () => {
  expect(encodeSettings({ codec: 'av1', constantQp: true, crf: 30 })).toMatchObject({
    ...{ codec: 'av1_420', constantQp: true, crf: 30 },
  });
  expect(() => encodeSettings({ codec: 'hevc', chroma: '444' })).toThrow(
    'Expected 420 (with codec hevc) for chroma but received "444"',
  );
});
