// SPDX-License-Identifier: Apache-2.0
import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import type { Services } from '../services.js';
import { Details, IdParam, List, ListParams } from '../shapes.js';
import { bytes, failures, json } from './describe.js';
import { refuseBadInput } from './input.js';

const listRoute = createRoute({
  method: 'get',
  path: '/api/experiments',
  summary: 'Experiments, newest first unless asked otherwise',
  request: { query: ListParams },
  responses: { 200: json(List, 'One page.'), ...failures(400) },
});

const detailsRoute = createRoute({
  method: 'get',
  path: '/api/experiments/{id}',
  summary: 'One experiment: its record, its document, its videos',
  request: { params: IdParam },
  responses: { 200: json(Details, 'What is known of it.'), ...failures(400, 404) },
});

const posterRoute = createRoute({
  method: 'get',
  path: '/api/experiments/{id}/poster.png',
  summary: 'One frame, 320 pixels wide',
  request: { params: IdParam },
  responses: { 200: bytes('image/png', 'A frame of the first half.'), ...failures(400, 404, 409) },
});

const plotRoute = createRoute({
  method: 'get',
  path: '/api/experiments/{id}/parameters.svg',
  summary: 'Complexity and scene families over time',
  request: { params: IdParam },
  responses: { 200: bytes('image/svg+xml', 'A plot.'), ...failures(400, 404, 409) },
});

export function experimentRoutes({ experiments }: Services): OpenAPIHono {
  const app = new OpenAPIHono({ defaultHook: refuseBadInput });

  app.openapi(listRoute, async (c): Promise<Response> => {
    c.header('Cache-Control', 'no-store');
    return c.json(await (await experiments()).list(c.req.valid('query'), c.req.raw.signal));
  });

  app.openapi(detailsRoute, async (c): Promise<Response> => {
    c.header('Cache-Control', 'no-store');
    return c.json(await (await experiments()).describe(c.req.valid('param').id, c.req.raw.signal));
  });

  app.openapi(posterRoute, async (c): Promise<Response> => {
    const png = await (await experiments()).poster(c.req.valid('param').id, c.req.raw.signal);
    // Documents do not change once they are stored; an hour makes even that good.
    return c.body(new Uint8Array(png), 200, { 'Content-Type': 'image/png', 'Cache-Control': 'private, max-age=3600' });
  });

  app.openapi(plotRoute, async (c): Promise<Response> => {
    const svg = await (await experiments()).parametersPlot(c.req.valid('param').id, c.req.raw.signal);
    return c.body(svg, 200, { 'Content-Type': 'image/svg+xml; charset=utf-8', 'Cache-Control': 'private, max-age=60' });
  });
  return app;
}
