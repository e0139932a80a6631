// SPDX-License-Identifier: Apache-2.0
// What machines ask: whether the server lives, whether it can work, and what its API is.
import { OpenAPIHono } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { refusalOf } from '../errors.js';
import type { Services } from '../services.js';
import { experimentRoutes } from './experiments.js';
import { jobRoutes } from './jobs.js';
import { qualityRoutes } from './quality.js';
import { videoRoutes } from './video.js';

/** So often at most the stores are asked whether they answer. */
const READY_SECONDS = 10;

/** The API, and GET /api/openapi.json, which describes it. */
export function apiRoutes(services: Services): OpenAPIHono {
  const api = new OpenAPIHono();
  for (const routes of [experimentRoutes, videoRoutes, jobRoutes, qualityRoutes]) api.route('/', routes(services));
  api.doc31('/api/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'framekiln',
      version: '1',
      description:
        'The videos of experiments: there, or made while you wait. Errors are `{ "error": { code, message } }`.',
    },
  });
  return api;
}

/** GET /healthz: this process answers. GET /readyz: so do the table and the bucket. */
export function healthRoutes({ experiments }: Services): Hono {
  let asked = 0;
  let ready: Promise<void> | undefined;
  const check = (): Promise<void> => {
    if (!ready || Date.now() / 1000 - asked > READY_SECONDS) {
      asked = Date.now() / 1000;
      ready = experiments().then((all) => all.check());
    }
    return ready;
  };
  return new Hono()
    .get('/healthz', (c) => c.json({ status: 'ok' }))
    .get('/readyz', async (c) => {
      try {
        await check();
        return c.json({ status: 'ready' });
      } catch (error) {
        const { error: told } = refusalOf(error);
        c.header('Cache-Control', 'no-store');
        return c.json({ status: 'not ready', error: told }, 503);
      }
    });
}
