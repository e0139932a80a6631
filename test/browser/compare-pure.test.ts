// SPDX-License-Identifier: Apache-2.0
// What the page that compares two videos decides and calculates, without a browser.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameRing, newestPair } from '../../src/browser/compare/frame-ring.js';
import { type Clip, pair } from '../../src/browser/compare/pairing.js';
import { frameAt, middleOf, parseRate, secondsOf } from '../../src/browser/compare/rate.js';
import { follow, repace } from '../../src/browser/compare/sync.js';
import { DEFAULTS, MODES, readUrlState, VARIANTS, writeUrlState } from '../../src/browser/compare/url-state.js';
import { clamped, fitted, MOST_ZOOM, panes, panned, pictureAt, zoomedAt } from '../../src/browser/compare/view.js';

const RATES = ['30/1', '30000/1001', '24000/1001', '25/1', '25/2', '60000/1001'].map((text) => parseRate(text));
const rates = fc.constantFrom(...RATES.flatMap((rate) => rate ?? []));
const sizes = fc.record({ width: fc.integer({ min: 1, max: 4000 }), height: fc.integer({ min: 1, max: 4000 }) });

describe('frames and times', () => {
  test('a time that was rounded to microseconds is still its frame, and a middle lies in its frame', () => {
    fc.assert(
      fc.property(rates, fc.nat(200_000), (rate, frame) => {
        const begins = Math.round(secondsOf(frame, rate) * 1e6) / 1e6;
        expect(frameAt(begins, rate)).toBe(frame);
        expect(Math.floor((middleOf(frame, rate) * rate.num) / rate.den)).toBe(frame);
      }),
    );
  });

  test.each(['', '30', '0/1', '30/0', '-30/1', '30/1/1', '1e3/1'])('%j is no rate', (text) => {
    expect(parseRate(text)).toBeUndefined();
  });
});

describe('pairs', () => {
  const clip = (frames: number, rate: Clip['rate'], width = 320): Clip => ({ width, height: 180, frames, rate });
  const at = (text: string) => parseRate(text) ?? { num: 1, den: 1 };

  test('equal clips: frame by frame, and nothing to say', () => {
    const { frames, partner, notes } = pair(clip(100, at('30/1')), clip(100, at('60/2')));
    expect([frames, partner(0), partner(99), notes]).toEqual([100, 0, 99, []]);
  });

  test.each([
    [100, 90],
    [90, 100],
  ])('%d and %d frames: what both have, and it is said', (a, b) => {
    const { frames, notes } = pair(clip(a, at('25/1')), clip(b, at('25/1')));
    expect([frames, notes]).toEqual([90, [`A has ${a} frames, B ${b}: the first 90 are compared.`]]);
  });

  test('different rates and sizes: by time', () => {
    const { frames, partner, notes } = pair(clip(60, at('30/1')), clip(50, at('25/1'), 640));
    expect(frames).toBe(60);
    expect([0, 1, 5, 6, 59].map(partner)).toEqual([0, 1, 4, 5, 49]);
    expect(notes).toEqual([expect.stringContaining('rates differ'), expect.stringContaining('sizes differ')]);
  });

  test('every frame that is compared has a partner, at most one frame apart', () => {
    const length = fc.integer({ min: 1, max: 500 });
    fc.assert(
      fc.property(length, rates, length, rates, (lengthA, rateA, lengthB, rateB) => {
        const { frames, partner } = pair(clip(lengthA, rateA), clip(lengthB, rateB));
        expect(frames).toBeGreaterThan(0);
        expect(frames).toBeLessThanOrEqual(lengthA);
        for (const frame of [0, frames >> 1, frames - 1]) {
          if (frame > 0) expect(partner(frame)).toBeLessThan(lengthB);
          const apart = middleOf(frame, rateA) - secondsOf(partner(frame), rateB);
          expect(apart).toBeGreaterThan(-1e-9);
          expect(apart).toBeLessThan(secondsOf(1, rateB) + 1e-9);
        }
      }),
    );
  });
});

