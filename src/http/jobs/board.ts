// SPDX-License-Identifier: Apache-2.0
import type { Experiments } from '../../backfill/experiments.js';
import { FramekilnError } from '../../errors.js';
import type { Prepared } from '../../experiment/on-demand.js';
import type { Outcome } from '../../experiment/outcome.js';
import type { Variant } from '../../experiment/variant.js';
import type { VideoSettings } from '../../render/fingerprint.js';
import type { JobState, JobView } from '../api.js';
import { Refusal, refusalOfOutcome } from '../errors.js';
import { Job, type JobTarget, videoJobId } from './job.js';

export interface BoardOptions {
  /** Jobs that render at once. */
  running: number;
  /** Jobs beyond these that may wait; more are refused. */
  waiting: number;
  /** How the videos are made. */
  settings?: VideoSettings | undefined;
  /** Told of every job that begins to wait, to run, or ends, and of every one that is refused. */
  onChange?: ((state: JobState | 'refused', job: JobTarget) => void) | undefined;
  /** Told of every job that fails, with what stopped it: requests are not told of what nobody foresaw. */
  onFailure?: ((error: unknown, job: JobTarget) => void) | undefined;
  /** Told of frames that were rendered. */
  onFrames?: ((count: number) => void) | undefined;
}

/** How long an ended job can be asked for. */
const KEPT_SECONDS = 600;
/** For so long a failure answers for the next request too: a page that asks again and again costs nothing. */
const FAILURE_SECONDS = 10;
/** Ended jobs that are kept. */
const KEPT_JOBS = 1000;
/** Without a better guess, when to ask again. */
const RETRY_SECONDS = 5;

/**
 * The work that requests wait for: one job for equal requests, so many at once, and a bounded line of those that wait.
 * What is in the way of a job is found out at once, before it stands in the line.
 */
export class JobBoard {
  readonly #experiments: () => Promise<Experiments>;
  readonly #options: BoardOptions;
  readonly #jobs = new Map<string, Job>();
  readonly #alive = new Set<Job>();
  readonly #work = new Set<Promise<void>>();
  /** Those that are ready to run, the first in front. */
  #line: { job: Job; enter: () => void }[] = [];
  #running = 0;
  #closed = false;

  constructor(experiments: () => Promise<Experiments>, options: BoardOptions) {
    this.#experiments = experiments;
    this.#options = options;
  }

  /** Jobs that have not ended. */
  get alive(): number {
    return this.#alive.size;
  }

  get waiting(): number {
    return this.#line.length;
  }

  view(id: string): JobView | undefined {
    return this.#jobs.get(id)?.view();
  }

  job(id: string): Job | undefined {
    return this.#jobs.get(id);
  }

  /** The job that makes this, if there is one: under way, or failed a moment ago. */
  find(id: string): Job | undefined {
    const job = this.#jobs.get(id);
    if (!job || job.endedAt === undefined) return job;
    const fresh = job.state === 'failed' && Date.now() / 1000 - job.endedAt < FAILURE_SECONDS;
    return fresh ? job : undefined;
  }

