// SPDX-License-Identifier: Apache-2.0
import type { LambdaContext, LambdaEvent } from 'hono/aws-lambda';
import { createKiln, type Kiln } from '../../kiln.js';
import { type App, createApp } from '../app.js';
import { createLog } from '../middleware/log.js';
import { createHandler, type HttpResult } from './handler.js';
import { createQueue, type Queue } from './queue.js';
import { type BatchResult, type SqsEvent, workOff } from './worker.js';

/** Of a request to the stores: API Gateway gives up after 29 s. */
const ATTEMPTS = 5;

/** Time to answer in, as Lambda gives it. */
export type TimeLeft = Pick<LambdaContext, 'getRemainingTimeInMillis'>;

export interface Container {
  /** Answers an event of API Gateway or of a function URL. */
  handler(event: LambdaEvent, context: TimeLeft): Promise<HttpResult>;
  /** Makes the videos that messages ask for. */
  worker(event: SqsEvent, context: TimeLeft): Promise<BatchResult>;
  close(): Promise<void>;
}

/**
 * What one Lambda container holds. Everything is made when the first event needs it; what fails then is tried again
 * with the next event.
 */
export function createContainer(env: NodeJS.ProcessEnv): Container {
  const log = createLog({ level: env.FRAMEKILN_LOG_LEVEL || 'info' });
  let kiln: Kiln | undefined;
  let queue: Queue | undefined;
  let app: App | undefined;
  let answer: ((event: LambdaEvent, context: TimeLeft) => Promise<HttpResult>) | undefined;

  const openKiln = (): Kiln => {
    kiln ??= createKiln({
      table: env.FRAMEKILN_TABLE,
      bucket: env.FRAMEKILN_BUCKET,
      source: env.FRAMEKILN_SOURCE || undefined,
      attempts: ATTEMPTS,
    });
    return kiln;
  };
  const openHandler = () => {
    const url = env.FRAMEKILN_QUEUE_URL;
    if (url) queue ??= createQueue(url, log);
    app ??= createApp({ kiln: openKiln(), token: env.FRAMEKILN_TOKEN || undefined, log, dispatch: queue?.dispatch });
    answer ??= createHandler(app, { allowedOrigin: env.FRAMEKILN_ALLOWED_ORIGIN || undefined, waits: !queue });
    return answer;
  };
  return {
    handler: async (event, context) => openHandler()(event, context),
    worker: async (event, context) => workOff(event, context, { kiln: openKiln(), log }),
    async close() {
      await app?.close();
      queue?.close();
      await kiln?.[Symbol.asyncDispose]();
    },
  };
}
