// SPDX-License-Identifier: Apache-2.0
// The API and the dashboard as a value: served by Node, by Lambda, and by tests without a port.
import { Hono } from 'hono';
import { type Logger, pino } from 'pino';
import type { Kiln } from '../kiln.js';
import type { VideoSettings } from '../render/fingerprint.js';
import { assetRoutes } from './assets.js';
import { answerError, Refusal, refusalOf } from './errors.js';
import { JobBoard } from './jobs/board.js';
import type { Dispatch } from './jobs/dispatch.js';
import { RemoteJobs } from './jobs/remote.js';
import { authRoutes, requireToken } from './middleware/auth.js';
import { isPage } from './middleware/client.js';
import { allowedHosts, sameOriginOnly } from './middleware/csrf.js';
import { securityHeaders } from './middleware/headers.js';
import { createRateLimiter, limitBody } from './middleware/limits.js';
import { requestLog } from './middleware/log.js';
import { createMetrics } from './middleware/metrics.js';
import { compareRoutes } from './pages/compare.js';
import { errorPage } from './pages/error.js';
import { pageRoutes } from './pages/routes.js';
import { apiRoutes, healthRoutes } from './routes/meta.js';
import type { Services } from './services.js';

export interface AppOptions {
  /** A kiln with a table and a bucket. The caller closes it, after the app. */
  kiln: Kiln;
  /** Everything but health and login needs it; undefined: nobody needs anything. */
  token?: string | undefined;
  /** Default: nothing is logged. */
  log?: Logger | undefined;
  /** How missing videos are made; default as in a backfill. */
  settings?: VideoSettings | undefined;
  /** Jobs that render at once, and that may wait; default: one for two threads, at least 2; and 100. */
  jobs?: { running?: number | undefined; waiting?: number | undefined } | undefined;
  /** Jobs that one client may start in a minute; default 60. */
  jobsPerMinute?: number | undefined;
  /** Host names that requests may come by; default: any. */
  hosts?: readonly string[] | undefined;
  /** Takes X-Forwarded-For for the client's address: only behind a proxy that sets it. */
  trustProxy?: boolean | undefined;
  /** Makes missing videos elsewhere. */
  dispatch?: Dispatch | undefined;
}

export interface App {
  /** Answers a request: for servers. */
  fetch: Hono['fetch'];
  /** Answers a path or a request, without a server: for tests. */
  request: Hono['request'];
  /** Stops all jobs and waits for them. */
  close(): Promise<void>;
}

/** Makes the app. Nothing is asked of the stores before the first request. */
export function createApp(options: AppOptions): App {
  const { kiln, token, settings, dispatch, trustProxy = false } = options;
  const log = options.log ?? pino({ enabled: false });
  const metrics = createMetrics();
  const experiments = () => kiln.experiments();
  const jobs = new JobBoard(experiments, {
    running: options.jobs?.running ?? Math.max(2, Math.floor(kiln.threads / 2)),
    waiting: options.jobs?.waiting ?? 100,
    settings,
    onChange: (change, { id }) => metrics.job(change, id),
    onFailure: (error, { id }) => logFailure(log, id, error),
    onFrames: metrics.frames,
  });
  const services: Services = {
    experiments,
    jobs,
    log,
    limiter: createRateLimiter({ points: options.jobsPerMinute ?? 60, seconds: 60, trustProxy }),
    remote: dispatch && new RemoteJobs(experiments, dispatch),
    onStreamed: metrics.streamed,
  };

  const linkOrigins = async () => (await experiments()).linkOrigins();
  const app = new Hono();
  app.use(requestLog(log, { trustProxy }), metrics.middleware, securityHeaders(linkOrigins));
  app.use(allowedHosts(options.hosts), sameOriginOnly(), limitBody());
  app.onError((error, c) => {
    const refusal = refusalOf(error);
    return isPage(c) ? errorPage(c, refusal) : answerError(c, refusal);
  });
  app.notFound((c) => {
    const refusal = new Refusal(404, { code: 'NOT_FOUND', message: 'There is nothing here' });
    return isPage(c) ? errorPage(c, refusal) : answerError(c, refusal);
  });
  app.route('/', healthRoutes(services));
  app.route('/', assetRoutes());
  app.route('/', authRoutes(token, { trustProxy }));
  app.use(requireToken(token));
  app.route('/', metrics.routes);
  app.route('/', apiRoutes(services));
  app.route('/', compareRoutes(services));
  app.route('/', pageRoutes(services));
  return { fetch: app.fetch, request: app.request, close: () => jobs.close() };
}

/** What cannot be made is no fault, nor is a job that the server's end stopped. */
function logFailure(log: Logger, job: string, error: unknown): void {
  const { status, error: told } = refusalOf(error);
  if (status < 500 || told.code === 'CLOSED') log.info({ job, code: told.code }, 'job');
  else log.error({ job, code: told.code, err: error }, 'job');
}
