// SPDX-License-Identifier: Apache-2.0
import type { Context, MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { isHttps } from './client.js';

type Policy = Record<string, string[]>;

/** Data is never a page: nothing of it runs, wherever it is opened. */
const DATA: Policy = { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"] };
/** A plot that is opened by itself keeps its own styles. */
const PICTURE: Policy = { ...DATA, styleSrc: ["'unsafe-inline'"], sandbox: [] };
const HSTS = 'max-age=31536000';

/**
 * The security headers of every answer; on pages a policy that lets them load from here and from the bucket only.
 * @param linkOrigins where videos are; when it cannot be told, pages come without them
 */
export function securityHeaders(linkOrigins: () => Promise<string[]>): MiddlewareHandler {
  return async (c, next) => {
    await next();
    const contentSecurityPolicy = await policyOf(c, linkOrigins);
    const set = secureHeaders({
      contentSecurityPolicy,
      // Links from here tell the bucket nothing of the page; pages of ours tell each other.
      referrerPolicy: 'same-origin',
      crossOriginResourcePolicy: 'same-origin',
      crossOriginOpenerPolicy: 'same-origin',
      strictTransportSecurity: isHttps(c) ? HSTS : false,
      xFrameOptions: 'DENY',
      xDownloadOptions: false,
      xPermittedCrossDomainPolicies: false,
      permissionsPolicy: {
        ...{ fullscreen: ['self'], pictureInPicture: ['self'], screenWakeLock: ['self'] },
        ...{ camera: [], microphone: [], geolocation: [], payment: [], usb: [], displayCapture: [] },
      },
    });
    await set(c, async () => undefined);
  };
}

async function policyOf(c: Context, linkOrigins: () => Promise<string[]>): Promise<Policy> {
  const type = c.res.headers.get('content-type') ?? '';
  if (type.startsWith('image/svg')) return PICTURE;
  if (!type.startsWith('text/html')) return DATA;
  const buckets = await originsOf(linkOrigins);
  return {
    ...{ defaultSrc: ["'self'"], scriptSrc: ["'self'"], styleSrc: ["'self'"], imgSrc: ["'self'", 'data:'] },
    ...{ mediaSrc: ["'self'", 'blob:', ...buckets], connectSrc: ["'self'", ...buckets] },
    ...{ objectSrc: ["'none'"], baseUri: ["'none'"], formAction: ["'self'"], frameAncestors: ["'none'"] },
  };
}

/** None when the credentials or the region are missing. */
async function originsOf(linkOrigins: () => Promise<string[]>): Promise<string[]> {
  try {
    return (await linkOrigins()).map((url) => new URL(url).origin);
  } catch {
    return [];
  }
}
