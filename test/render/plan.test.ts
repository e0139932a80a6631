// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkFrames, planSegments } from '../../src/render/plan.js';

describe('planSegments', () => {
  it.each([
    [300, { num: 30, den: 1 }, 2, 5, 60],
    [301, { num: 30, den: 1 }, 2, 6, 60],
    [300, { num: 30000, den: 1001 }, 2, 5, 60],
    [10, { num: 1, den: 1000 }, 2, 10, 1],
    [10_000_000, { num: 25, den: 1 }, 0.04, 10_000_000, 1],
    [24, { num: 30, den: 1 }, Infinity, 1, 24],
  ])('%d frames at %j in %d s', (frames, rate, seconds, count, framesPerSegment) => {
    expect(planSegments(frames, rate, seconds)).toMatchObject({ count, framesPerSegment });
  });

  it('is 2 s by default', () => {
    expect(planSegments(300, { num: 25, den: 1 }).framesPerSegment).toBe(50);
  });

  it('covers every frame exactly once, in order', () => {
    const rate = fc.record({ num: fc.integer({ min: 1, max: 1000 }), den: fc.integer({ min: 1, max: 1001 }) });
    const seconds = fc.double({ min: 0.04, max: 60, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), rate, seconds, (frames, fps, length) => {
        const plan = planSegments(frames, fps, length);
        let next = 0;
        for (let i = 0; i < plan.count; i++) {
          const { start, end } = plan.segment(i);
          if (start !== next || end <= start || end - start > plan.framesPerSegment) {
            expect.fail(`segment ${i} is ${start} to ${end}`);
          }
          next = end;
        }
        expect(next).toBe(frames);
      }),
    );
  });
});

describe('chunkFrames', () => {
  it.each([
    [100, 1000, 10],
    [300, 1000, 3],
    [5000, 1000, 1],
  ])('frames of %d bytes in %d', (frameBytes, target, frames) => {
    expect(chunkFrames(frameBytes, target)).toBe(frames);
  });
});
