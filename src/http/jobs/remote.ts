// SPDX-License-Identifier: Apache-2.0
import { LRUCache } from 'lru-cache';
import type { Experiments } from '../../backfill/experiments.js';
import { whyNoOriginal, whyTooLong } from '../../experiment/make.js';
import { SCHEDULE_SOURCE } from '../../experiment/original.js';
import type { Outcome } from '../../experiment/outcome.js';
import { VARIANTS, type Variant } from '../../experiment/variant.js';
import { isExperimentId } from '../../storage/keys.js';
import type { JobView } from '../api.js';
import { type Refusal, refusalOfOutcome } from '../errors.js';
import type { Dispatch, JobRequest } from './dispatch.js';
import { videoJobId } from './job.js';

/** For so long queues drop equal messages. */
const WINDOW_MS = 300_000;
const KEPT = 10_000;

/** Jobs of other processes: what is known of them here is whether their video is there, and whether it can be. */
export class RemoteJobs {
  readonly #experiments: () => Promise<Experiments>;
  readonly #dispatch: Dispatch;
  /** When what was handed over was, in epoch seconds. */
  readonly #sent = new LRUCache<string, Promise<number>>({ max: KEPT, ttl: WINDOW_MS });

  constructor(experiments: () => Promise<Experiments>, dispatch: Dispatch) {
    this.#experiments = experiments;
    this.#dispatch = dispatch;
  }

  /**
   * Hands a video over if it can be made. Who asks again meanwhile, as who waits does, asks for nothing new.
   * @param start does it, or refuses
   * @throws Refusal 404 and 409 when it cannot be made, and what `start` throws
   */
  async ask(
    request: JobRequest,
    signal: AbortSignal,
    start: (begin: () => Promise<unknown>) => Promise<unknown>,
  ): Promise<JobView> {
    const { experiment, variant } = request;
    const made = await this.#look(experiment, variant, signal);
    if (made.refusal) throw made.refusal;
    if (!this.#sent.has(nameOf(request))) await start(() => this.#send(request));
    return viewOf(experiment, variant, { frames: made.frames, createdAt: await this.#send(request) });
  }

  /**
   * A job that this process knows nothing of: of another one, or of before a restart.
   * @throws FramekilnError `EXPERIMENT_NOT_FOUND`, `NO_ORIGINAL`
   */
  async find(jobId: string, signal: AbortSignal): Promise<JobView | undefined> {
    const [id = '', variant = 'video', ...rest] = jobId.split('~');
    if (rest.length > 0 || !isExperimentId(id) || !isVariant(variant)) return undefined;
    const made = await this.#look(id, variant, signal);
    return viewOf(id, variant, { ...made, createdAt: await this.#sent.get(nameOf({ experiment: id, variant })) });
  }

  #send(request: JobRequest): Promise<number> {
    const name = nameOf(request);
    const known = this.#sent.get(name);
    if (known) return known;
    const sent = this.#dispatch(request).then(() => Date.now() / 1000);
    this.#sent.set(name, sent);
    sent.catch(() => this.#sent.delete(name));
    return sent;
  }

  async #look(id: string, variant: Variant, signal: AbortSignal): Promise<Made> {
    const experiments = await this.#experiments();
    const { state } = await experiments.locate(id, variant, signal);
    const { document, original = '' } = await experiments.describe(id, signal);
    const refused = (why: Pick<Outcome, 'outcome' | 'code' | 'message'>): Made => ({
      ready: state === 'ready',
      refusal: refusalOfOutcome({ experimentId: id, seconds: {}, ...why }),
    });
    if (variant === 'original' && original !== SCHEDULE_SOURCE) {
      return state === 'ready' ? { ready: true } : refused(whyNoOriginal(original, state === 'archived'));
    }
    if (!('inspection' in document)) return refused(document);
    const tooLong = whyTooLong(document.inspection, variant);
    return tooLong ? refused(tooLong) : { ready: state === 'ready', frames: document.inspection.frames };
  }
}

const nameOf = (request: JobRequest): string => JSON.stringify(request);

interface Made {
  ready: boolean;
  frames?: number | undefined;
  /** Why it cannot be made. */
  refusal?: Refusal;
}

function viewOf(
  id: string,
  variant: Variant,
  { ready = false, frames, refusal, createdAt }: Partial<Made> & { createdAt: number | undefined },
): JobView {
  const jobId = videoJobId(id, variant);
  const self = `/api/jobs/${jobId}`;
  const now = Date.now() / 1000;
  const state = ready ? 'done' : refusal ? 'failed' : 'running';
  return {
    ...{ id: jobId, experiment: id, kind: variant, state },
    framesDone: 0,
    ...(frames !== undefined && { frames }),
    streamable: false,
    ...(state === 'failed' && refusal && { error: refusal.error }),
    createdAt: createdAt ?? now,
    ...(state !== 'running' && { endedAt: now }),
    links: { self, events: `${self}/events`, result: `/api/experiments/${id}/video?variant=${variant}` },
  };
}

function isVariant(text: string): text is Variant {
  return (VARIANTS as readonly string[]).includes(text);
}
