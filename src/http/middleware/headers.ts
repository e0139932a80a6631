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
 * @param bucketOrigin where videos are; when it cannot be told, pages come without it
 */
export function securityHeaders(bucketOrigin: () => Promise<string>): MiddlewareHandler {
  return async (c, next) => {
    await next();
    const contentSecurityPolicy = await policyOf(c, bucketOrigin);
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

async function policyOf(c: Context, bucketOrigin: () => Promise<string>): Promise<Policy> {
  const type = c.res.headers.get('content-type') ?? '';
  if (type.startsWith('image/svg')) return PICTURE;
  if (!type.startsWith('text/html')) return DATA;
  const bucket = await originOf(bucketOrigin);
  return {
    ...{ defaultSrc: ["'self'"], scriptSrc: ["'self'"], styleSrc: ["'self'"], imgSrc: ["'self'", 'data:'] },
    ...{ mediaSrc: ["'self'", 'blob:', ...bucket], connectSrc: ["'self'", ...bucket] },
    ...{ objectSrc: ["'none'"], baseUri: ["'none'"], formAction: ["'self'"], frameAncestors: ["'none'"] },
  };
}

/** As a list of one, or of none when the credentials or the region are missing. */
async function originOf(bucketOrigin: () => Promise<string>): Promise<string[]> {
  try {
    return [new URL(await bucketOrigin()).origin];
  } catch {
    return [];
  }
}
