// SPDX-License-Identifier: Apache-2.0
import type { BackfillOptions, BackfillSummary, Kiln, Outcome } from 'framekiln';
import { expect } from 'vitest';

export interface Ran {
  summary: BackfillSummary;
  /** By id, free of times. */
  outcomes: Record<string, Omit<Outcome, 'seconds'>>;
  /** The outcome's name, or its code, by id. */
  names: Record<string, string>;
  /** By id, of those that have one. */
  verdicts: Record<string, string>;
}

/** Runs a backfill; no experiment may have two outcomes, and the summary's verdicts are those of the outcomes. */
export async function backfill(kiln: Kiln, options: BackfillOptions = {}): Promise<Ran> {
  const outcomes: Ran['outcomes'] = {};
  const names: Ran['names'] = {};
  const verdicts: Ran['verdicts'] = {};
  const summary = await kiln.backfill({
    ...options,
    onOutcome(result) {
      const { seconds: _, ...outcome } = result;
      const id = outcome.experimentId;
      expect(Object.keys(outcomes)).not.toContain(id);
      outcomes[id] = outcome;
      names[id] = outcome.code ?? outcome.outcome;
      if (outcome.verdict !== undefined) verdicts[id] = outcome.verdict;
      options.onOutcome?.(result);
    },
  });
  expect(summary.verdicts).toEqual(options.verify ? countOf(Object.values(verdicts)) : undefined);
  return { summary, outcomes, names, verdicts };
}

function countOf(names: readonly string[]): Record<string, number> {
  const count: Record<string, number> = {};
  for (const name of names) count[name] = (count[name] ?? 0) + 1;
  return count;
}
