// SPDX-License-Identifier: Apache-2.0
// The app behind API Gateway's REST and HTTP APIs and function URLs. Answers are returned whole: neither an HTTP API
// nor what the team's dashboard expects can be streamed.
import { Hono } from 'hono';
import { defaultIsContentTypeBinary, handle, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda';
import type { App } from '../app.js';
import { appPath, type HttpEvent } from './app-path.js';
import type { TimeLeft } from './container.js';
import { answerDashboard } from './dashboard.js';
import { type Ask, askPatiently, readUntil } from './patience.js';

/** What API Gateway and function URLs take for an answer. */
export interface HttpResult {
  statusCode: number;
  headers?: Record<string, string> | undefined;
  multiValueHeaders?: Record<string, string[]> | undefined;
  cookies?: string[];
  body: string;
  isBase64Encoded: boolean;
}

export interface HandlerOptions {
  /** Whose pages may read what the dashboard's route answers. */
  allowedOrigin?: string | undefined;
  /** Waits for videos: they are made here, and only while an event is being answered. */
  waits: boolean;
}

/** API Gateway gives up after 29 s. */
const LONGEST_WAIT_MS = 25_000;
/** To sign the link and to send the answer. */
const MARGIN_MS = 3000;

export function createHandler(
  app: Pick<App, 'fetch'>,
  { allowedOrigin, waits }: HandlerOptions,
): (event: LambdaEvent, context: TimeLeft) => Promise<HttpResult> {
  return async (lambdaEvent, context) => {
    const event = lambdaEvent as HttpEvent;
    const { requestContext } = event;
    const deadline = Date.now() + Math.min(LONGEST_WAIT_MS, context.getRemainingTimeInMillis() - MARGIN_MS);
    const once: Ask = async (request) => app.fetch(request, { requestContext });
    const ask: Ask = (request) =>
      waits || isMeasured(request) ? askPatiently(once, request, deadline) : once(request);

    const id = event.pathParameters?.experiment_id;
    if (id !== undefined) return answerDashboard(event, id, ask, allowedOrigin);
    const place = appPath(event);
    if (!place) return refuse('Expected an HTTP event of API Gateway or of a function URL');
    // Nothing streams from here; whoever watches a video as it is made gets it when it is.
    const path = place.path.replace(/^(\/api\/experiments\/[^/]+)\/stream\.mp4$/, '$1/video');
    const outer = new Hono().all('*', async (c) => {
      const response = await ask(c.req.raw);
      const whole = isEndless(response) ? await readUntil(response, deadline) : response;
      return withPrefix(whole, place.prefix);
    });
    const moved = { ...event, ...(event.requestContext?.http ? { rawPath: path } : { path }) };
    return (await handle(outer, { isContentTypeBinary })(moved as LambdaEvent, context as LambdaContext)) as HttpResult;
  };
}

/** Beside what Hono takes for text: server-sent events. */
const isContentTypeBinary = (type: string): boolean => !type.startsWith('text/') && defaultIsContentTypeBinary(type);

/** What is measured is measured here, queue or not. */
const isMeasured = ({ url }: Request): boolean => /\/quality(\.svg)?$/.test(new URL(url).pathname);

const isEndless = (response: Response): boolean =>
  response.headers.get('content-type')?.startsWith('text/event-stream') === true;

/** Locations of the app, which knows nothing of a stage, lead back to it. */
function withPrefix(response: Response, prefix: string): Response {
  const location = response.headers.get('location');
  if (prefix === '' || !location?.startsWith('/')) return response;
  const headers = new Headers(response.headers);
  headers.set('location', prefix + location);
  return new Response(response.body, { status: response.status, headers });
}

function refuse(message: string): HttpResult {
  const body = JSON.stringify({ error: { code: 'INVALID_ARGUMENT', message } });
  return { statusCode: 400, headers: { 'content-type': 'application/json' }, body, isBase64Encoded: false };
}
