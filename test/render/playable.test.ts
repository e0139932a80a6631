// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { VideoFacts } from '../../src/native.js';
import { playability } from '../../src/render/playable.js';

const facts = (codec: string, pixelFormat = 'yuv420p', profile?: string): VideoFacts => ({
  container: 'mp4',
  codec,
  ...(profile !== undefined && { profile }),
  pixelFormat,
  matrix: 2,
  width: 64,
  height: 36,
  frames: 1,
  duration: 1,
  rate: '1/1',
  audio: false,
  bytes: 1000,
});

describe('playability', () => {
  test.each(['yuv420p', 'yuvj420p'])('H.264 in %s plays everywhere', (pixelFormat) => {
    expect(playability(facts('h264', pixelFormat, 'High'))).toEqual({ plays: true, note: 'plays in every browser' });
  });

  test.each(['av1', 'vp9', 'vp8', 'hevc'])('%s plays in some', (codec) => {
    const { plays, note } = playability(facts(codec));
    expect([plays, note]).toEqual([true, expect.stringMatching(/^browsers play .*(except|only)/)]);
  });

  test('H.264 beyond 4:2:0 of 8 bits', () => {
    expect(playability(facts('h264', 'yuv444p', 'High 4:4:4 Predictive')).note).toContain('Chromium');
    expect(playability(facts('h264', 'yuv420p10le', 'High 10'))).toEqual({
      plays: false,
      note: 'browsers do not play H.264 High 10 in yuv420p10le: re-encode as H.264 in yuv420p, up to the High profile',
    });
    expect(playability(facts('h264', 'gbrp')).note).toContain('H.264 in gbrp');
  });

  test('what OpenCV writes by default says what to do', () => {
    expect(playability(facts('mpeg4'))).toEqual({
      plays: false,
      note: "browsers do not play MPEG-4 Part 2, which OpenCV's mp4v writes: use framekiln regenerate, or re-encode as H.264",
    });
    expect(playability(facts('ffv1')).plays).toBe(false);
  });
});
