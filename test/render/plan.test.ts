// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkFrames, planSegments, type SegmentPlan } from '../../src/render/plan.js';

/** How many frames each segment has; that they follow each other without gaps is checked on the way. */
function lengths(plan: SegmentPlan): number[] {
  let next = 0;
  return Array.from({ length: plan.count }, (_, index) => {
    const { start, end } = plan.segment(index);
    if (start !== next || end <= start) expect.fail(`segment ${index} is ${start} to ${end}, after ${next}`);
    next = end;
    return end - start;
  });
}

describe('planSegments', () => {
  it.each([
    [300, { num: 30, den: 1 }, 2, [15, 15, 15, 30, 30, 60, 60, 38, 37]],
    [300, { num: 30000, den: 1001 }, 2, [15, 15, 15, 30, 30, 60, 60, 38, 37]],
    [106, { num: 30, den: 1 }, 2, [15, 15, 15, 30, 16, 15]],
    [105, { num: 30, den: 1 }, 2, [15, 15, 15, 30, 30]],
    [45, { num: 30, den: 1 }, 2, [15, 15, 15]],
    [31, { num: 30, den: 1 }, 2, [15, 8, 8]],
    [30, { num: 30, den: 1 }, 2, [30]],
    [1, { num: 30, den: 1 }, 2, [1]],
    [100, { num: 25, den: 2 }, 2, [6, 6, 6, 13, 13, 25, 16, 15]],
    [10, { num: 30, den: 1 }, 0.1, [1, 1, 1, 2, 2, 3]],
    [4, { num: 1, den: 1000 }, 2, [1, 1, 1, 1]],
    [24, { num: 30, den: 1 }, Infinity, [24]],
  ])('%d frames at %j in %d s', (frames, rate, seconds, segments) => {
    expect(lengths(planSegments(frames, rate, seconds))).toEqual(segments);
  });

  it('takes no longer for millions of segments', () => {
    const plan = planSegments(10_000_000, { num: 25, den: 1 }, 0.04);
    expect(plan.count).toBe(10_000_000);
    expect(plan.segment(9_999_999)).toEqual({ start: 9_999_999, end: 10_000_000 });
  });

  it('is 2 s by default', () => {
    const rate = { num: 25, den: 1 };
    expect(lengths(planSegments(300, rate))).toEqual(lengths(planSegments(300, rate, 2)));
  });

  const rates = fc.record({ num: fc.integer({ min: 1, max: 1000 }), den: fc.integer({ min: 1, max: 1001 }) });
  const seconds = fc.double({ min: 0.04, max: 60, noNaN: true });

  it('covers every frame exactly once, in order, in segments that grow to their length, and none far shorter at the end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), rates, seconds, (frames, rate, length) => {
        const segments = lengths(planSegments(frames, rate, length));
        expect(segments.reduce((sum, count) => sum + count, 0)).toBe(frames);
        const whole = Math.max(1, Math.round((length * rate.num) / rate.den));
        expect(Math.max(...segments)).toBeLessThanOrEqual(whole);
        const grown = segments.slice(0, -2);
        expect(grown).toEqual([...grown].sort((a, b) => a - b));
        const [before = 0, last = 0] = segments.slice(-2);
        if (segments.length > 1 && last < before) expect(before - last).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('never starves a viewer of two threads that are as fast as the video', () => {
    fc.assert(
      fc.property(fc.integer({ min: 61, max: 3000 }), fc.integer({ min: 8, max: 120 }), (frames, fps) => {
        const plan = planSegments(frames, { num: fps, den: 1 });
        const free = [0, 0];
        for (let index = 0; index < plan.count; index++) {
          const { start, end } = plan.segment(index);
          // In frames, as is all of time here: a thread does one while one is shown.
          const done = Math.min(...free) + end - start;
          free[free.indexOf(Math.min(...free))] = done;
          // It is needed as long after the first segment was done as it is after the first frame: a first segment's time
          // is to spare, but for what rounding takes.
          if (index > 0 && done > start + 2) expect.fail(`at ${fps} fps segment ${index} is done at ${done}`);
        }
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
