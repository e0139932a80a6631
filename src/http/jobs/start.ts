// SPDX-License-Identifier: Apache-2.0
// From a request to the job that it waits for.
import type { Context } from 'hono';
import type { Located } from '../../experiment/on-demand.js';
import type { Variant } from '../../experiment/variant.js';
import { Refusal, refusalOfOutcome } from '../errors.js';
import type { Services } from '../services.js';
import type { Job, JobView } from './job.js';

/** Somebody waits for an answer: longer than this, the job is told of as it is. */
const PATIENCE_MS = 3000;

/** A job's id for a video. */
export const videoJobId = (id: string, variant: Variant): string => (variant === 'video' ? id : `${id}~${variant}`);

/**
 * The job that makes a video that is missing, started if need be, once it is known whether it can be made.
 * @throws Refusal 404 and 409 when it cannot, 429 when there is no room
 */
export async function jobFor(c: Context, services: Services, id: string, variant: Variant): Promise<Job> {
  const job =
    services.jobs.find(videoJobId(id, variant)) ??
    (await start(c, services, () => services.jobs.makeVideo(id, variant)));
  await settled(c, job);
  return job;
}

/** The same for a measurement. */
export async function qualityJobFor(c: Context, services: Services, id: string, against: string): Promise<Job> {
  const known = services.jobs.find(`${id}~quality~${against}`);
  const job = known ?? (await start(c, services, () => services.jobs.makeQuality(id, against)));
  await settled(c, job);
  return job;
}

/** Starts a job if the client has not started too many. @throws Refusal 429 */
export async function start(c: Context, { limiter }: Services, begin: () => Promise<Job>): Promise<Job> {
  const answer = await limiter(c);
  if (answer.allowed) return begin();
  const error = { code: 'BUSY', message: 'Too many videos were asked for', remedy: 'Ask again later.' };
  throw new Refusal(429, error, answer.retryAfterSeconds);
}

/**
 * Hands a missing video over to those who make it elsewhere, if it can be made.
 * @returns the job as far as it is known here
 * @throws Refusal as jobFor
 */
export async function dispatchVideo(c: Context, services: Services, id: string, variant: Variant, force: boolean) {
  const experiments = await services.experiments();
  const { document } = await experiments.describe(id, c.req.raw.signal);
  if (!('inspection' in document)) throw refusalOfOutcome({ experimentId: id, seconds: {}, ...document });
  await start(c, services, async () => {
    await services.dispatch?.({ experiment: id, variant, ...(force && { force }) });
    return undefined as never;
  });
  return remoteView(id, variant, document.inspection.frames);
}

/** A job of another process, as its video's absence says. */
export function remoteView(id: string, variant: Variant, frames?: number, located?: Located): JobView {
  const jobId = videoJobId(id, variant);
  const done = located?.state === 'ready';
  const now = Date.now() / 1000;
  return {
    id: jobId,
    experiment: id,
    kind: variant,
    state: done ? 'done' : 'running',
    framesDone: 0,
    ...(frames !== undefined && { frames }),
    streamable: false,
    createdAt: now,
    ...(done && { endedAt: now }),
    links: {
      self: `/api/jobs/${jobId}`,
      events: `/api/jobs/${jobId}/events`,
      result: `/api/experiments/${id}/video?variant=${variant}`,
    },
  };
}

/** Waits until it is known what the job will make. @throws Refusal when it has failed */
async function settled(c: Context, job: Job): Promise<void> {
  const { signal } = c.req.raw;
  let stop = (): void => undefined;
  const enough = new Promise<void>((done) => {
    const timer = setTimeout(done, PATIENCE_MS);
    signal.addEventListener('abort', () => done(), { once: true });
    stop = () => clearTimeout(timer);
  });
  await Promise.race([job.prepared, enough]);
  stop();
  if (job.refusal) throw job.refusal;
}
