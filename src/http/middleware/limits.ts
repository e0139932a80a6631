// SPDX-License-Identifier: Apache-2.0
import { createHash, randomBytes } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { Refusal } from '../errors.js';
import { clientOf, networkOf } from './client.js';

export interface RateLimit {
  /** Requests that a client may make ... */
  points: number;
  /** ... in so many seconds. */
  seconds: number;
  /** Counts the client that the proxy in front names, not the proxy. */
  trustProxy?: boolean | undefined;
}

export type RateLimiter = (c: Context) => Promise<{ allowed: true } | { allowed: false; retryAfterSeconds: number }>;

const MAX_BODY_BYTES = 64 * 1024;
/** Clients are counted in so many places, so that ever new addresses cost no more memory. */
const PLACES = 16_384;

/** Refuses request bodies above 64 KiB (413). */
export function limitBody(): MiddlewareHandler {
  const limit = bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError() {
      throw new Refusal(413, { code: 'TOO_LARGE', message: `The request is larger than ${MAX_BODY_BYTES} bytes` });
    },
  });
  return async (c, next) => {
    const { url, method, headers, body, signal } = c.req.raw;
    // Hono copies what comes without a length, and Node cannot copy the request object of the server's own.
    if (body && !headers.has('content-length')) {
      const copy: RequestInit & { duplex: 'half' } = { method, headers, body, signal, duplex: 'half' };
      c.req.raw = new Request(url, copy);
    }
    return limit(c, next);
  };
}

/** Counts the requests of each client, in memory. Two clients may have to share a place; nobody can choose with whom. */
export function createRateLimiter({ points, seconds, trustProxy }: RateLimit): RateLimiter {
  const limiter = new RateLimiterMemory({ points, duration: seconds });
  const salt = randomBytes(16);
  return async (c) => {
    const place = createHash('sha256')
      .update(salt)
      .update(networkOf(clientOf(c, trustProxy)))
      .digest();
    try {
      await limiter.consume(place.readUInt32BE() % PLACES);
      return { allowed: true };
    } catch (refused) {
      const { msBeforeNext } = refused as RateLimiterRes;
      return { allowed: false, retryAfterSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)) };
    }
  };
}

/** Refuses (429, Retry-After) what a limiter does not allow. */
export async function checkRate(limiter: RateLimiter, c: Context): Promise<void> {
  const answer = await limiter(c);
  if (answer.allowed) return;
  const error = { code: 'TOO_MANY_REQUESTS', message: 'Too many requests', remedy: 'Try again later.' };
  throw new Refusal(429, error, answer.retryAfterSeconds);
}
