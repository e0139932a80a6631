// SPDX-License-Identifier: Apache-2.0
import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { VARIANTS, type Variant } from '../../experiment/variant.js';
import { isExperimentId } from '../../storage/keys.js';
import { Refusal } from '../errors.js';
import type { Job, JobView } from '../jobs/job.js';
import { remoteView } from '../jobs/start.js';
import type { Services } from '../services.js';
import { JobParam, JobShape } from '../shapes.js';
import { bytes, failures, json } from './describe.js';
import { refuseBadInput } from './input.js';

/** Proxies close what is silent for long. */
const KEEP_ALIVE_MS = 15_000;

const jobRoute = createRoute({
  method: 'get',
  path: '/api/jobs/{id}',
  summary: 'How far a job is',
  request: { params: JobParam },
  responses: { 200: json(JobShape, 'The job now.'), ...failures(404) },
});

const eventsRoute = createRoute({
  method: 'get',
  path: '/api/jobs/{id}/events',
  summary: 'A job as it goes on: server-sent events named job, until it is done or has failed',
  request: { params: JobParam },
  responses: { 200: bytes('text/event-stream', 'Each event is a Job.'), ...failures(404) },
});

export function jobRoutes(services: Services): OpenAPIHono {
  const app = new OpenAPIHono({ defaultHook: refuseBadInput });

  app.openapi(jobRoute, async (c): Promise<Response> => {
    const { id } = c.req.valid('param');
    c.header('Cache-Control', 'no-store');
    return c.json(services.jobs.view(id) ?? (await remoteJob(c, services, id)) ?? unknown(id));
  });

  app.openapi(eventsRoute, async (c): Promise<Response> => {
    const { id } = c.req.valid('param');
    const job = services.jobs.job(id);
    // Of a job elsewhere there is one event; the page then asks for the job again.
    const remote = job ? undefined : ((await remoteJob(c, services, id)) ?? unknown(id));
    c.header('Cache-Control', 'no-store');
    return sendViews(c, job ?? (remote as JobView));
  });
  return app;
}

function sendViews(c: Context, job: Job | JobView): Response {
  return streamSSE(c, async (stream) => {
    const send = (view: JobView) => stream.writeSSE({ event: 'job', data: JSON.stringify(view) });
    if (!('views' in job)) return send(job);
    const gone = new AbortController();
    stream.onAbort(() => gone.abort());
    const timer = setInterval(() => void stream.write(': \n\n'), KEEP_ALIVE_MS);
    try {
      for await (const view of job.views(gone.signal)) await send(view);
    } finally {
      clearInterval(timer);
    }
  });
}

/** A job that this process knows nothing of: of another one, or of before a restart. */
async function remoteJob(c: Context, { dispatch, experiments }: Services, jobId: string): Promise<JobView | undefined> {
  const [id = '', variant = 'video', ...rest] = jobId.split('~');
  if (!dispatch || rest.length > 0 || !isExperimentId(id) || !isVariant(variant)) return undefined;
  return remoteView(id, variant, undefined, await (await experiments()).locate(id, variant, c.req.raw.signal));
}

function isVariant(text: string): text is Variant {
  return (VARIANTS as readonly string[]).includes(text);
}

function unknown(id: string): never {
  const remedy = 'Ask for the video again: jobs are forgotten ten minutes after their end.';
  throw new Refusal(404, { code: 'JOB_NOT_FOUND', message: `There is no job ${id.slice(0, 300)}`, remedy });
}
