// SPDX-License-Identifier: Apache-2.0
import { EventEmitter, once } from 'node:events';
import type { Prepared } from '../../experiment/on-demand.js';
import type { Variant } from '../../experiment/variant.js';
import type { Progress } from '../../render/job.js';
import type { LiveVideo } from '../../render/live.js';
import type { JobKind, JobState, JobView } from '../api.js';
import { type Refusal, refusalOf } from '../errors.js';

/** What a job makes. */
export interface JobTarget {
  id: string;
  experiment: string;
  kind: JobKind;
  /** Of `quality`: what it is measured against. */
  against?: string;
}

/** The id of the job that makes a video. */
export const videoJobId = (id: string, variant: Variant): string => (variant === 'video' ? id : `${id}~${variant}`);

/** One piece of work that any number of requests wait for. */
export class Job {
  readonly target: JobTarget;
  readonly stop = new AbortController();
  /** What it is watched by, until it has ended; who reads it then reads on. */
  live: LiveVideo | undefined;
  /** Settles when it is known what will be made, or that nothing will. */
  readonly prepared: Promise<void>;
  /** Settles when the job is done or has failed. */
  readonly ended: Promise<void>;
  state: JobState = 'waiting';
  readonly #watchable: boolean;
  /** Set by the board. */
  ahead = 0;
  endedAt: number | undefined;
  refusal: Refusal | undefined;
  readonly createdAt = Date.now() / 1000;
  readonly #events = new EventEmitter().setMaxListeners(0);
  #facts: Prepared | undefined;
  #progress: Progress | undefined;
  #outcome: string | undefined;
  #settlePrepared = (): void => undefined;
  #settleEnded = (): void => undefined;

  /** @param live what it is watched by while it is made */
  constructor(target: JobTarget, live: LiveVideo | undefined) {
    this.target = target;
    this.live = live;
    this.#watchable = live !== undefined;
    this.prepared = new Promise((done) => {
      this.#settlePrepared = done;
    });
    this.ended = new Promise((done) => {
      this.#settleEnded = done;
    });
  }

  get frames(): number {
    return this.#facts?.frames ?? this.#progress?.frames ?? 0;
  }

  prepare(facts: Prepared): void {
    this.#facts = facts;
    this.#settlePrepared();
    this.#changed();
  }

  run(): void {
    this.state = 'running';
    this.#changed();
  }

  readonly progress = (progress: Progress): void => {
    this.#progress = progress;
    this.#changed();
  };

  finish(outcome: string): void {
    this.#outcome = outcome;
    this.#end('done');
  }

  fail(error: unknown): void {
    this.refusal = refusalOf(error);
    this.#end('failed', error);
  }

  view(): JobView {
    const { id, experiment, kind, against } = this.target;
    const { framesDone = 0, framesPerSecond, etaSeconds } = this.#progress ?? {};
    const self = `/api/jobs/${id}`;
    const running = this.state === 'running';
    const streamable = running && this.#watchable;
    const base = `/api/experiments/${experiment}`;
    const result = kind === 'quality' ? `${base}/quality?against=${against}` : `${base}/video?variant=${kind}`;
    return {
      id,
      experiment,
      kind,
      state: this.state,
      ...(this.state === 'waiting' && { ahead: this.ahead }),
      framesDone,
      ...(this.frames > 0 && { frames: this.frames }),
      ...(running && framesPerSecond !== undefined && { framesPerSecond }),
      ...(running && etaSeconds !== undefined && { etaSeconds }),
      streamable,
      ...(this.#outcome !== undefined && { outcome: this.#outcome }),
      ...(this.refusal && { error: this.refusal.error }),
      createdAt: this.createdAt,
      ...(this.endedAt !== undefined && { endedAt: this.endedAt }),
      links: {
        self,
        events: `${self}/events`,
        result,
        ...(this.#watchable && { stream: `${base}/stream.mp4?variant=${kind}` }),
      },
    };
  }

  /** The job now, then whenever it has changed, until it has ended or the signal fires. */
  async *views(signal: AbortSignal): AsyncGenerator<JobView> {
    while (!signal.aborted) {
      const changed = once(this.#events, 'change', { signal }).catch(() => undefined);
      const view = this.view();
      yield view;
      if (view.endedAt !== undefined) return;
      await changed;
    }
  }

  #end(state: JobState, error?: unknown): void {
    this.state = state;
    this.endedAt = Date.now() / 1000;
    this.live?.end(error);
    this.live = undefined;
    this.#settlePrepared();
    this.#settleEnded();
    this.#changed();
  }

  #changed(): void {
    this.#events.emit('change');
  }
}
