// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PatientRetries } from '../../src/aws/retries.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** How long each retry of one request waits, in milliseconds, until there are no more. */
async function waits(
  retries: PatientRetries,
  errorType: 'TRANSIENT' | 'THROTTLING',
  random: number,
): Promise<number[]> {
  vi.spyOn(Math, 'random').mockReturnValue(random);
  const found: number[] = [];
  let token = await retries.acquireInitialRetryToken('');
  for (;;) {
    const before = Date.now();
    const next = retries.refreshRetryTokenForRetry(token, { errorType });
    const settled = next.catch(() => undefined);
    await vi.runAllTimersAsync();
    const refreshed = await settled;
    if (!refreshed) return found;
    found.push(Date.now() - before);
    token = refreshed;
  }
}

test('waits double up to a bound, and are anything below it', async () => {
  const longest = [100, 200, 400, 800, 1600, 3200, 6400, 8000, 8000];
  expect(await waits(new PatientRetries(10), 'TRANSIENT', 1)).toEqual(longest);
  expect(await waits(new PatientRetries(10), 'TRANSIENT', 0.5)).toEqual(longest.map((bound) => bound / 2));
  expect(await waits(new PatientRetries(6), 'THROTTLING', 1)).toEqual([1000, 2000, 4000, 8000, 8000]);
});

test('failures of some requests take nothing from others', async () => {
  const retries = new PatientRetries(13);
  for (let request = 0; request < 100; request++) expect(await waits(retries, 'TRANSIENT', 0)).toHaveLength(12);
});