describe('one clock', () => {
  const going = (position: number) => ({ position, waiting: false });
  const FRAME = 1 / 30;

  test('together: the same speed', () => {
    expect(follow(going(1), going(1 + FRAME / 10), 2, FRAME)).toEqual({ rateB: 2 });
  });

  test('a nudge against the drift, within bounds', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 4, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        (speed, drift) => {
          const { rateB, seekB, hold } = follow(going(10), going(10 + drift), speed, FRAME);
          expect(rateB).toBeGreaterThanOrEqual(speed * 0.75 - 1e-9);
          expect(rateB).toBeLessThanOrEqual(speed * 1.25 + 1e-9);
          expect((rateB - speed) * drift).toBeLessThanOrEqual(0);
          if (seekB !== undefined || hold) expect(Math.abs(drift)).toBeGreaterThan(2.5 * FRAME);
          if (seekB !== undefined) expect([seekB, hold]).toEqual([10, undefined]);
          if (hold) expect(hold).toBe(drift > 0 ? 'b' : 'a');
        },
      ),
    );
  });

  test('left alone for a while, B is together with A from wherever it was', () => {
    fc.assert(
      fc.property(fc.constantFrom(0.1, 0.5, 1, 2, 4), fc.double({ min: -3, max: 3, noNaN: true }), (speed, drift) => {
        let [a, b] = [10, 10 + drift];
        for (let tick = 0; tick < 60 * 5; tick++) {
          const { rateB, seekB, hold } = follow(going(a), going(b), speed, FRAME);
          if (hold !== 'b') b = seekB ?? b + rateB / 60;
          if (hold !== 'a') a += speed / 60;
        }
        expect(Math.abs(b - a)).toBeLessThan(FRAME);
      }),
    );
  });

  test('who can go on waits for who cannot', () => {
    const stuck = { position: 1, waiting: true };
    expect(follow(going(1), stuck, 1, FRAME)).toEqual({ rateB: 1, hold: 'a' });
    expect(follow(stuck, going(5), 1, FRAME)).toEqual({ rateB: 1, hold: 'b' });
    expect(follow(stuck, stuck, 1, FRAME).hold).toBe('a');
  });
});

describe('the pace', () => {
  const FULL = { share: 1, since: 0 };

  test('as long as pairs come, or have no time to, it stays', () => {
    expect(repace(FULL, 10_000, 9500, 1, 33)).toBe(FULL);
    expect(repace(FULL, 10_000, 8500, 0.25, 200)).toBe(FULL);
  });

  test('never slower than browsers play', () => {
    expect(repace(FULL, 1e6, 0, 0.1, 33)).toBe(FULL);
  });

  test('without pairs it falls in steps to a tenth, and comes back', () => {
    let pace = FULL;
    for (let now = 1000; now < 20_000; now += 16) pace = repace(pace, now, 0, 1, 33);
    expect(pace.share).toBeCloseTo(0.1);
    for (let now = 20_000; now < 80_000; now += 16) pace = repace(pace, now, now - 40, 1, 33);
    expect(pace.share).toBe(1);
  });
});

describe('the last frames', () => {
  const ring = () => new FrameRing<string>(3);
  const same = (frame: number) => frame;

  test('the newest frame that both have', () => {
    const [a, b] = [ring(), ring()];
    expect(newestPair(a, b, same)).toBeUndefined();
    for (const frame of [5, 6, 7, 8]) a.put(frame, '');
    for (const frame of [4, 5, 6]) b.put(frame, '');
    expect(newestPair(a, b, same)).toBe(6);
    b.put(7, '');
    expect(newestPair(a, b, same)).toBe(7);
    expect(a.has(5)).toBe(false);
  });

  test('newest is what came last, not what has the highest number', () => {
    const [a, b] = [ring(), ring()];
    for (const frame of [8, 9, 2]) for (const side of [a, b]) side.put(frame, '');
    expect(newestPair(a, b, same)).toBe(2);
    for (const side of [a, b]) side.put(9, '');
    expect(newestPair(a, b, same)).toBe(9);
  });

  test('whatever goes in comes out once, and no more than three stay', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(6)), (frames) => {
        const one = new FrameRing<number>(3);
        const out = frames.flatMap((frame, i) => one.put(frame, i));
        expect(one.frames().length).toBeLessThanOrEqual(3);
        expect(one.frames()[0]).toBe(frames.at(-1));
        expect([...out, ...one.clear()].sort((a, b) => a - b)).toEqual(frames.map((_, i) => i));
      }),
    );
  });
});

