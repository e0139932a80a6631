// SPDX-License-Identifier: Apache-2.0
// Lines of evidence, each from a recorded and a regenerated value.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { distribution } from '../../src/measure/statistics.js';
import { about, clipEvidence, exactly, qualityEvidence } from '../../src/verify/checks.js';
import { type Evidence, verdictOf } from '../../src/verify/evidence.js';
import { halfDigit } from '../../src/verify/recorded.js';
import { sizeEvidence } from '../../src/verify/sizes.js';

/** Each line's result and weight, by what is checked. */
const results = (lines: Evidence[]) =>
  Object.fromEntries(lines.map(({ check, result, weight }) => [check, `${result} ${weight}`]));

describe('half of the last digit', () => {
  test.each([
    [0.73, 0.005],
    [15.038184, 5e-7],
    [1e-7, 5e-8],
    [2.5e-9, 5e-11],
    [18797730, 0.5],
    [5, 0.5],
    [10.0, 0.5],
    [17.926912307739258, 5e-16],
    [-0.25, 0.005],
    [1e21, 5e20],
    [1.5e300, 5e298],
    [0, 0.5],
  ])('of %d', (value, half) => {
    expect(halfDigit(value)).toBeCloseTo(half, 20);
    expect(halfDigit(value) / half).toBeCloseTo(1, 12);
  });

  test('whatever a number was rounded to, it is within', () => {
    const value = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(value, fc.integer({ min: 0, max: 8 }), (exact, digits) => {
        const recorded = Number(exact.toFixed(digits));
        // A recorded 1.50 is read as 1.5, so there may be more room than rounding took, but never less, except for the
        // float64's own distance from the decimal that was written: half of its last bit.
        const ulp = Math.abs(recorded) * Number.EPSILON;
        expect(Math.abs(exact - recorded)).toBeLessThanOrEqual(halfDigit(recorded) * (1 + 1e-9) + ulp);
      }),
      { examples: [[702589.621904815, 8]] },
    );
  });

  test('of any number at all: a number above 0', () => {
    const number = fc.double({ noDefaultInfinity: true, noNaN: true }).filter((value) => Math.abs(value) > 1e-300);
    fc.assert(
      fc.property(number, (value) => {
        expect(halfDigit(value)).toBeGreaterThan(0);
        expect(halfDigit(value)).toBeLessThan(Number.POSITIVE_INFINITY);
      }),
    );
  });
});

describe('equality', () => {
  test('exactly', () => {
    expect(exactly('frames', 3, 3, 'support')).toEqual({
      ...{ check: 'frames', recorded: 3, regenerated: 3, tolerance: 'exact', result: 'equal', weight: 'support' },
    });
    expect(exactly('frames', 3, 4, 'proof')).toMatchObject({ result: 'different', weight: 'proof' });
    expect(exactly('digest', 'a', 'A', 'proof').result).toBe('different');
    expect(exactly('mixed', '3', 3, 'support').result).toBe('different');
  });

  test.each([
    [10, 10, 'equal'],
    [10, 10.04, 'within'],
    [10, 9.96, 'within'],
    [10, 10.06, 'different'],
    [10, Number.NaN, 'different'],
    [Number.NaN, 10, 'different'],
    [-10, 10, 'different'],
  ])('%d, about %d: %s', (recorded, regenerated, result) => {
    const line = about('rate', recorded, regenerated, [0.05, 'a reason']);
    expect(line).toMatchObject({ result, weight: 'support', tolerance: '±0.05: a reason' });
  });
});

describe('the clip', () => {
  const frames = 300;
  const table = {
    ...{ width: 1920, height: 1080, fps: 29.97 },
    ...{ time: new Float64Array(frames), complexity: new Float64Array(frames), palette: new Uint8Array(frames) },
  };

  test('that fits', () => {
    const recorded = { totalFrames: 300, duration: 10, fps: 29.97, resolution: '1920x1080' };
    expect(results(clipEvidence(recorded, table))).toEqual({
      ...{ total_frames: 'equal support', duration: 'within support', resolution: 'equal support' },
      fps: 'within support',
    });
    expect(clipEvidence({}, table)).toEqual([]);
  });

  test.each<[object, string]>([
    [{ totalFrames: 299 }, 'total_frames'],
    [{ totalFrames: 300.5 }, 'total_frames'],
    [{ duration: 9.97 }, 'duration'],
    [{ duration: 10.05 }, 'duration'],
    [{ fps: 30 }, 'fps'],
    [{ fps: 29.5 }, 'fps'],
    [{ resolution: '1080x1920' }, 'resolution'],
    [{ resolution: '1920x108' }, 'resolution'],
  ])('%j does not', (recorded, check) => {
    expect(results(clipEvidence(recorded, table))).toEqual({ [check]: 'different support' });
  });

  test('a frame more or less of its duration is rounding', () => {
    for (const duration of [9.98, 10, 10.04]) {
      expect(results(clipEvidence({ duration }, table))).toEqual({ duration: 'within support' });
    }
    expect(results(clipEvidence({ duration: 10.01 }, table))).toEqual({ duration: 'equal support' });
  });
});

