// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { parseDocument } from '../../src/document/parse.js';
import type { FrameTable } from '../../src/document/table.js';
import { PRESETS, type RenderSettings, resolveSettings } from '../../src/render/settings.js';
import { refusal, schedule } from '../document/samples.js';

const table = (fields: Partial<Record<'resolution' | 'fps' | 'duration', unknown>> = {}): FrameTable =>
  parseDocument(
    { version: '1.0', schedule: 'default', resolution: [320, 200], fps: 29.97, duration: 10, ...fields },
    schedule,
  );

describe('resolveSettings', () => {
  it('completes nothing at all', () => {
    expect(resolveSettings({}, table())).toEqual({
      container: 'mp4',
      range: { start: 0, end: 299 },
      segmentSeconds: 2,
      rate: { num: 30000, den: 1001 },
      encode: { codec: 'h264_420', width: 320, height: 200, fpsNum: 30000, fpsDen: 1001, preset: 'veryfast', crf: 23 },
    });
  });

  it.each<[RenderSettings, object]>([
    [
      { chroma: '444', crf: 0 },
      { codec: 'h264_444', crf: 0 },
    ],
    [
      { lossless: true, preset: 'ultrafast' },
      { codec: 'h264_rgb', preset: 'ultrafast', crf: 0 },
    ],
    [
      { lossless: false, asRecorded: false, crf: 18.5 },
      { codec: 'h264_420', crf: 18.5 },
    ],
    [{ asRecorded: true }, { codec: 'mpeg4_as_recorded', fpsNum: 2997, fpsDen: 100 }],
    [{ crf: undefined, preset: undefined, lossless: true }, { codec: 'h264_rgb' }],
    [{ codec: 'h264', constantQp: false }, { codec: 'h264_420' }],
    [
      { codec: 'hevc', crf: 30 },
      { codec: 'hevc_420', crf: 30 },
    ],
    [
      { codec: 'av1', constantQp: true },
      { codec: 'av1_420', constantQp: true, crf: 23 },
    ],
  ])('%j', (settings, encode) => {
    expect(resolveSettings(settings, table()).encode).toMatchObject(encode);
  });

  it.each(PRESETS)('preset %s', (preset) => {
    expect(resolveSettings({ preset }, table()).encode.preset).toBe(preset);
  });

  it('keeps container, range and segment length', () => {
    const settings = { container: 'matroska', range: { start: 298, end: 299 }, segmentSeconds: 0.04 } as const;
    expect(resolveSettings(settings, table())).toMatchObject(settings);
  });

  it('makes an as-recorded video in one piece', () => {
    expect(resolveSettings({ asRecorded: true, container: 'mp4' }, table()).segmentSeconds).toBe(Infinity);
  });

  it.each<[setting: string, settings: object]>([
    ['quality', { quality: 3 }],
    ['container', { container: 'avi' }],
    ['crf', { crf: -1 }],
    ['crf', { crf: 52 }],
    ['crf', { crf: Number.NaN }],
    ['crf', { crf: '23' }],
    ['preset', { preset: 'fastest' }],
    ['chroma', { chroma: '422' }],
    ['chroma', { chroma: 420 }],
    ['codec', { codec: 'vp9' }],
    ['chroma', { codec: 'hevc', chroma: '444' }],
    ['crf', { codec: 'av1', crf: 0 }],
    ['constantQp', { constantQp: 1 }],
    ['codec', { lossless: true, codec: 'hevc' }],
    ['constantQp', { lossless: true, constantQp: true }],
    ['codec', { asRecorded: true, codec: 'av1' }],
    ['constantQp', { asRecorded: true, constantQp: true }],
    ['lossless', { lossless: 1 }],
    ['asRecorded', { asRecorded: 'yes' }],
    ['segmentSeconds', { segmentSeconds: 0.03 }],
    ['segmentSeconds', { segmentSeconds: 61 }],
    ['range.start', { range: null }],
    ['range.start', { range: [0, 10] }],
    ['range.end', { range: { start: 0 } }],
    ['range.start', { range: { start: -1, end: 10 } }],
    ['range.end', { range: { start: 10, end: 10 } }],
    ['range.end', { range: { start: 0, end: 300 } }],
    ['range.start', { range: { start: 0.5, end: 10 } }],
    ['asRecorded', { lossless: true, asRecorded: true }],
    ['crf', { lossless: true, crf: 0 }],
    ['chroma', { lossless: true, chroma: '444' }],
    ['crf', { asRecorded: true, crf: 23 }],
    ['preset', { asRecorded: true, preset: 'slow' }],
    ['chroma', { asRecorded: true, chroma: '420' }],
    ['range', { asRecorded: true, range: { start: 0, end: 10 } }],
    ['segmentSeconds', { asRecorded: true, segmentSeconds: 2 }],
    ['container', { asRecorded: true, container: 'matroska' }],
    ['settings', null as unknown as object],
  ])('refuses %s: %j', (setting, settings) => {
    const error = refusal(() => resolveSettings(settings as RenderSettings, table()));
    expect(error).toMatchObject({ code: 'INVALID_SETTING', setting });
    expect(error.message).toBe(`Expected ${error.expected} for ${setting} but received ${error.received}`);
  });

  it.each([
    ['one pixel wide', { resolution: [1, 100] }],
    ['a rate of too many ticks', { fps: 123.456 }],
    ['a rate of no ticks', { fps: 0.001, duration: 10_000 }],
    ['more than 1 GiB', { resolution: [7680, 4320], duration: 100 }],
  ])('refuses asRecorded for %s', (_name, fields) => {
    const error = refusal(() => resolveSettings({ asRecorded: true }, table(fields)));
    expect(error).toMatchObject({ code: 'INVALID_SETTING', setting: 'asRecorded' });
  });
});
