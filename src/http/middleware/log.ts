// SPDX-License-Identifier: Apache-2.0
// One line of JSON for each request. Queries, headers and where redirects lead are left out: links and tokens are there.
import type { HttpBindings } from '@hono/node-server';
import type { Context, MiddlewareHandler } from 'hono';
import { requestId } from 'hono/request-id';
import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';
import { refuseSetting } from '../../errors.js';
import { refusalOf } from '../errors.js';
import { clientOf } from './client.js';
import { routeOf } from './route.js';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export interface LogOptions {
  /** Default `info`. */
  level?: string | undefined;
  /** Default: standard error. */
  stream?: DestinationStream | undefined;
}

const MAX_PATH = 300;

/**
 * A log of JSON lines.
 * @throws FramekilnError `INVALID_SETTING`
 */
export function createLog({ level = 'info', stream }: LogOptions = {}): Logger {
  if (!(LOG_LEVELS as readonly string[]).includes(level)) {
    refuseSetting(`one of ${LOG_LEVELS.join(', ')}`, '--log-level', level);
  }
  const options = { level, base: null, serializers: { err: withoutLinks }, timestamp: pino.stdTimeFunctions.isoTime };
  return pino(options, stream ?? pino.destination({ dest: 2, sync: true }));
}

/** Logs every request once it has been answered, and gives it an id, which the answer has as X-Request-Id. */
export function requestLog(log: Logger, options: { trustProxy?: boolean | undefined } = {}): MiddlewareHandler {
  const identify = requestId();
  return async (c, next) => {
    const start = performance.now();
    await identify(c, next);
    const { status, headers } = c.res;
    const bytes = headers.get('content-length');
    const request = {
      id: c.get('requestId') as string,
      ...{ method: c.req.method, route: routeOf(c), path: c.req.path.slice(0, MAX_PATH), status },
      client: clientOf(c, options.trustProxy),
      ...(bytes !== null && { bytes: Number(bytes) }),
      ...told(c, status),
    };
    const say = (aborted: boolean): void => {
      const line = { ...request, ms: Math.round(performance.now() - start), ...(aborted && { aborted }) };
      // Who leaves within a request makes it fail, which is no fault of ours.
      if (status >= 500 && !aborted) log.error(line, 'request');
      else log.info(line, 'request');
    };
    // A stream goes on for long, and whoever watches it may leave before its end.
    const { outgoing } = (c.env ?? {}) as Partial<HttpBindings>;
    if (outgoing && !outgoing.closed) outgoing.once('close', () => say(!outgoing.writableFinished));
    else say(outgoing !== undefined && !outgoing.writableFinished);
  };
}

function told({ error }: Context, status: number): object {
  if (!error) return {};
  const { code } = refusalOf(error).error;
  return status >= 500 ? { code, err: error } : { code };
}

/** Errors of stores and of Node may quote a request. */
function withoutLinks(error: Error): object {
  const { type, message, stack, code } = stdSerializers.err(error) as Record<string, unknown>;
  const clean = (text: unknown) => String(text).replace(/\?[^\s"'<>]*X-Amz-[^\s"'<>]*/gi, '?...');
  return { type, message: clean(message), stack: clean(stack), ...(code !== undefined && { code }) };
}
