// SPDX-License-Identifier: Apache-2.0
import { ApiFailure, getJson } from './api.js';
import type { JobView } from './api-types.js';
import { pause } from './wait.js';

const POLL_MS = 1000;

/**
 * Follows a job until it has ended: by events, and by asking again and again where these do not come through.
 * @returns the job, done
 * @throws ApiFailure when it has failed, or nobody knows of it any more; the signal's reason
 */
export async function watchJob(
  first: JobView,
  onChange: (job: JobView) => void,
  signal: AbortSignal,
): Promise<JobView> {
  const ended = (await byEvents(first, onChange, signal)) ?? (await byAsking(first, onChange, signal));
  if (ended.state !== 'failed') return ended;
  throw new ApiFailure(ended.error ?? { code: 'UNEXPECTED', message: 'It could not be made' }, 409);
}

const hasEnded = ({ state }: JobView): boolean => state === 'done' || state === 'failed';

/** Undefined: the events have stopped, and the job has not. */
function byEvents(first: JobView, onChange: (job: JobView) => void, signal: AbortSignal): Promise<JobView | undefined> {
  return new Promise((done, failed) => {
    const events = new EventSource(first.links.events);
    const abort = () => {
      events.close();
      failed(signal.reason);
    };
    const finish = (job?: JobView) => {
      events.close();
      signal.removeEventListener('abort', abort);
      done(job);
    };
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort);
    events.addEventListener('job', ({ data }: MessageEvent<string>) => {
      const job = JSON.parse(data) as JobView;
      onChange(job);
      if (hasEnded(job)) finish(job);
    });
    events.addEventListener('error', () => finish());
  });
}

async function byAsking(first: JobView, onChange: (job: JobView) => void, signal: AbortSignal): Promise<JobView> {
  for (;;) {
    const { body: job } = await getJson<JobView>(first.links.self, signal);
    onChange(job);
    if (hasEnded(job)) return job;
    await pause(POLL_MS, signal);
  }
}
