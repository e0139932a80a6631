// SPDX-License-Identifier: Apache-2.0
// The verification of many experiments.
import { FramekilnError } from '../errors.js';
import type { ExperimentContext } from '../experiment/context.js';
import { type VerifiedExperiment, type VerifyOptions, verifyExperiment } from '../experiment/verify.js';
import type { Progress } from '../render/job.js';
import { checkId } from '../storage/keys.js';
import { VERDICTS, type Verdict } from '../verify/evidence.js';
import type { Candidate } from './candidates.js';
import type { WalkProgress } from './progress.js';
import { checkScan, checkSelection } from './select.js';
import { type Walked, type WalkJob, type WalkOptions, walkExperiments } from './walk.js';

/** One experiment's line in the report. JSON-able. */
export interface VerifyOutcome extends VerifiedExperiment {
  /** It could not be told: `code` and `message` say what went wrong. Then the verdict is `unverifiable`. */
  failed?: true;
  remedy?: string;
}

export interface VerifyAllOptions extends WalkOptions, Pick<VerifyOptions, 'source' | 'resize'> {
  /** Called with each experiment's outcome. What it throws stops the run. */
  onOutcome?: ((outcome: VerifyOutcome) => void) | undefined;
  /** Called a few times a second. */
  onProgress?: ((progress: VerifyProgress) => void) | undefined;
}

/** How far a verification of many is. */
export interface VerifyProgress extends WalkProgress {
  verdicts: Record<Verdict, number>;
}

/** What a verification of many found. JSON-able. */
export interface VerifySummary extends Pick<Walked, 'seconds' | 'interrupted' | 'dropped'> {
  /** Experiments dealt with. */
  experiments: number;
  verdicts: Record<Verdict, number>;
  /** Of the unverifiable ones: so many because something went wrong. */
  failed: number;
  /** How often each reason occurred, such as `unverifiable not_procedural` or `failed STORE_FAILED`. */
  reasons: Record<string, number>;
}

/**
 * Verifies every selected experiment, and writes nothing. One experiment's failure is its outcome, and never stops the
 * rest.
 * @param closing stops everything at once
 * @param verify what is done with each
 * @throws FramekilnError before any work: `INVALID_SETTING`, `TABLE_SCHEMA`, what bars the way to table or bucket;
 * later: what makes going on pointless
 */
export async function verifyAll(
  context: ExperimentContext,
  options: VerifyAllOptions,
  closing: AbortSignal,
  verify: typeof verifyExperiment = verifyExperiment,
): Promise<VerifySummary> {
  checkSelection(options);
  checkScan(options);
  const { source, resize } = options;
  const tally = new VerifyTally();
  const started = new WeakMap<Candidate, number>();

  const walker = {
    tally,
    async prepare(signal: AbortSignal) {
      if (source !== undefined) await context.originals.check(source, signal);
    },
    async work(candidate: Candidate, job: WalkJob): Promise<VerifyOutcome> {
      started.set(candidate, performance.now());
      if (!candidate.chosen) throw missing(candidate.id);
      // A verification may go through its frames more than once.
      let framesDone = 0;
      const onProgress = (progress: Progress): void => {
        framesDone = Math.max(framesDone, progress.framesDone);
        job.onProgress({ ...progress, framesDone });
      };
      try {
        return await verify(context, candidate.chosen, { source, resize, signal: job.signal, onProgress });
      } finally {
        tally.frames += framesDone;
      }
    },
    failed: (candidate: Candidate, error: FramekilnError) => failed(candidate, error, started.get(candidate)),
    done: (outcome: VerifyOutcome) => options.onOutcome?.(outcome),
    onProgress:
      options.onProgress &&
      ((progress: WalkProgress) => options.onProgress?.({ ...progress, verdicts: { ...tally.verdicts } })),
    remedy: 'Run it again when they are back; the report says which ones failed.',
  };
  const { seconds, interrupted, dropped } = await walkExperiments(context, options, walker, closing);
  const { experiments, verdicts, failed: failures, reasons } = tally;
  return { experiments, verdicts, failed: failures, reasons, seconds, interrupted, dropped };
}

/** Adds up outcomes. */
class VerifyTally {
  readonly verdicts = Object.fromEntries(VERDICTS.map((name) => [name, 0])) as Record<Verdict, number>;
  readonly reasons: Record<string, number> = {};
  experiments = 0;
  failed = 0;
  frames = 0;

  add({ verdict, code, failed }: VerifyOutcome): void {
    this.experiments++;
    this.verdicts[verdict]++;
    if (failed) this.failed++;
    if (code === undefined) return;
    const reason = `${failed ? 'failed' : verdict} ${code}`;
    this.reasons[reason] = (this.reasons[reason] ?? 0) + 1;
  }
}

/** Why an id that was asked for has no experiment. */
function missing(id: string): FramekilnError {
  checkId(id);
  return new FramekilnError('EXPERIMENT_NOT_FOUND', 'No item of the table has this id');
}

function failed(
  { id, chosen }: Candidate,
  { code, message, remedy }: FramekilnError,
  start = performance.now(),
): VerifyOutcome {
  return {
    experimentId: id,
    ...(chosen && { timestamp: chosen.record.timestamp }),
    ...{ verdict: 'unverifiable', evidence: [], unchecked: [], failed: true, code, message },
    ...(remedy && { remedy }),
    seconds: (performance.now() - start) / 1000,
  };
}
