// SPDX-License-Identifier: Apache-2.0
// Who asks, and how.
import { isIPv6 } from 'node:net';
import type { Context } from 'hono';

/** What servers and gateways tell of a connection. */
interface Connection {
  incoming?: { socket?: { remoteAddress?: string | undefined } };
  requestContext?: { http?: { sourceIp?: string }; identity?: { sourceIp?: string } };
}

/**
 * The address that a request comes from, or `unknown`.
 * @param trustProxy believes the last entry of X-Forwarded-For, which the proxy in front wrote; clients write the others
 */
export function clientOf(c: Context, trustProxy = false): string {
  const { incoming, requestContext } = (c.env ?? {}) as Connection;
  const forwarded = trustProxy ? c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() : undefined;
  const { http, identity } = requestContext ?? {};
  const address = forwarded || incoming?.socket?.remoteAddress || http?.sourceIp || identity?.sourceIp || 'unknown';
  return address.slice(0, 45).replace(/^::ffff:(?=\d+\.)/i, '');
}

/** The client as one who is counted: a household or a machine owns 64 bits of IPv6 addresses. */
export function networkOf(client: string): string {
  if (!isIPv6(client)) return client;
  const [head = '', tail] = client.split('%')[0]?.split('::') ?? [];
  const groups = head.split(':').filter(Boolean);
  const after = tail?.split(':').filter(Boolean) ?? [];
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - after.length) }, () => '0');
  return [...groups, ...zeros, ...after].slice(0, 4).join(':');
}

/** Whether the browser speaks https. A client that lies about it only misleads itself. */
export function isHttps(c: Context): boolean {
  return new URL(c.req.url).protocol === 'https:' || c.req.header('x-forwarded-proto') === 'https';
}

/** Whether a person reads the answer as a page, and not a program. */
export function isPage(c: Context): boolean {
  return !/^\/(api|metrics|healthz|readyz|assets)(\/|$)/.test(c.req.path);
}
