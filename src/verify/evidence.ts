// SPDX-License-Identifier: Apache-2.0

/** What the evidence comes to. */
export const VERDICTS = ['proven', 'consistent', 'different', 'unverifiable'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** One recorded value beside what the regeneration gives. */
export interface Evidence {
  /** What is compared, such as `file_size_bytes`. */
  check: string;
  recorded: string | number;
  regenerated: string | number;
  /** What counts as equal, and why, for people. */
  tolerance: string;
  result: 'equal' | 'within' | 'different';
  /** `proof`: equal by accident is out of the question. `support`: it fits. */
  weight: 'proof' | 'support';
  /** What the regenerated value is, where that needs saying. */
  note?: string;
}

/** Whether a regeneration is the experiment, and why one should believe it. JSON-able. */
export interface Verification {
  verdict: Verdict;
  evidence: Evidence[];
  /** What could not be compared, and why. */
  unchecked: string[];
}

/** `different` as soon as one line differs; `proven` by one proof; `consistent` when something fits; else `unverifiable`. */
export function verdictOf(evidence: readonly Evidence[]): Verdict {
  if (evidence.some(({ result }) => result === 'different')) return 'different';
  if (evidence.some(({ weight }) => weight === 'proof')) return 'proven';
  return evidence.length > 0 ? 'consistent' : 'unverifiable';
}
