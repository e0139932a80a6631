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
  expect(recipeOf({})).toBe('a8a2c97874f8a04e');
});

test.each<[RenderSettings, string]>([
  [{}, 'fa9e208ddc5de252b8a7b3ac6e87e1877dcb45b36399d59b6f04ffdcdf57a973'],
  [{ chroma: '444', crf: 0 }, '7d27e809022ed2844fc024e48dedf69242c4d40481d8d5ff11be956a58effa97'],
  [{ asRecorded: true }, 'a63da563d596573b79dacdbf2c2a0e326222a7288eb78762febdf50edd811a3f'],
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
