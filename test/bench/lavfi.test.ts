// SPDX-License-Identifier: Apache-2.0
// What FFmpeg's expressions draw, against the plain renderer, which draws the golden frames.
import { describe, expect, test } from 'vitest';
import { runCommand } from '../../bench/peers/command.js';
import { geq, geqFrame, mandelbrotFilter, mandelbrotSource } from '../../bench/peers/lavfi.js';
import { clipOf, plainFrames } from './clips.js';

const RAW = ['-pix_fmt', 'gbrp', '-f', 'rawvideo', '-'];

/** FFmpeg's planes are G, B, R. */
function packed(planes: Buffer): Uint8Array {
  const pixels = planes.length / 3;
  const rgb = new Uint8Array(planes.length);
  for (let i = 0; i < pixels; i++) {
    rgb[i * 3] = planes[2 * pixels + i] as number;
    rgb[i * 3 + 1] = planes[i] as number;
    rgb[i * 3 + 2] = planes[pixels + i] as number;
  }
  return rgb;
}

describe('geq', () => {
  for (const scene of ['geometric', 'plasma'] as const) {
    test(`${scene} is exact`, async () => {
      // At 50 columns the last one is not its number times the step: 49 * (1 / 49) is below 1.
      const clip = clipOf(scene, { width: 50, height: 31 }, [0, 2 / 30, 8.7]);
      for (const [i, wanted] of plainFrames(clip).entries()) {
        const { stdout } = await runCommand('ffmpeg', ['-v', 'error', ...geqFrame(clip, i), ...RAW]);
        expect(Buffer.compare(packed(stdout), wanted), `frame ${i}`).toBe(0);
      }
    });
  }

  test('is timed by frames of the clip', async () => {
    const { frames, seconds } = await geq().run(clipOf('plasma', { width: 64, height: 36 }, [0, 1]), 0.001, '.');
    expect(frames).toBeGreaterThan(0);
    expect(seconds).toBeGreaterThan(0);
  });
});

describe('the mandelbrot source', () => {
  const clip = clipOf('mandelbrot', { width: 64, height: 36 }, [2, 0, 4]);

  test('goes from the least zoom to the most', () => {
    const source = mandelbrotSource(clip, 3).find((text) => text.startsWith('mandelbrot='));
    expect(source).toContain('start_scale=4:end_scale=1.3333333333333333:end_pts=2');
  });

  test('is timed', async () => {
    const { frames, seconds } = await mandelbrotFilter().run(clip, 0.01, '.');
    expect(frames).toBeGreaterThanOrEqual(4);
    expect(seconds).toBeGreaterThan(0);
  });
});