describe('the view', () => {
  const views = fc.record({
    zoom: fc.double({ min: 0.01, max: 100, noNaN: true }),
    x: fc.double({ min: -5000, max: 5000, noNaN: true }),
    y: fc.double({ min: -5000, max: 5000, noNaN: true }),
  });

  test('fitted shows the whole picture, and nothing changes it', () => {
    fc.assert(
      fc.property(sizes, sizes, (stage, picture) => {
        const view = fitted(stage, picture);
        expect(picture.width * view.zoom).toBeLessThanOrEqual(stage.width + 1e-6);
        expect(picture.height * view.zoom).toBeLessThanOrEqual(stage.height + 1e-6);
        if (view.zoom <= MOST_ZOOM) expect(clamped(view, stage, picture)).toEqual(view);
      }),
    );
  });

  test('clamped twice is clamped once, and never beyond the picture', () => {
    fc.assert(
      fc.property(views, sizes, sizes, (view, stage, picture) => {
        const once = clamped(view, stage, picture);
        expect(clamped(once, stage, picture)).toEqual(once);
        expect(once.x).toBeGreaterThanOrEqual(0);
        expect(once.x).toBeLessThanOrEqual(picture.width);
        expect(once.zoom).toBeLessThanOrEqual(MOST_ZOOM);
      }),
    );
  });

  test('what is below the pointer stays there', () => {
    const point = fc.record({ x: fc.integer({ min: 0, max: 900 }), y: fc.integer({ min: 0, max: 500 }) });
    fc.assert(
      fc.property(views, point, fc.double({ min: 0.1, max: 10, noNaN: true }), (view, at, factor) => {
        const pane = { left: 0, top: 0, width: 900, height: 500 };
        const before = pictureAt(view, pane, at);
        const after = pictureAt(zoomedAt(view, pane, at, factor), pane, at);
        expect(after.x).toBeCloseTo(before.x, 3);
        expect(after.y).toBeCloseTo(before.y, 3);
      }),
    );
  });

  test('a drag moves the picture with the pointer', () => {
    expect(panned({ zoom: 4, x: 100, y: 50 }, 20, -8)).toEqual({ zoom: 4, x: 95, y: 52 });
  });

  test('two panes lie where the pictures become larger', () => {
    const picture = { width: 1920, height: 1080 };
    expect(panes({ width: 1204, height: 500 }, picture, true).map(({ left, top }) => [left, top])).toEqual([
      [0, 0],
      [604, 0],
    ]);
    expect(panes({ width: 390, height: 404 }, picture, true).map(({ left, top }) => [left, top])).toEqual([
      [0, 0],
      [0, 204],
    ]);
    expect(panes({ width: 390, height: 400 }, picture, false)).toHaveLength(1);
  });
});

describe('the address', () => {
  const thousandths = (max: number) => fc.nat(max * 1000).map((value) => value / 1000);
  const states = fc.record({
    frame: fc.nat(1_000_000),
    mode: fc.constantFrom(...MODES),
    gain: fc.integer({ min: 1, max: 64 }),
    split: thousandths(1),
    view: fc.option(
      fc.record({
        zoom: fc.integer({ min: 10, max: 64_000 }).map((value) => value / 1000),
        x: thousandths(4000),
        y: thousandths(4000),
      }),
      { nil: undefined },
    ),
    variant: fc.constantFrom(...VARIANTS),
  });

  test('what is written is read again, and the pair stays', () => {
    fc.assert(
      fc.property(states, states, (state, before) => {
        const query = writeUrlState(writeUrlState(new URLSearchParams('a=x&b=y'), before), state);
        expect(readUrlState(new URLSearchParams(query.toString()))).toEqual(state);
        expect([query.get('a'), query.get('b')]).toEqual(['x', 'y']);
      }),
    );
  });

  test('the defaults are not written', () => {
    expect(writeUrlState(new URLSearchParams('a=x'), DEFAULTS).toString()).toBe('a=x');
  });

  test('whatever comes is either well-formed or the default', () => {
    const names = ['frame', 'mode', 'gain', 'split', 'zoom', 'x', 'y', 'variant'];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), fc.string()), (query) => {
        const state = readUrlState(new URLSearchParams(query));
        expect(readUrlState(writeUrlState(new URLSearchParams(), state))).toMatchObject({
          mode: state.mode,
          frame: state.frame,
        });
        expect(MODES).toContain(state.mode);
        expect(state.gain).toBeGreaterThanOrEqual(1);
        expect(state.gain).toBeLessThanOrEqual(64);
        expect(state.split).toBeLessThanOrEqual(1);
      }),
    );
    expect(readUrlState(new URLSearchParams('frame=-1&mode=<script>&gain=1e9&split=2&zoom=NaN&x=1&y=1'))).toEqual(
      DEFAULTS,
    );
  });
});
