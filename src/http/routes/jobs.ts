// SPDX-License-Identifier: Apache-2.0
import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { JobView } from '../api.js';
import { Refusal } from '../errors.js';
import type { Job } from '../jobs/job.js';
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
    return c.json(services.jobs.view(id) ?? (await services.remote?.find(id, c.req.raw.signal)) ?? unknown(id));
  });

  app.openapi(eventsRoute, async (c): Promise<Response> => {
    const { id } = c.req.valid('param');
    const job = services.jobs.job(id);
    // Of a job elsewhere there is one event; the page then asks for the job again.
    const remote = job ? undefined : ((await services.remote?.find(id, c.req.raw.signal)) ?? unknown(id));
    c.header('Cache-Control', 'no-store');
    // Nobody would read the stream, or end it.
    if (c.req.raw.method === 'HEAD') return c.body(null, 200, { 'Content-Type': 'text/event-stream' });
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

function unknown(id: string): never {
  const remedy = 'Ask for the video again: jobs are forgotten ten minutes after their end.';
  throw new Refusal(404, { code: 'JOB_NOT_FOUND', message: `There is no job ${id.slice(0, 300)}`, remedy });
}
