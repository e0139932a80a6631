// SPDX-License-Identifier: Apache-2.0
import type { BackfillOptions, BackfillSummary, Kiln, Outcome } from 'framekiln';
import { expect } from 'vitest';

export interface Ran {
  summary: BackfillSummary;
  /** By id, free of times. */
  outcomes: Record<string, Omit<Outcome, 'seconds'>>;
  /** The outcome's name, or its code, by id. */
  names: Record<string, string>;
}

/** Runs a backfill; no experiment may have two outcomes. */
export async function backfill(kiln: Kiln, options: BackfillOptions = {}): Promise<Ran> {
  const outcomes: Ran['outcomes'] = {};
  const names: Ran['names'] = {};
  const summary = await kiln.backfill({
    ...options,
    onOutcome(result) {
      const { seconds: _, ...outcome } = result;
      const id = outcome.experimentId;
      expect(Object.keys(outcomes)).not.toContain(id);
      outcomes[id] = outcome;
      names[id] = outcome.code ?? outcome.outcome;
      options.onOutcome?.(result);
    },
  });
  return { summary, outcomes, names };
}
