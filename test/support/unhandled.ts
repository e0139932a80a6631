// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, expect } from 'vitest';

/** The file's tests must leave no rejection unhandled, and cause no warning of Node's. */
export function expectNothingUnhandled(): void {
  const seen: unknown[] = [];
  const note = (what: unknown): void => void seen.push(what);
  beforeAll(() => {
    process.on('unhandledRejection', note).on('warning', note);
  });
  afterAll(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('unhandledRejection', note).off('warning', note);
    expect(seen).toEqual([]);
  });
}

/** What a promise is rejected with; fails when it is not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('not rejected'),
    (reason) => reason,
  );
}
