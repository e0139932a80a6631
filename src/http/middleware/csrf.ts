// SPDX-License-Identifier: Apache-2.0
// Other sites' pages cannot make a visitor's browser do things here: not with a form, and not by another name for
// this machine (DNS rebinding). Cookies are not needed for such attacks where there is no token.
import type { Context, MiddlewareHandler } from 'hono';
import { Refusal } from '../errors.js';

/**
 * Refuses (403) what the page of another origin asks for, except that links may lead here. Programs, which say nothing
 * of an origin, are let through.
 */
export function sameOriginOnly(): MiddlewareHandler {
  return async (c, next) => {
    if (!isOurOwn(c) && !isLink(c)) {
      const message = 'The request comes from a page of another site';
      throw new Refusal(403, { code: 'CROSS_ORIGIN', message });
    }
    await next();
  };
}

/**
 * Refuses (403) requests by other host names than these, whatever their port; undefined allows all.
 * @param hosts such as `localhost`, `127.0.0.1`, `[::1]`, `dashboard.example.com`
 */
export function allowedHosts(hosts: readonly string[] | undefined): MiddlewareHandler {
  const allowed = hosts && new Set(hosts.map((host) => host.toLowerCase()));
  return async (c, next) => {
    if (allowed && !allowed.has(hostName(c))) {
      const remedy = 'Start framekiln serve with --allowed-host and the name that you use.';
      throw new Refusal(403, { code: 'HOST_NOT_ALLOWED', message: 'The server is not known by this name', remedy });
    }
    await next();
  };
}

function isOurOwn(c: Context): boolean {
  const site = c.req.header('sec-fetch-site');
  // `none` is what the user did in person, such as typing the address.
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  // Browsers leave Sec-Fetch-Site out on plain http, but then say the origin of all that changes something.
  const origin = c.req.header('origin');
  if (origin === undefined) return true;
  // Not the scheme: a proxy may have spoken https.
  return URL.canParse(origin) && new URL(origin).host === c.req.header('host')?.toLowerCase();
}

function isLink(c: Context): boolean {
  const { mode, dest } = { mode: c.req.header('sec-fetch-mode'), dest: c.req.header('sec-fetch-dest') };
  return (c.req.method === 'GET' || c.req.method === 'HEAD') && mode === 'navigate' && dest === 'document';
}

function hostName(c: Context): string {
  return (c.req.header('host') ?? '').toLowerCase().replace(/:\d+$/, '');
}
