// SPDX-License-Identifier: Apache-2.0
import { SEGMENTS } from '../catalog/scan.js';
import { FramekilnError } from '../errors.js';
import type { ExperimentContext } from '../experiment/context.js';
import type { Outcome } from '../experiment/outcome.js';
import { type RegenerateOptions, regenerateExperiment } from '../experiment/regenerate.js';
import { recipeOf, type VideoSettings } from '../render/fingerprint.js';
import { checkWrite } from '../storage/access.js';
import { invalidId, isExperimentId } from '../storage/keys.js';
import { type Candidate, candidates, type ScanCount } from './candidates.js';
import { Checkpoint } from './checkpoint.js';
import { Drain } from './drain.js';
import { Estimator } from './estimate.js';
import { ProgressReport } from './progress.js';
import { checkScan, checkSelection, type Selection } from './select.js';
import { type BackfillProgress, type BackfillSummary, Tally } from './summary.js';

export interface BackfillOptions extends Selection {
  settings?: VideoSettings | undefined;
  /** Renders although the videos are there. */
  force?: boolean | undefined;
  /** Only renews links of videos that are there. */
  relink?: boolean | undefined;
  /** Reads stored documents again although nothing says that they changed since their videos were made. */
  recheck?: boolean | undefined;
  /** Finds out what would be done, and how long it would take; renders a little, writes nothing. */
  dryRun?: boolean | undefined;
  /** Parallel segments of the table's scan; default 4. */
  segments?: number | undefined;
  /** Read units a second that the scan may use; default: no limit. */
  maxRcu?: number | undefined;
  /** A file to keep the scan's position in. */
  checkpoint?: string | undefined;
  /** Stops the backfill: nothing new is begun, and what is in flight has `drainSeconds` to finish before it is dropped. */
  signal?: AbortSignal | undefined;
  /** Default 8. */
  drainSeconds?: number | undefined;
  /** Called with each experiment's outcome. What it throws stops the backfill. */
  onOutcome?: ((outcome: Outcome) => void) | undefined;
  /** Called a few times a second. */
  onProgress?: ((progress: BackfillProgress) => void) | undefined;
}

/** Experiments in progress beyond those that render: their requests, documents and uploads. */
const LANES_BESIDE_RENDERS = 15;
/** Errors that every further experiment would meet too. */
const FATAL: readonly string[] = ['NO_CREDENTIALS', 'NO_REGION', 'BUCKET_NOT_FOUND', 'TABLE_NOT_FOUND', 'CLOSED'];

