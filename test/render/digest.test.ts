// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { FramesDigest } from '../../src/render/digest.js';

it('is the same however the frames are split', () => {
  const hashes = Uint8Array.from({ length: 16 * 10 }, (_, i) => i);
  const whole = new FramesDigest('nv12');
  whole.add(hashes);
  const split = new FramesDigest('nv12');
  split.add(hashes.subarray(0, 48));
  const early = `${split}`;
  split.add(hashes.subarray(48));
  expect(`${whole}`).toBe(`nv12-xxh3-sha256:${createHash('sha256').update(hashes).digest('hex')}`);
  expect(`${split}`).toBe(`${whole}`);
  expect(early).not.toBe(`${whole}`);
});
