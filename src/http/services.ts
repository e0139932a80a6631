// SPDX-License-Identifier: Apache-2.0
import type { Context } from 'hono';
import type { Logger } from 'pino';
import type { Experiments } from '../backfill/experiments.js';
import type { JobBoard } from './jobs/board.js';
import type { RemoteJobs } from './jobs/remote.js';

/** What routes and pages work with. */
export interface Services {
  /** The calls on experiments of one table and one bucket. */
  experiments: () => Promise<Experiments>;
  jobs: JobBoard;
  log: Logger;
  /** Whether this client may start one more job now. */
  limiter: (c: Context) => Promise<{ allowed: true } | { allowed: false; retryAfterSeconds: number }>;
  /** Where videos are made when not in this process. */
  remote?: RemoteJobs | undefined;
  /** Told of what streams send. */
  onStreamed?: ((bytes: number) => void) | undefined;
}
