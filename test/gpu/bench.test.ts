// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../native/checks.js';
import { buildDoubles, HAS_DOUBLES, MINUTES, withDoubles } from './doubles.js';

const BENCH = [join(ROOT, 'dist/bench/main.js'), 'gpu', '--device', 'cuda', '--quick', '--rounds', '1', '--json'];

describe.skipIf(!HAS_DOUBLES)('bench gpu, over the doubles', () => {
  beforeAll(buildDoubles, 10 * MINUTES);

  test('every scene, and the way to a file', { timeout: 5 * MINUTES }, async () => {
    const { status, stdout, stderr } = await withDoubles([...BENCH, '--size', '64x36', '--threads', '1']);
    expect(status, stderr).toBe(0);
    const { gpu, aims } = JSON.parse(stdout);
    const scenes = ['geometric', 'fractal', 'plasma', 'mandelbrot', 'default'];
    expect(gpu.drawings.map(({ scene }: { scene: string }) => scene)).toEqual(scenes);
    for (const { framesPerSecond, memsetShare } of gpu.drawings) {
      expect(framesPerSecond.median).toBeGreaterThan(0);
      expect(memsetShare.median).toBeGreaterThan(0);
    }
    expect(gpu.ends).toMatchObject([{ threads: 1, share: { median: expect.any(Number) } }]);
    expect(aims).toHaveLength(4);
  });

  test('no GPU, though one was asked for', async () => {
    const { status, stderr } = await withDoubles(BENCH, { FK_DOUBLE_CUDA_DEVICES: '0' });
    expect(status).not.toBe(0);
    expect(stderr).toContain('There is no cuda here: NO_GPU');
  });
});
