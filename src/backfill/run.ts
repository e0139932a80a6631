// SPDX-License-Identifier: Apache-2.0
import { SEGMENTS } from '../catalog/scan.js';
import { type FramekilnError, refuseSetting } from '../errors.js';
import type { ExperimentContext } from '../experiment/context.js';
import type { Outcome } from '../experiment/outcome.js';
import { type RegenerateOptions, regenerateExperiment } from '../experiment/regenerate.js';
import { recipeOf, type VideoSettings } from '../render/fingerprint.js';
import { checkWrite } from '../storage/access.js';
import { invalidId, isExperimentId } from '../storage/keys.js';
import type { Candidate } from './candidates.js';
import { Checkpoint } from './checkpoint.js';
import { type Estimate, Estimator } from './estimate.js';
import type { WalkProgress } from './progress.js';
import { checkScan, checkSelection } from './select.js';
import { type BackfillProgress, type BackfillSummary, Tally } from './summary.js';
import { verifyVideo } from './verify-video.js';
import { type WalkJob, type WalkOptions, walkExperiments } from './walk.js';

export interface BackfillOptions extends WalkOptions {
  settings?: VideoSettings | undefined;
  /** Renders although the videos are there. */
  force?: boolean | undefined;
  /** Only renews links of videos that are there. */
  relink?: boolean | undefined;
  /** Reads stored documents again although nothing says that they changed since their videos were made. */
  recheck?: boolean | undefined;
  /** Finds out what would be done, and how long it would take; renders a little, writes nothing. */
  dryRun?: boolean | undefined;
  /** Verifies each video as it goes, and writes the verdict to its record. */
  verify?: boolean | undefined;
  /** With `verify`: what recorded PSNR and SSIM are against; as `kiln.verify` takes it. */
  source?: string | undefined;
  /** A file to keep the scan's position in. */
  checkpoint?: string | undefined;
  /** Called with each experiment's outcome. What it throws stops the backfill. */
  onOutcome?: ((outcome: Outcome) => void) | undefined;
  /** Called a few times a second. */
  onProgress?: ((progress: BackfillProgress) => void) | undefined;
}

/**
 * Brings every selected experiment to its video. One experiment's failure is its outcome, and never stops the rest.
 * @param closing stops everything at once
 * @throws FramekilnError before any work: `INVALID_SETTING`, `TABLE_SCHEMA`, what bars the way to table or bucket;
 * later: what makes going on pointless
 */
export async function runBackfill(
  context: ExperimentContext,
  options: BackfillOptions,
  closing: AbortSignal,
): Promise<BackfillSummary> {
  checkSelection(options);
  checkScan(options);
  if (options.source !== undefined && !options.verify)
    refuseSetting('nothing without verify', 'source', options.source);
  const { settings = {}, force, relink, recheck, dryRun, verify, source } = options;
  const recipe = recipeOf(settings);
  const { table, objects } = context.stores;
  const checkpoint = await openCheckpoint();
  const tally = new Tally();
  const estimator = dryRun ? new Estimator() : undefined;
  const plan: RegenerateOptions['plan'] = estimator && ((...planned) => estimator.add(...planned));
  const how = { settings, force, relink, recheck, plan };
  let estimate: Estimate | undefined;

  const walker = {
    tally,
    failed,
    async prepare(signal: AbortSignal) {
      if (source !== undefined) await context.originals.check(source, signal);
      if (!dryRun) await table.canUpdate(signal);
      if (!dryRun && !relink) await checkWrite(objects, signal);
    },
    async work({ id, chosen }: Candidate, job: WalkJob): Promise<Outcome> {
      if (!chosen) return missing(id);
      const outcome = await regenerateExperiment(context, chosen, { ...how, ...job });
      if (!verify || dryRun) return outcome;
      const again = force === true || recheck === true;
      return verifyVideo(context, chosen, outcome, { again, source, signal: job.signal });
    },
    done(outcome: Outcome) {
      options.onOutcome?.(outcome);
      if (!dryRun) checkpoint?.tick();
    },
    async finish(signal: AbortSignal) {
      estimate = await estimator?.measure(context, signal);
    },
    onProgress:
      options.onProgress &&
      ((progress: WalkProgress) => options.onProgress?.({ ...progress, outcomes: { ...tally.outcomes } })),
    watermark: checkpoint?.watermark,
    remedy: 'Run it again when they are back; --retry-failed takes those that failed.',
  };
  const { complete, ...walked } = await walkExperiments(context, options, walker, closing);
  if (checkpoint && !dryRun) await (walked.interrupted || !complete ? checkpoint.save() : checkpoint.remove());

  const { experiments, outcomes, reasons, verdicts, frames, bytes, warnings } = tally;
  return {
    ...{ experiments, outcomes, reasons, frames, bytes },
    ...walked,
    framesPerSecond: frames / walked.seconds,
    warnings: [...warnings],
    ...(verify && { verdicts }),
    ...(estimate && { estimate }),
  };

  async function openCheckpoint(): Promise<Checkpoint | undefined> {
    if (options.checkpoint === undefined) return undefined;
    const { status, since, until, shard, segments = SEGMENTS } = options;
    const stores = { table: table.name, bucket: objects.bucket };
    const job = { ...stores, status, since, until, shard, force, relink, recheck, verify, source, recipe };
    return Checkpoint.open(options.checkpoint, job, segments);
  }
}

/** Of an id that was asked for. */
function missing(id: string): Outcome {
  const code = isExperimentId(id) ? 'not_found' : 'invalid_id';
  const message = code === 'not_found' ? 'No item of the table has this id' : invalidId(id);
  return { experimentId: id, outcome: 'not_regenerable', code, message, seconds: {} };
}

function failed({ id, chosen }: Candidate, { code, message, remedy }: FramekilnError): Outcome {
  const item = { experimentId: id, ...(chosen && { timestamp: chosen.record.timestamp }) };
  return { ...item, outcome: 'failed', code, message, ...(remedy && { remedy }), seconds: {} };
}
