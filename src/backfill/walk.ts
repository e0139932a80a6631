// SPDX-License-Identifier: Apache-2.0
// What every run over many experiments shares: whom it takes, how many at once, how it stops, and what ends it.
import { FramekilnError } from '../errors.js';
import type { ExperimentContext } from '../experiment/context.js';
import type { Progress } from '../render/job.js';
import { type Candidate, candidates, type ScanCount } from './candidates.js';
import { Drain } from './drain.js';
import { type Followed, ProgressReport } from './progress.js';
import type { Selection } from './select.js';
import type { Watermark } from './watermark.js';

export interface WalkOptions extends Selection {
  /** Parallel segments of the table's scan; default 4. */
  segments?: number | undefined;
  /** Read units a second that the scan may use; default: no limit. */
  maxRcu?: number | undefined;
  /** Stops the run: nothing new is begun, and what is in flight has `drainSeconds` to finish before it is dropped. */
  signal?: AbortSignal | undefined;
  /** Default 8. */
  drainSeconds?: number | undefined;
}

/** What the walk itself reads of a result: the code of a failure, and a sentence on it. */
export interface WalkResult {
  code?: string;
  message?: string;
}

/** How one experiment's work is stopped, and followed. */
export interface WalkJob {
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
}

/** What is done with each experiment. Whatever these throw, but for `work`, ends the run. */
export interface Walker<R extends WalkResult> extends Followed {
  readonly tally: Followed['tally'] & { add(result: R): void };
  /** Beside whether the stores can be read: what bars the way, before any work. */
  prepare?(signal: AbortSignal): Promise<void>;
  /** One experiment's result, or that of an id without one. What it throws becomes a result by `failed`. */
  work(candidate: Candidate, job: WalkJob): Promise<R>;
  failed(candidate: Candidate, error: FramekilnError): R;
  /** Told of each result once it is in the tally. */
  done?(result: R): void;
  /** After the last experiment, unless the run was stopped. */
  finish?(signal: AbortSignal): Promise<void>;
  /** Where the scan goes on, and what learns how far it came. */
  watermark?: Watermark | undefined;
  /** What to do after an outage of the stores. */
  remedy: string;
}

export interface Walked {
  /** Wall time, without the look at the stores. */
  seconds: number;
  /** Share of the pool's time that it was at work, 0 to 1. */
  poolBusy: number;
  /** Told to stop before everything was done; so many experiments were dropped on the way. */
  interrupted: boolean;
  dropped: number;
  /** The whole selection was seen; not so when a limit ended it. */
  complete: boolean;
}

/** Experiments in progress beyond those that render: their requests, documents and uploads. */
const LANES_BESIDE_RENDERS = 15;
/** Errors that every further experiment would meet too. */
const FATAL: readonly string[] = ['NO_CREDENTIALS', 'NO_REGION', 'BUCKET_NOT_FOUND', 'TABLE_NOT_FOUND', 'CLOSED'];

/** So many experiments in a row that fail at the stores are an outage, in which each further one would waste a minute. */
const OUTAGE = 50;
const STORE_FAILURES: readonly unknown[] = ['STORE_UNREACHABLE', 'STORE_FAILED'];

/**
 * Works on every selected experiment. One experiment's failure is its result, and never stops the rest.
 * @param options checked before (checkSelection, checkScan)
 * @param closing stops everything at once
 * @throws FramekilnError before any work: what bars the way to table or bucket; later: what makes going on pointless
 */
export async function walkExperiments<R extends WalkResult>(
  context: ExperimentContext,
  options: WalkOptions,
  walker: Walker<R>,
  closing: AbortSignal,
): Promise<Walked> {
  const { pool } = context.render;
  using drain = new Drain(options.signal, closing, options.drainSeconds ?? 8);
  const items = (await unlessStopped(checkStores())) ?? 0;
  const start = performance.now();
  const busyBefore = pool.busySeconds;
  const count: ScanCount = { items: 0, selected: 0, complete: false };
  const size = { items, ids: options.ids, limit: options.limit };
  using progress = new ProgressReport(walker, count, size, (error) => drain.fail(error));
  const scan = { segments: options.segments, maxRcu: options.maxRcu, signal: drain.claiming };
  const queue = candidates(context, options, scan, walker.watermark, count);
  let dropped = 0;
  let storeFailures = 0;

  const lanes = Array.from({ length: pool.threads + LANES_BESIDE_RENDERS }, () =>
    lane().catch((error) => drain.fail(error)),
  );
  await Promise.all(lanes);
  await queue.return();
  progress.tell();
  drain.check();
  if (walker.finish && !drain.claiming.aborted) await unlessStopped(walker.finish(drain.claiming));

  const seconds = (performance.now() - start) / 1000;
  return {
    seconds,
    poolBusy: (pool.busySeconds - busyBefore) / (pool.threads * seconds),
    interrupted: drain.claiming.aborted,
    dropped,
    complete: count.complete,
  };

  async function lane(): Promise<void> {
    while (!drain.claiming.aborted) {
      const { value: candidate } = await queue.next();
      if (!candidate) return;
      const result = await workOn(candidate);
      if (!result) {
        dropped++;
        continue;
      }
      walker.tally.add(result);
      walker.done?.(result);
      candidate.finished();
      storeFailures = STORE_FAILURES.includes(result.code) ? storeFailures + 1 : 0;
      if (storeFailures === OUTAGE) throw outage(result, walker.remedy);
    }
  }

  /** Undefined when it was dropped on the way. */
  async function workOn(candidate: Candidate): Promise<R | undefined> {
    if (candidate.failure) return walker.failed(candidate, bearable(candidate.failure));
    const job = progress.job();
    try {
      return await walker.work(candidate, { signal: drain.working, onProgress: job.update });
    } catch (error) {
      if (drain.working.aborted) return undefined;
      return walker.failed(candidate, bearable(error));
    } finally {
      job.end();
    }
  }

  /** Throws what is more than one experiment's failure. */
  function bearable(error: unknown): FramekilnError {
    // What is not known is a fault of ours, perhaps; still one experiment's.
    const known = error instanceof FramekilnError ? error : new FramekilnError('UNEXPECTED', String(error));
    if (FATAL.includes(known.code)) throw known;
    return known;
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
    const { table, objects } = context.stores;
    const signal = drain.claiming;
    const [described] = await Promise.all([table.check(signal), objects.check(signal)]);
    await walker.prepare?.(signal);
    return described.items;
  }
}

function outage({ code, message }: WalkResult, remedy: string): FramekilnError {
  const said = `${OUTAGE} experiments in a row failed at the stores; the last: ${message}`;
  return new FramekilnError(code === 'STORE_UNREACHABLE' ? code : 'STORE_FAILED', said, { remedy });
}