describe('PSNR and SSIM', () => {
  const measured = (psnr: number | null, ssim: number) => ({
    ...{ frames: 1, width: 8, height: 8, notes: [] },
    psnr: { ...distribution([psnr]), pooled: psnr, meanOfDiffering: psnr, identicalFrames: psnr === null ? 1 : 0 },
    ssim: distribution([ssim]),
  });

  test.each<[object, number | null, number, object]>([
    [{ psnrDb: 34.5, ssim: 0.93 }, 34.52, 0.9312, { psnr_db: 'within support', ssim: 'within support' }],
    [{ psnrDb: 34.5 }, 34.5, 0, { psnr_db: 'equal support' }],
    [{ psnrDb: 34.5 }, 35.5, 0, { psnr_db: 'different support' }],
    [{ psnrDb: 34.5123 }, 33.9, 0, { psnr_db: 'different support' }],
    [{ psnrDb: 20.25 }, 20.4, 0, { psnr_db: 'different support' }],
    // Python writes 30.0 and 1.0, of which JSON leaves no digit.
    [{ psnrDb: 30 }, 30.04, 0, { psnr_db: 'within support' }],
    [{ psnrDb: 25 }, 25.4, 0, { psnr_db: 'different support' }],
    [{ ssim: 1 }, 9, 0.7, { ssim: 'different support' }],
    [{ ssim: 0.93 }, 9, 0.97, { ssim: 'different support' }],
    [{ ssim: -0.02 }, 9, -0.0213, { ssim: 'within support' }],
    [{ psnrDb: Number.POSITIVE_INFINITY }, null, 1, { psnr_db: 'equal support' }],
    [{ psnrDb: Number.POSITIVE_INFINITY }, 60, 1, { psnr_db: 'different support' }],
    [{ psnrDb: 60 }, null, 1, { psnr_db: 'different support' }],
    [{}, 60, 1, {}],
  ])('%j of %d and %d', (recorded, psnr, ssim, expected) => {
    const lines = qualityEvidence(recorded, measured(psnr, ssim));
    expect(results(lines)).toEqual(expected);
    expect(JSON.parse(JSON.stringify(lines))).toEqual(lines);
  });
});

describe('sizes', () => {
  const proof = { what: 'the video', bytes: 18_797_730, proof: true };
  const recorded = { fileSizeBytes: 18_797_730, fileSizeMb: 17.926912307739258, bitrateMbps: 15.038184 };

  test("the framework's own record, three proofs", () => {
    const lines = sizeEvidence(recorded, proof, 10);
    expect(lines.map(({ result, weight, note }) => [result, weight, note])).toEqual([
      ['equal', 'proof', 'of the video'],
      ['equal', 'proof', 'of the video'],
      ['equal', 'proof', 'of the video'],
    ]);
    expect(sizeEvidence({}, proof, 10)).toEqual([]);
  });

  test('one byte off is another file', () => {
    const lines = sizeEvidence(recorded, { ...proof, bytes: 18_797_731 }, 10);
    expect(lines.map(({ result }) => result)).toEqual(['different', 'different', 'different']);
  });

  test('few digits prove nothing', () => {
    const rounded = { fileSizeMb: 17.93, bitrateMbps: 15.04 };
    expect(results(sizeEvidence(rounded, proof, 10))).toEqual({
      ...{ file_size_mb: 'within support', bitrate_mbps: 'within support' },
    });
  });

  test('what is no proof by its kind is none by its digits', () => {
    const lines = sizeEvidence(recorded, { ...proof, proof: false }, 10);
    expect(new Set(lines.map(({ result, weight }) => `${result} ${weight}`))).toEqual(new Set(['equal support']));
  });

  test('MB are 2^20 bytes or 10^6, whichever fits', () => {
    for (const fileSizeMb of [18.8, 18.79773, 17.93, 17.9269]) {
      expect(results(sizeEvidence({ fileSizeMb }, proof, 10)).file_size_mb).toMatch(/^(equal|within) /);
    }
    for (const fileSizeMb of [18.5, 18.798, 17.92, 17.9268]) {
      const fits = fileSizeMb === 18.798;
      expect(results(sizeEvidence({ fileSizeMb }, proof, 10)).file_size_mb).toMatch(fits ? /^within/ : /^different/);
    }
  });

  test('a bit rate is over the duration', () => {
    const thing = { what: 'x', bytes: 1_000_000, proof: true };
    expect(results(sizeEvidence({ bitrateMbps: 0.8 }, thing, 10))).toEqual({ bitrate_mbps: 'equal support' });
    expect(results(sizeEvidence({ bitrateMbps: 0.8 }, thing, 20))).toEqual({ bitrate_mbps: 'different support' });
  });

  test('over next to no time: still numbers', () => {
    for (const duration of [5e-324, 1e-310, 1e300]) {
      for (const bitrateMbps of [5e-324, 1, 1e300]) {
        const [line] = sizeEvidence({ bitrateMbps }, proof, duration);
        expect(line).toMatchObject({ result: 'different' });
        expect([duration, bitrateMbps, Number.isFinite(line?.regenerated)]).toEqual([duration, bitrateMbps, true]);
      }
    }
  });

  test('says how many bytes its tolerance is', () => {
    const [line] = sizeEvidence({ bitrateMbps: 15.04 }, proof, 10);
    expect(line?.tolerance).toBe('±0.005: half of the last recorded digit, 6250 bytes');
  });
});

describe('the verdict', () => {
  const line = (result: Evidence['result'], weight: Evidence['weight']) => ({
    ...{ check: 'x', recorded: 1, regenerated: 1, tolerance: 'exact', result, weight },
  });

  test('of every set of lines', () => {
    const lines = fc.array(
      fc.record({
        result: fc.constantFrom<Evidence['result']>('equal', 'within', 'different'),
        weight: fc.constantFrom<Evidence['weight']>('proof', 'support'),
      }),
    );
    fc.assert(
      fc.property(lines, (all) => {
        const wrong = all.filter(({ result }) => result === 'different').length;
        const proofs = all.filter(({ weight }) => weight === 'proof').length;
        const expected = wrong ? 'different' : proofs ? 'proven' : all.length ? 'consistent' : 'unverifiable';
        expect(verdictOf(all.map(({ result, weight }) => line(result, weight)))).toBe(expected);
      }),
    );
  });
});
