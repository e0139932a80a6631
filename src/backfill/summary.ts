// SPDX-License-Identifier: Apache-2.0
import { OUTCOMES, type Outcome, type OutcomeName } from '../experiment/outcome.js';
import type { Verdict } from '../verify/evidence.js';
import type { Estimate } from './estimate.js';
import type { WalkProgress } from './progress.js';

/** What a backfill did. JSON-able. */
export interface BackfillSummary {
  /** Experiments dealt with. */
  experiments: number;
  outcomes: Record<OutcomeName, number>;
  /** How often each reason occurred, such as `not_regenerable no_parameters`. */
  reasons: Record<string, number>;
  /** Frames rendered, and bytes of the videos rendered or copied. */
  frames: number;
  bytes: number;
  /** Wall time. */
  seconds: number;
  framesPerSecond: number;
  /** Share of the pool's time that it was at work, 0 to 1. */
  poolBusy: number;
  /** Told to stop before everything was done; so many experiments were dropped on the way. */
  interrupted: boolean;
  dropped: number;
  /** Each warning once. */
  warnings: string[];
  /** How often each verdict, of a run that verifies. */
  verdicts?: Partial<Record<Verdict, number>>;
  /** Of a dry run. */
  estimate?: Estimate;
}

/** How far a backfill is. */
export interface BackfillProgress extends WalkProgress {
  outcomes: Record<OutcomeName, number>;
}

const MAX_WARNINGS = 20;

/** Adds up outcomes. */
export class Tally {
  readonly outcomes = Object.fromEntries(OUTCOMES.map((name) => [name, 0])) as Record<OutcomeName, number>;
  readonly reasons: Record<string, number> = {};
  readonly warnings = new Set<string>();
  readonly verdicts: Partial<Record<Verdict, number>> = {};
  experiments = 0;
  frames = 0;
  bytes = 0;

  add({ outcome, code, verdict, frames = 0, bytes = 0, warnings = [] }: Outcome): void {
    this.experiments++;
    this.outcomes[outcome]++;
    if (code !== undefined) {
      const reason = `${outcome} ${code}`;
      this.reasons[reason] = (this.reasons[reason] ?? 0) + 1;
    }
    if (verdict !== undefined) this.verdicts[verdict] = (this.verdicts[verdict] ?? 0) + 1;
    if (outcome === 'regenerated') this.frames += frames;
    if (outcome === 'regenerated' || outcome === 'copied') this.bytes += bytes;
    for (const warning of warnings) {
      if (this.warnings.size < MAX_WARNINGS) this.warnings.add(warning);
    }
  }
}
