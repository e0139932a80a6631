// SPDX-License-Identifier: Apache-2.0
import { Hono, type MiddlewareHandler } from 'hono';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { routeOf } from './route.js';

export type JobChange = 'waiting' | 'running' | 'done' | 'failed' | 'refused';

/** What a server counts, for Prometheus. */
export interface Metrics {
  /** Times requests until their answer begins. */
  readonly middleware: MiddlewareHandler;
  /** `/metrics` */
  readonly routes: Hono;
  /** A job begins to wait, to run, ends, or is refused. */
  job(change: JobChange, id: string): void;
  /** So many frames more have been rendered. */
  frames(count: number): void;
  /** So many bytes more of videos have been sent while they were made. */
  streamed(bytes: number): void;
  registry: Registry;
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'];
/** Seconds: from a link out of memory to a render that somebody waits for. */
const BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Counters of their own for each server. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'framekiln_http_request_duration_seconds',
    help: 'Time until the answer begins',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers,
  });
  const alive = new Gauge({
    name: 'framekiln_jobs',
    help: 'Jobs that wait or run now',
    labelNames: ['state'],
    registers,
  });
  const jobs = new Counter({
    name: 'framekiln_jobs_total',
    help: 'Jobs that are done, have failed or were refused',
    labelNames: ['state'],
    registers,
  });
  const frames = new Counter({ name: 'framekiln_frames_rendered_total', help: 'Frames rendered', registers });
  const help = 'Bytes of videos sent while they were made';
  const streamed = new Counter({ name: 'framekiln_streamed_bytes_total', help, registers });
  for (const state of ['waiting', 'running']) alive.set({ state }, 0);
  for (const state of ['done', 'failed', 'refused']) jobs.inc({ state }, 0);

  const states = new Map<string, 'waiting' | 'running'>();
  const routes = new Hono();
  routes.get('/metrics', async (c) => {
    c.header('Cache-Control', 'no-store');
    return c.body(await registry.metrics(), 200, { 'Content-Type': registry.contentType });
  });
  return {
    registry,
    routes,
    async middleware(c, next) {
      const end = requests.startTimer();
      await next();
      const method = METHODS.includes(c.req.method) ? c.req.method : 'other';
      end({ method, route: routeOf(c), status: c.res.status });
    },
    job(change, id) {
      const before = states.get(id);
      states.delete(id);
      if (before) alive.dec({ state: before });
      if (change === 'waiting' || change === 'running') {
        states.set(id, change);
        alive.inc({ state: change });
      } else {
        jobs.inc({ state: change });
      }
    },
    frames: (count) => frames.inc(count),
    streamed: (bytes) => streamed.inc(bytes),
  };
}
