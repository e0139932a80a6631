// SPDX-License-Identifier: Apache-2.0
// From a request to the job that it waits for.
import type { Context } from 'hono';
import type { Variant } from '../../experiment/variant.js';
import { Refusal } from '../errors.js';
import type { Services } from '../services.js';
import { type Job, videoJobId } from './job.js';

/** Somebody waits for an answer: longer than this, the job is told of as it is. */
const PATIENCE_MS = 3000;

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

/**
 * The same for a video that is asked for although it may be there, or has failed a moment ago.
 * @param force renders it also when it is there
 */
export async function newJobFor(c: Context, services: Services, id: string, variant: Variant, force: boolean) {
  const job = await start(c, services, () => services.jobs.makeVideo(id, variant, force));
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
export async function start<T>(c: Context, { limiter }: Services, begin: () => Promise<T>): Promise<T> {
  const answer = await limiter(c);
  if (answer.allowed) return begin();
  const error = { code: 'BUSY', message: 'Too many videos were asked for', remedy: 'Ask again later.' };
  throw new Refusal(429, error, answer.retryAfterSeconds);
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
