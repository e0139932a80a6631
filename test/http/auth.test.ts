// SPDX-License-Identifier: Apache-2.0
// Who gets in, and how: bearer, cookie, login page.
import { Hono } from 'hono';
import { afterEach, expect, test, vi } from 'vitest';
import { answerError, refusalOf } from '../../src/http/errors.js';
import { authRoutes, requireToken } from '../../src/http/middleware/auth.js';

const TOKEN = 'correct-horse-battery-staple';

function guarded(token: string | undefined = TOKEN) {
  const app = new Hono();
  app.onError((error, c) => answerError(c, refusalOf(error)));
  for (const path of ['/healthz', '/readyz', '/assets/style.css']) app.get(path, (c) => c.text('open'));
  app.route('/', authRoutes(token));
  app.use(requireToken(token));
  app.all('*', (c) => c.text('inside'));
  return app;
}

const login = (app: Hono, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  app.request('/login', { method: 'POST', body: new URLSearchParams(fields), headers });

const cookieOf = (answer: Response) => answer.headers.get('set-cookie')?.split(';')[0] ?? '';

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

afterEach(() => {
  vi.useRealTimers();
});

test('without a token everybody is inside, and there is no login', async () => {
  const app = guarded('');
  const open = new Hono()
    .route('/', authRoutes(undefined))
    .use(requireToken(undefined))
    .get('/', (c) => c.text('in'));
  expect(await (await open.request('/')).text()).toBe('in');
  expect((await open.request('/login')).headers.get('location')).toBe('/');
  // An empty token is one: nobody has it by chance of a missing header.
  expect((await app.request('/api/experiments')).status).toBe(401);
});

test.each(['/healthz', '/readyz', '/assets/style.css', '/login'])('%s is open', async (path) => {
  expect((await guarded().request(path)).status).toBe(200);
});

test.each(['/api/experiments', '/api/openapi.json', '/metrics', '/assets', '/assets2/x', '/healthz/x', '/login/x'])(
  '%s is not',
  async (path) => {
    const answer = await guarded().request(path, { redirect: 'manual' });
    expect([401, 303]).toContain(answer.status);
    expect(await answer.text()).not.toContain('inside');
  },
);

test('programs are told how', async () => {
  const answer = await guarded().request('/api/experiments');
  expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="framekiln"']);
  expect(await answer.json()).toMatchObject({
    error: { code: 'UNAUTHORIZED', remedy: expect.stringMatching(/^Send .*Bearer/) },
  });
  expect((await guarded().request('/', { method: 'POST' })).status).toBe(401);
});

test('the bearer', async () => {
  const app = guarded();
  expect(await (await app.request('/api/experiments', bearer(TOKEN))).text()).toBe('inside');
  const wrong = [TOKEN.slice(0, -1), `${TOKEN}x`, TOKEN.toUpperCase(), 'x', ''];
  for (const token of wrong) expect((await app.request('/api/x', bearer(token))).status).toBe(401);
  const basic = { headers: { authorization: `Basic ${TOKEN}` } };
  expect((await app.request('/api/x', basic)).status).toBe(401);
  expect((await app.request(`/api/x?token=${TOKEN}`)).status).toBe(401);
});

test('the login page leads back to where one was', async () => {
  const app = guarded();
  const turnedAway = await app.request('/experiments/one?x=1&y=%26');
  expect(turnedAway.status).toBe(303);
  const to = turnedAway.headers.get('location') ?? '';
  expect(to).toBe(`/login?next=${encodeURIComponent('/experiments/one?x=1&y=%26')}`);
  const page = await (await app.request(to)).text();
  expect(page).toContain('name="next" value="/experiments/one?x=1&amp;y=%26"');
  const wrong = await login(app, { token: 'nope', next: '/x' });
  expect([wrong.status, wrong.headers.get('set-cookie')]).toEqual([401, null]);
  expect(await wrong.text()).toMatch(/role="alert"/);
  const entered = await login(app, { token: TOKEN, next: '/experiments/one?x=1' });
  expect([entered.status, entered.headers.get('location')]).toEqual([303, '/experiments/one?x=1']);
  expect(entered.headers.get('set-cookie')).toMatch(/; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/);
  const inside = await app.request('/metrics', { headers: { cookie: cookieOf(entered) } });
  expect(await inside.text()).toBe('inside');
});

test.each([
  ...['https://evil.example', '//evil.example', '/\\evil.example', '\\\\evil.example', 'javascript:alert(1)'],
  ...['/\t/evil.example', '/..//evil.example', 'x', '', '/login', `/${'x'.repeat(3000)}`, 'http:/evil'],
])('after the login nothing leads to %j', async (next) => {
  const answer = await login(guarded(), { token: TOKEN, next });
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
  const page = await (await guarded().request(`/login?next=${encodeURIComponent(next)}`)).text();
  expect(page).toContain('name="next" value="/"');
});

test('what the login page is given is text', async () => {
  const page = await (await guarded().request(`/login?next=${encodeURIComponent('/"><script>x</script>')}`)).text();
  expect(page).not.toMatch(/<script>x|value="\/">/);
});

test('the cookie goes by https alone where the browser speaks https', async () => {
  const secure = await login(guarded(), { token: TOKEN }, { 'x-forwarded-proto': 'https' });
  expect(secure.headers.get('set-cookie')).toMatch(/; Secure/);
});

test('a session ends after 12 hours, with another token, and with the logout', async () => {
  const app = guarded();
  const cookie = cookieOf(await login(app, { token: TOKEN }));
  const get = (from: Hono) => from.request('/api/x', { headers: { cookie } });
  expect((await get(app)).status).toBe(200);
  expect((await get(guarded())).status).toBe(200);
  expect((await get(guarded(`${TOKEN}2`))).status).toBe(401);
  const out = await app.request('/logout', { method: 'POST', headers: { cookie } });
  expect([out.status, out.headers.get('location')]).toEqual([303, '/login']);
  expect(out.headers.get('set-cookie')).toMatch(/^framekiln_session=; Max-Age=0; Path=\//);
  vi.useFakeTimers({ now: Date.now() + 12 * 3600_000 - 60_000, toFake: ['Date'] });
  expect((await get(app)).status).toBe(200);
  vi.setSystemTime(Date.now() + 61_000);
  expect((await get(app)).status).toBe(401);
});

test('a cookie that was tampered with', async () => {
  const app = guarded();
  const [name = '', value = ''] = cookieOf(await login(app, { token: TOKEN })).split('=');
  const [expires = '', signature = ''] = decodeURIComponent(value).split(/\.(.*)/s);
  const forged = [`${Number(expires) + 9999}.${signature}`, `${expires}.`, expires, `.${signature}`, '', 'x.y'];
  expect((await app.request('/api/x', { headers: { cookie: `${name}=${value}` } })).status).toBe(200);
  for (const text of forged) {
    const cookie = `${name}=${encodeURIComponent(text)}`;
    expect((await app.request('/api/x', { headers: { cookie } })).status).toBe(401);
  }
});

test('guessing is slowed down, also for the right token', async () => {
  const app = guarded();
  for (let i = 0; i < 10; i++) expect((await login(app, { token: `guess ${i}` })).status).toBe(401);
  const refused = await login(app, { token: TOKEN });
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refused.json()).toMatchObject({ error: { code: 'TOO_MANY_REQUESTS' } });
});
