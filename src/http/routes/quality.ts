// SPDX-License-Identifier: Apache-2.0
import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Experiments } from '../../backfill/experiments.js';
import type { Quality } from '../../experiment/quality.js';
import { Refusal } from '../errors.js';
import { qualityJobFor } from '../jobs/start.js';
import type { Services } from '../services.js';
import { AgainstQuery, IdParam, JobShape, QualityShape } from '../shapes.js';
import { bytes, failures, json } from './describe.js';
import { refuseBadInput } from './input.js';

const shared = { method: 'get', request: { params: IdParam, query: AgainstQuery } } as const;
const measuring = { 202: json(JobShape, 'It is being measured: Location is the job.') };

const qualityRoute = createRoute({
  ...shared,
  path: '/api/experiments/{id}/quality',
  summary: "PSNR and SSIM of each of an experiment's frames against its original, or against another experiment's",
  responses: { 200: json(QualityShape, 'Measured.'), ...measuring, ...failures(400, 404, 409, 429) },
});

const plotRoute = createRoute({
  ...shared,
  path: '/api/experiments/{id}/quality.svg',
  summary: 'The same as a plot over time',
  responses: { 200: bytes('image/svg+xml', 'A plot.'), ...measuring, ...failures(400, 404, 409, 429) },
});

export function qualityRoutes(services: Services): OpenAPIHono {
  const app = new OpenAPIHono({ defaultHook: refuseBadInput });

  app.openapi(qualityRoute, async (c): Promise<Response> => {
    const { id } = c.req.valid('param');
    return measured(c, services, id, c.req.valid('query').against, (quality) => c.json(quality));
  });

  app.openapi(plotRoute, async (c): Promise<Response> => {
    const { id } = c.req.valid('param');
    return measured(c, services, id, c.req.valid('query').against, (quality, experiments) =>
      c.body(experiments.qualityPlot(quality), 200, { 'Content-Type': 'image/svg+xml; charset=utf-8' }),
    );
  });
  return app;
}

async function measured(
  c: Context,
  services: Services,
  id: string,
  against: string,
  answer: (quality: Quality, experiments: Experiments) => Response,
): Promise<Response> {
  const experiments = await services.experiments();
  const { signal } = c.req.raw;
  c.header('Cache-Control', 'no-store');
  const known = await experiments.findQuality(id, against, signal);
  if (known) return answer(known, experiments);
  if (c.req.raw.method === 'HEAD') {
    const remedy = 'Ask for it: it is measured then.';
    throw new Refusal(409, { code: 'NOT_MEASURED', message: `Experiment ${id} has not been measured`, remedy });
  }
  const job = await qualityJobFor(c, services, id, against);
  if (job.state === 'done') {
    const made = await experiments.findQuality(id, against, signal);
    if (made) return answer(made, experiments);
  }
  c.header('Location', `/api/jobs/${job.target.id}`);
  c.header('Retry-After', '2');
  return c.json(job.view(), 202);
}