  /**
   * Starts making a video, or joins the job that does.
   * @param force renders it although it is there
   * @throws Refusal 429 when too many jobs wait
   */
  async makeVideo(experiment: string, variant: Variant, force = false): Promise<Job> {
    const id = videoJobId(experiment, variant);
    const experiments = await this.#experiments();
    return this.#start({ id, experiment, kind: variant }, experiments, async (job, onPrepared) => {
      const outcome = await experiments.make(experiment, variant, {
        ...{ settings: this.#options.settings, force, signal: job.stop.signal },
        ...{ onProgress: job.progress, onPrepared },
        ...(job.live && { onSegment: job.live.add }),
      });
      return named(outcome);
    });
  }

  /** Starts measuring an experiment, or joins. @throws Refusal 429 */
  async makeQuality(experiment: string, against: string): Promise<Job> {
    const target = { id: `${experiment}~quality~${against}`, experiment, kind: 'quality' as const, against };
    const experiments = await this.#experiments();
    return this.#start(target, experiments, async (job, onPrepared) => {
      await onPrepared();
      await experiments.makeQuality(experiment, against, { signal: job.stop.signal, onProgress: job.progress });
      return 'measured';
    });
  }

  /** Stops all jobs, and waits until none works any more. */
  async close(): Promise<void> {
    this.#closed = true;
    const reason = new FramekilnError('CLOSED', 'The server is shutting down', { remedy: 'Ask again in a moment.' });
    for (const job of this.#alive) job.stop.abort(reason);
    await Promise.all(this.#work);
  }

  #start(
    target: JobTarget,
    experiments: Experiments,
    work: (job: Job, onPrepared: (facts?: Prepared) => Promise<void>) => Promise<string>,
  ): Job {
    const known = this.#jobs.get(target.id);
    if (known && known.endedAt === undefined) return known;
    if (this.#closed) throw new FramekilnError('CLOSED', 'The server is shutting down');
    const { running, waiting, onChange } = this.#options;
    if (this.#alive.size >= running + waiting) {
      onChange?.('refused', target);
      const message = `Too many videos are being made: ${running} at a time, and ${waiting} wait`;
      throw new Refusal(429, { code: 'BUSY', message, remedy: 'Ask again later.' }, this.#retryAfter());
    }
    const job = new Job(target, target.kind === 'quality' ? undefined : experiments.liveVideo());
    this.#keep(job);
    onChange?.('waiting', target);
    const done = this.#run(job, work).finally(() => this.#work.delete(done));
    this.#work.add(done);
    return job;
  }

  async #run(job: Job, work: (job: Job, onPrepared: (facts?: Prepared) => Promise<void>) => Promise<string>) {
    let entered = false;
    const enter = async (facts?: Prepared): Promise<void> => {
      if (facts) job.prepare(facts);
      await this.#enter(job);
      entered = true;
      this.#options.onChange?.('running', job.target);
      job.run();
    };
    try {
      job.finish(await work(job, enter));
    } catch (error) {
      job.fail(error);
      this.#options.onFailure?.(error, job.target);
    } finally {
      this.#alive.delete(job);
      if (entered) this.#leave();
      this.#options.onFrames?.(job.view().framesDone);
      this.#options.onChange?.(job.state, job.target);
    }
  }

  /** Waits until there is room. */
  async #enter(job: Job): Promise<void> {
    job.stop.signal.throwIfAborted();
    if (this.#running < this.#options.running) {
      this.#running++;
      return;
    }
    const { signal } = job.stop;
    await new Promise<void>((done, failed) => {
      const entry = { job, enter: done };
      job.ahead = this.#line.push(entry) - 1;
      signal.addEventListener('abort', () => {
        this.#line = this.#line.filter((other) => other !== entry);
        failed(signal.reason);
      });
    });
  }

  #leave(): void {
    const next = this.#line.shift();
    for (const [i, { job }] of this.#line.entries()) job.ahead = i;
    // Whoever enters takes the place of the one that left.
    if (next) next.enter();
    else this.#running--;
  }

  #keep(job: Job): void {
    this.#jobs.delete(job.target.id);
    this.#jobs.set(job.target.id, job);
    this.#alive.add(job);
    const old = Date.now() / 1000 - KEPT_SECONDS;
    for (const [id, { endedAt }] of this.#jobs) {
      if (endedAt === undefined) continue;
      if (endedAt < old || this.#jobs.size > KEPT_JOBS) this.#jobs.delete(id);
    }
  }

  #retryAfter(): number {
    const left = [...this.#alive].map((job) => job.view().etaSeconds).filter((eta) => eta !== undefined);
    return Math.max(1, Math.min(60, Math.ceil(left.length > 0 ? Math.min(...left) : RETRY_SECONDS)));
  }
}

/** The word for an outcome that is a video. @throws Refusal for one that is none */
function named(outcome: Outcome): string {
  if (['not_regenerable', 'invalid_document', 'failed'].includes(outcome.outcome)) throw refusalOfOutcome(outcome);
  return outcome.outcome;
}
