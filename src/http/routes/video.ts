// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import type { HttpBindings } from '@hono/node-server';
import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { FramekilnError } from '../../errors.js';
import type { Located } from '../../experiment/on-demand.js';
import type { Variant } from '../../experiment/variant.js';
import type { LiveVideo } from '../../render/live.js';
import type { JobView } from '../api.js';
import type { JobRequest } from '../jobs/dispatch.js';
import type { RemoteJobs } from '../jobs/remote.js';
import { jobFor, newJobFor, start } from '../jobs/start.js';
import type { Services } from '../services.js';
import { IdParam, JobShape, LinkShape, RegenerateBody, StreamQuery, VariantQuery } from '../shapes.js';
import { bytes, failures, json } from './describe.js';
import { refuseBadInput } from './input.js';

const RETRY_SECONDS = 2;

const redirect = { description: 'It is there: a fresh presigned link, never to be cached.' };

const videoRoute = createRoute({
  method: 'get',
  path: '/api/experiments/{id}/video',
  summary: "An experiment's video; made if it is missing",
  request: { params: IdParam, query: VariantQuery },
  responses: {
    200: json(LinkShape, 'The same, for who accepts application/json.'),
    202: json(JobShape, 'It is being made: Location is the job.'),
    302: redirect,
    ...failures(400, 404, 409, 429),
  },
});

const streamRoute = createRoute({
  method: 'get',
  path: '/api/experiments/{id}/stream.mp4',
  summary: 'A video while it is being made, as fragmented MP4 from its first frame on',
  request: { params: IdParam, query: StreamQuery },
  responses: { 200: bytes('video/mp4', 'As it is made.'), 302: redirect, ...failures(400, 404, 409, 429) },
});

const regenerateRoute = createRoute({
  method: 'post',
  path: '/api/experiments/{id}/regenerate',
  summary: "Makes an experiment's video",
  request: {
    params: IdParam,
    query: VariantQuery,
    body: { content: { 'application/json': { schema: RegenerateBody } } },
  },
  responses: { 202: json(JobShape, 'Location is the job.'), ...failures(400, 404, 409, 429) },
});

export function videoRoutes(services: Services): OpenAPIHono {
  const app = new OpenAPIHono({ defaultHook: refuseBadInput });

  app.openapi(videoRoute, async (c): Promise<Response> => {
    const { id } = c.req.valid('param');
    const { variant } = c.req.valid('query');
    const located = await locate(c, services, id, variant);
    if (located.state === 'ready') return answerLink(c, located);
    if (c.req.raw.method === 'HEAD') return missing(id);
    if (services.remote) return accepted(c, await handOver(c, services, services.remote, { experiment: id, variant }));
    const job = await jobFor(c, services, id, variant);
    if (job.state !== 'done') return accepted(c, job.view());
    const made = await locate(c, services, id, variant);
    return made.state === 'ready' ? answerLink(c, made) : missing(id);
  });

  app.openapi(streamRoute, async (c): Promise<Response> => {
    const { id } = c.req.valid('param');
    const { variant, download } = c.req.valid('query');
    const save = download !== undefined;
    const located = await locate(c, services, id, variant, save);
    if (located.state === 'ready') return toLink(c, located.link.url);
    if (c.req.raw.method === 'HEAD' || services.remote) return missing(id);
    const job = await jobFor(c, services, id, variant);
    const { live } = job;
    if (live && (await live.started)) {
      if (save) c.header('Content-Disposition', `attachment; filename="${id}.mp4"`);
      return stream(c, services, live);
    }
    await job.ended;
    if (job.refusal) throw job.refusal;
    const made = await locate(c, services, id, variant, save);
    return made.state === 'ready' ? toLink(c, made.link.url) : missing(id);
  });

  app.openapi(regenerateRoute, async (c): Promise<Response> => {
    const { id } = c.req.valid('param');
    const { variant } = c.req.valid('query');
    const { force = false } = c.req.valid('json') ?? {};
    const request = { experiment: id, variant, ...(force && { force }) };
    if (services.remote) return accepted(c, await handOver(c, services, services.remote, request));
    return accepted(c, (await newJobFor(c, services, id, variant, force)).view());
  });
  return app;
}

function handOver(c: Context, services: Services, remote: RemoteJobs, request: JobRequest): Promise<JobView> {
  return remote.ask(request, c.req.raw.signal, (begin) => start(c, services, begin));
}

async function locate(
  c: Context,
  { experiments }: Services,
  id: string,
  variant: Variant,
  save = false,
): Promise<Located> {
  return (await experiments()).locate(id, variant, c.req.raw.signal, save);
}

function answerLink(c: Context, { link, bytes, frames }: Extract<Located, { state: 'ready' }>): Response {
  if (!c.req.header('accept')?.includes('application/json')) return toLink(c, link.url);
  c.header('Cache-Control', 'no-store');
  return c.json({ ...link, bytes, ...(frames !== undefined && { frames }) });
}

function toLink(c: Context, url: string): Response {
  c.header('Cache-Control', 'no-store');
  return c.redirect(url, 302);
}

function accepted(c: Context, view: JobView): Response {
  c.header('Cache-Control', 'no-store');
  c.header('Location', view.links.self);
  c.header('Retry-After', String(Math.max(1, Math.min(30, Math.ceil(view.etaSeconds ?? RETRY_SECONDS)))));
  return c.json(view, 202);
}

function stream(c: Context, { onStreamed }: Services, live: LiveVideo): Response {
  const { signal } = c.req.raw;
  const { outgoing } = (c.env ?? {}) as Partial<HttpBindings>;
  const chunks = live.read(signal);
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await chunks.next().catch(async (error) => {
        // Where nobody is, nobody is to be told; else a connection that breaks off says that it was not all.
        if (!outgoing) throw error;
        if (!outgoing.closed) await once(outgoing.destroy(), 'close');
        return { value: undefined, done: true as const };
      });
      if (done) return controller.close();
      onStreamed?.(value.byteLength);
      controller.enqueue(value);
    },
    async cancel() {
      await chunks.return(undefined);
    },
  });
  return c.body(body, 200, {
    'Content-Type': live.mimeType ?? 'video/mp4',
    'Cache-Control': 'no-store',
    'Accept-Ranges': 'none',
  });
}

function missing(id: string): never {
  throw new FramekilnError('NO_VIDEO', `Experiment ${id} has no video`, { remedy: 'Ask for it: it is made then.' });
}
