// SPDX-License-Identifier: Apache-2.0
// What AWS Lambda calls: `handler` for HTTP (REST API, HTTP API, function URL), `worker` for the queue.
// Set by FRAMEKILN_TABLE, _BUCKET, _QUEUE_URL, _TOKEN, _SOURCE, _ALLOWED_ORIGIN; see deploy/README.md.
import { createContainer } from './container.js';

export type { HttpResult } from './handler.js';
export type { BatchResult, SqsEvent } from './worker.js';

/** One for the life of a container: threads, connections and what was read stay for its next event. */
const container = createContainer(process.env);

export const handler = container.handler;
export const worker = container.worker;
