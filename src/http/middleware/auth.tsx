// SPDX-License-Identifier: Apache-2.0
// One token for all: as a bearer, or as a cookie that a login page gives.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { deleteCookie, getSignedCookie, setSignedCookie } from 'hono/cookie';
import { Refusal } from '../errors.js';
import { LoginPage } from '../pages/login.js';
import { isHttps, isPage } from './client.js';
import { checkRate, createRateLimiter } from './limits.js';

const COOKIE = 'framekiln_session';
const SESSION_SECONDS = 12 * 3600;
/** Logins that a client may try in a minute. */
const ATTEMPTS = { points: 10, seconds: 60 };
const MAX_NEXT = 2000;

/** Lets in who has the token: programs get 401 without it, people the login page. Without a token all may enter. */
export function requireToken(token: string | undefined): MiddlewareHandler {
  return async (c, next) => {
    if (token === undefined || isOpen(c.req.path)) return next();
    const bearer = bearerOf(c);
    if (bearer === undefined && (await hasSession(c, token))) {
      // Pages offer a way out.
      c.set('signedIn', true);
      return next();
    }
    if (isToken(bearer, token)) return next();
    if (isPage(c) && (c.req.method === 'GET' || c.req.method === 'HEAD')) {
      const { pathname, search } = new URL(c.req.url);
      return c.redirect(`/login?next=${encodeURIComponent(pathname + search)}`, 303);
    }
    c.header('WWW-Authenticate', 'Bearer realm="framekiln"');
    const remedy = 'Send the header "Authorization: Bearer TOKEN" with the token that the server was started with.';
    throw new Refusal(401, { code: 'UNAUTHORIZED', message: 'The token is missing or wrong', remedy });
  };
}

/** The login page and its form, and logout. Nothing is kept here: whoever has a session has a signed cookie. */
export function authRoutes(token: string | undefined, options: { trustProxy?: boolean | undefined } = {}): Hono {
  const limiter = createRateLimiter({ ...ATTEMPTS, ...options });
  const routes = new Hono();

  routes.get('/login', (c) => {
    if (token === undefined) return c.redirect('/', 303);
    c.header('Cache-Control', 'no-store');
    return c.html(<LoginPage next={localPath(c.req.query('next'))} />);
  });

  routes.post('/login', async (c) => {
    await checkRate(limiter, c);
    const form = await c.req.parseBody();
    const next = localPath(form.next);
    if (token !== undefined && !isToken(form.token, token)) {
      c.header('Cache-Control', 'no-store');
      return c.html(<LoginPage next={next} wrong />, 401);
    }
    if (token !== undefined) await startSession(c, token);
    return c.redirect(next, 303);
  });

  routes.post('/logout', (c) => {
    deleteCookie(c, COOKIE, { path: '/' });
    return c.redirect(token === undefined ? '/' : '/login', 303);
  });

  return routes;
}

function isOpen(path: string): boolean {
  return ['/healthz', '/readyz', '/login'].includes(path) || path.startsWith('/assets/');
}

function bearerOf(c: Context): string | undefined {
  return /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
}

async function hasSession(c: Context, token: string): Promise<boolean> {
  const expires = await getSignedCookie(c, sessionKey(token), COOKIE);
  return typeof expires === 'string' && Number(expires) > Date.now() / 1000;
}

async function startSession(c: Context, token: string): Promise<void> {
  const expires = Math.floor(Date.now() / 1000) + SESSION_SECONDS;
  await setSignedCookie(c, COOKIE, String(expires), sessionKey(token), {
    path: '/',
    httpOnly: true,
    // Not Strict: a link in a chat would lead to the login page again and again.
    sameSite: 'Lax',
    secure: isHttps(c),
    maxAge: SESSION_SECONDS,
  });
}

/** Another token makes another key, so it ends all sessions. */
function sessionKey(token: string): string {
  return createHmac('sha256', token).update('framekiln session').digest('base64');
}

/** Hashes have equal lengths, and take equal time to compare. */
function isToken(given: unknown, token: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return typeof given === 'string' && timingSafeEqual(hash(given), hash(token));
}

/** Where to go after the login: a path of ours, whatever else it says. */
function localPath(next: unknown): string {
  const here = 'http://here.invalid';
  if (typeof next !== 'string' || next.length > MAX_NEXT || !/^\/(?![/\\])/.test(next)) return '/';
  if (!URL.canParse(next, here)) return '/';
  const { origin, pathname, search, hash } = new URL(next, here);
  return origin === here && !pathname.startsWith('//') && pathname !== '/login' ? pathname + search + hash : '/';
}
