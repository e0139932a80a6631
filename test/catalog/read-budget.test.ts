// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { type Clock, ReadBudget } from '../../src/catalog/read-budget.js';
import { rejection } from '../support/unhandled.js';

/** A clock that stands still, except that sleeping moves it on. */
class HandClock implements Clock {
  time = 0;
  readonly slept: number[] = [];

  now(): number {
    return this.time;
  }

  async sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    this.time += ms;
  }
}

const signal = new AbortController().signal;

/** Reads a page that costs so much; what limit it was given. */
async function read(budget: ReadBudget, units: number, scanned = 1): Promise<number> {
  const { limit } = await budget.read(async (limit) => ({ units, scanned, limit }), signal);
  return limit;
}

describe('ReadBudget', () => {
  it('starts a page when the earlier ones are paid for', async () => {
    const clock = new HandClock();
    const budget = new ReadBudget(10, 1, clock);
    await read(budget, 10);
    expect(clock.time).toBe(0);
    await read(budget, 50);
    expect(clock.time).toBe(1000);
    await read(budget, 0.5);
    expect(clock.time).toBe(6000);
    await read(budget, 0.5);
    expect(clock.time).toBe(6050);
  });

  it('does not save up what an idle time would have allowed', async () => {
    const clock = new HandClock();
    const budget = new ReadBudget(10, 1, clock);
    await read(budget, 10);
    clock.time = 3_600_000;
    await read(budget, 10);
    await read(budget, 10);
    expect(clock.slept).toEqual([1000]);
  });

  it('lets readers that come at once start one after another', async () => {
    const clock: Clock & { asked: number[] } = {
      asked: [],
      now: () => 0,
      sleep: async (ms) => void clock.asked.push(ms),
    };
    const budget = new ReadBudget(8, 4, clock);
    await Promise.all([2, 2, 2, 2].map((units) => read(budget, units)));
    expect(clock.asked).toEqual([250, 500, 750]);
  });

  it('never goes over the budget by more than the pages in flight', async () => {
    const clock = new HandClock();
    const budget = new ReadBudget(25, 4, clock);
    let consumed = 0;
    for (let page = 0; page < 500; page++) {
      const units = 0.5 + ((page * 7919) % 128);
      await read(budget, units, 10);
      consumed += units;
      expect(consumed).toBeLessThanOrEqual((25 * clock.time) / 1000 + units + 1e-6);
    }
    // And it is used.
    expect(consumed).toBeGreaterThan((25 * clock.time) / 1000);
  });

  it('learns how many items make a page', async () => {
    const budget = new ReadBudget(40, 4, new HandClock());
    expect(await read(budget, 2.5, 10)).toBe(10);
    expect(await read(budget, 1.5, 14)).toBe(31);
    expect(await read(budget, 1000, 1)).toBe(50);
    expect(await read(budget, 1000, 1)).toBe(1);
  });

  it('keeps a page of a tiny budget to a unit, and of a large one to 1 MB', async () => {
    expect(await read(new ReadBudget(1, 4, new HandClock()), 1)).toBe(1);
    expect(await read(new ReadBudget(1_000_000, 4, new HandClock()), 1)).toBe(128);
  });

  it('stops waiting with the reason of the signal', async () => {
    const stop = new AbortController();
    const budget = new ReadBudget(1, 1);
    await read(budget, 1_000_000);
    const waiting = rejection(budget.read(() => expect.fail('read'), stop.signal));
    stop.abort('enough');
    expect(await waiting).toBe('enough');
  });

  it.each([0, 0.5, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses %f units a second', (rate) => {
    expect(() => new ReadBudget(rate, 4)).toThrow(/^Expected a number from 1 for maxRcu but received /);
  });
});