/** So many experiments in a row that fail at the stores are an outage, in which each further one would waste a minute. */
const OUTAGE = 50;
const STORE_FAILURES: readonly unknown[] = ['STORE_UNREACHABLE', 'STORE_FAILED'];

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
  const { segments = SEGMENTS, settings = {}, dryRun } = options;
  const recipe = recipeOf(settings);
  const { table, objects } = context.stores;
  const checkpoint = await openCheckpoint();
  using drain = new Drain(options.signal, closing, options.drainSeconds ?? 8);
  const items = (await unlessStopped(checkStores())) ?? 0;
  const start = performance.now();
  const busyBefore = context.render.pool.busySeconds;
  const tally = new Tally();
  const count: ScanCount = { items: 0, selected: 0, complete: false };
  using progress = new ProgressReport(tally, count, items, options, (error) => drain.fail(error));
  const estimator = dryRun ? new Estimator() : undefined;
  const scan = { segments, maxRcu: options.maxRcu, signal: drain.claiming };
  const queue = candidates(context, options, scan, checkpoint, count);
  let dropped = 0;
  let storeFailures = 0;

  const threads = context.render.pool.threads;
  const lanes = Array.from({ length: threads + LANES_BESIDE_RENDERS }, () =>
    lane().catch((error) => drain.fail(error)),
  );
  await Promise.all(lanes);
  await queue.return();
  progress.tell();
  drain.check();
  const measuring = drain.claiming.aborted ? undefined : estimator?.measure(context, drain.claiming);
  const estimate = measuring && (await unlessStopped(measuring));
  const interrupted = drain.claiming.aborted;
  if (checkpoint && !dryRun) await (interrupted || !count.complete ? checkpoint.save() : checkpoint.remove());

  const seconds = (performance.now() - start) / 1000;
  return {
    experiments: tally.experiments,
    outcomes: tally.outcomes,
    reasons: tally.reasons,
    frames: tally.frames,
    bytes: tally.bytes,
    seconds,
    framesPerSecond: tally.frames / seconds,
    poolBusy: (context.render.pool.busySeconds - busyBefore) / (threads * seconds),
    interrupted,
    dropped,
    warnings: [...tally.warnings],
    ...(estimate && { estimate }),
  };

  async function lane(): Promise<void> {
    while (!drain.claiming.aborted) {
      const { value: candidate } = await queue.next();
      if (!candidate) return;
      const outcome = await workOn(candidate);
      if (!outcome) {
        dropped++;
        continue;
      }
      tally.add(outcome);
      options.onOutcome?.(outcome);
      candidate.finished();
      storeFailures = STORE_FAILURES.includes(outcome.code) ? storeFailures + 1 : 0;
      if (storeFailures === OUTAGE) throw outage(outcome);
      if (!dryRun) checkpoint?.tick();
    }
  }

  /** Undefined when it was dropped on the way. */
  async function workOn({ id, chosen, failure }: Candidate): Promise<Outcome | undefined> {
    if (failure) return failed({ id }, failure);
    if (!chosen) return missing(id);
    const { force, relink, recheck } = options;
    const job = progress.job();
    const plan: RegenerateOptions['plan'] = estimator && ((...planned) => estimator.add(...planned));
    const how = { settings, force, relink, recheck, plan, signal: drain.working, onProgress: job.update };
    try {
      return await regenerateExperiment(context, chosen, how);
    } catch (error) {
      if (drain.working.aborted) return undefined;
      return failed(chosen.record, error);
    } finally {
      job.end();
    }
  }

  /** Undefined when it ended because the run is to stop. */
  async function unlessStopped<T>(work: Promise<T>): Promise<T | undefined> {
    try {
      return await work;
    } catch (error) {
      drain.fail(error);
      drain.check();
      return undefined;
    }
  }

  /** What is not allowed is found out before any work is done. */
  async function checkStores(): Promise<number> {
    const signal = drain.claiming;
    const [{ items }] = await Promise.all([table.check(signal), objects.check(signal)]);
    if (!dryRun) await table.canUpdate(signal);
    if (!dryRun && !options.relink) await checkWrite(objects, signal);
    return items;
  }

  async function openCheckpoint(): Promise<Checkpoint | undefined> {
    if (options.checkpoint === undefined) return undefined;
    const { status, since, until, shard, force, relink, recheck } = options;
    const stores = { table: table.name, bucket: objects.bucket };
    const job = { ...stores, status, since, until, shard, force, relink, recheck, recipe };
    return Checkpoint.open(options.checkpoint, job, segments);
  }
}

function outage({ code, message }: Outcome): FramekilnError {
  const said = `${OUTAGE} experiments in a row failed at the stores; the last: ${message}`;
  const remedy = 'Run it again when they are back; --retry-failed takes those that failed.';
  return new FramekilnError(code === 'STORE_UNREACHABLE' ? code : 'STORE_FAILED', said, { remedy });
}

/** Of an id that was asked for. */
function missing(id: string): Outcome {
  const code = isExperimentId(id) ? 'not_found' : 'invalid_id';
  const message = code === 'not_found' ? 'No item of the table has this id' : invalidId(id);
  return { experimentId: id, outcome: 'not_regenerable', code, message, seconds: {} };
}

/** Throws what is more than one experiment's failure. */
function failed({ id, timestamp }: { id: string; timestamp?: string }, error: unknown): Outcome {
  const known = error instanceof FramekilnError;
  if (known && FATAL.includes(error.code)) throw error;
  // A fault of ours, perhaps; still one experiment's.
  const { code, message, remedy } = known ? error : new FramekilnError('UNEXPECTED', String(error));
  const item = { experimentId: id, ...(timestamp !== undefined && { timestamp }) };
  return { ...item, outcome: 'failed', code, message, ...(remedy && { remedy }), seconds: {} };
}
