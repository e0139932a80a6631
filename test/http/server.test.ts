// SPDX-License-Identifier: Apache-2.0
// The server on real sockets: clients that dawdle, leave, or talk nonsense, and its end.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { answerError, refusalOf } from '../../src/http/errors.js';
import { allowedHosts } from '../../src/http/middleware/csrf.js';
import { limitBody } from '../../src/http/middleware/limits.js';
import { hostNames, isLoopback, type ServerOptions, startServer } from '../../src/http/server.js';
import { openRaw, sendRaw } from '../support/raw-http.js';

async function started(app: Hono, options: ServerOptions = {}) {
  const server = await startServer(app, { port: 0, ...options });
  onTestFinished(() => server.close(0));
  return server;
}

function hello() {
  const app = new Hono();
  app.onError((_, c) => c.text('failed', 500));
  return app.get('/', (c) => c.text('hello')).post('/', async (c) => c.text(await c.req.text()));
}

/** Ends when it is told, or when its client leaves. */
function endless() {
  const seen: { aborted: boolean; ended: boolean; finish: () => void } = {
    aborted: false,
    ended: false,
    finish: () => undefined,
  };
  const app = hello();
  app.get('/stream', (c) => {
    c.req.raw.signal.addEventListener('abort', () => {
      seen.aborted = true;
    });
    const finished = new Promise<void>((done) => {
      seen.finish = done;
    });
    return streamSSE(c, async (stream) => {
      await stream.writeSSE({ data: 'first' });
      await finished;
      await stream.writeSSE({ data: 'last' });
      seen.ended = true;
    });
  });
  app.get('/slow', async (c) => {
    const { signal } = c.req.raw;
    await new Promise<void>((done) => {
      signal.addEventListener('abort', () => {
        seen.aborted = true;
        done();
      });
      seen.finish = done;
    });
    return c.text('at last');
  });
  return { app, seen };
}

describe('where it listens', () => {
  test('on loopback, at a free port', async () => {
    const { url, port } = await started(hello());
    expect(url).toBe(`http://127.0.0.1:${port}`);
    expect(await (await fetch(url)).text()).toBe('hello');
  });

  test('a port in use, and addresses that are not ours', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await vi.waitUntil(() => other.listening);
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    await expect(startServer(hello(), { port })).rejects.toMatchObject({
      ...{ code: 'INVALID_SETTING', setting: '--port', remedy: expect.stringContaining('--port') },
      message: `Cannot listen at 127.0.0.1 port ${port}: it is in use`,
    });
    await expect(startServer(hello(), { host: '192.0.2.1', port: 0 })).rejects.toMatchObject({ setting: '--host' });
    for (const bad of [-1, 65_536, 1.5, Number.NaN]) {
      await expect(startServer(hello(), { port: bad })).rejects.toMatchObject({ setting: '--port' });
    }
  });

  test('loopback', () => {
    expect(['127.0.0.1', '127.1.2.3', '::1', 'localhost'].filter(isLoopback)).toHaveLength(4);
    const others = ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example', 'localhost.example', ''];
    expect(others.filter(isLoopback)).toEqual([]);
  });
});

describe('names', () => {
  const ask = (port: number, host: string) =>
    sendRaw(port, `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  const named = (hosts: readonly string[] | undefined) => {
    const app = new Hono().use(allowedHosts(hosts));
    app.onError((error, c) => answerError(c, refusalOf(error)));
    return app.get('/', (c) => c.text('hello'));
  };

  test('on loopback others are refused: a name that was led here (DNS rebinding)', async () => {
    const { port } = await started(named(hostNames('127.0.0.1')));
    for (const host of ['localhost', `localhost:${port}`, '127.0.0.1:1', '[::1]:8080', 'LOCALHOST']) {
      expect(await ask(port, host)).toMatch(/^HTTP\/1\.1 200 /);
    }
    const others = ['evil.example', `evil.example:${port}`, 'localhost.evil.example', '127.0.0.1.nip.io', '10.0.0.1'];
    for (const host of others) {
      const said = await ask(port, host);
      expect(said).toMatch(/^HTTP\/1\.1 403 /);
      expect(said).toMatch(/"code":"HOST_NOT_ALLOWED".*--allowed-host/);
    }
    expect(await ask(port, 'localhost@evil.example')).toMatch(/^HTTP\/1\.1 4\d\d /);
  });

  test('those that are allowed', async () => {
    const { port } = await started(named(hostNames('0.0.0.0', ['Dashboard.example.com'])));
    expect(await ask(port, 'dashboard.example.com:443')).toMatch(/^HTTP\/1\.1 200 /);
    expect(await ask(port, 'localhost')).toMatch(/^HTTP\/1\.1 200 /);
    expect(await ask(port, 'evil.example')).toMatch(/^HTTP\/1\.1 403 /);
  });

  test('beyond loopback any will do', async () => {
    const { port } = await started(named(hostNames('0.0.0.0')), { host: '0.0.0.0' });
    expect(await ask(port, 'dashboard.example.com')).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('clients', () => {
  test('slow-loris: who sends a byte a second is cut off; others are served meanwhile, for as long as an answer takes', async () => {
    const { app, seen } = endless();
    const { url, port } = await started(app);
    const long = await fetch(`${url}/stream`);
    const request = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n';
    const headers = await Promise.all(Array.from({ length: 100 }, () => openRaw(port)));
    const bodies = await Promise.all(Array.from({ length: 100 }, () => openRaw(port)));
    for (const { socket } of bodies) socket.write(request);
    let sent = 0;
    const dribble = setInterval(() => {
      for (const { socket } of headers) if (socket.writable) socket.write(request[sent % 40] ?? 'x');
      for (const { socket } of bodies) if (socket.writable) socket.write('x');
      sent++;
    }, 1000);
    let served = 0;
    const serving = setInterval(async () => {
      if ((await (await fetch(url)).text()) === 'hello') served++;
    }, 100);
    await Promise.all([...headers, ...bodies].map(({ closed }) => closed));
    clearInterval(dribble);
    clearInterval(serving);
    expect(served).toBeGreaterThan(50);
    expect(headers.every(({ said }) => /^(HTTP\/1\.1 408 |$)/.test(said()))).toBe(true);
    // It began before all those requests, and so outlived what a request may take.
    seen.finish();
    expect(await long.text()).toBe('data: first\n\ndata: last\n\n');
    expect(seen.aborted).toBe(false);
  });

  test.each(['/slow', '/stream'])('who leaves %s while it is answered aborts its signal', async (path) => {
    const { app, seen } = endless();
    const { port } = await started(app);
    const { socket, said } = await openRaw(port);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    if (path === '/stream') await vi.waitUntil(() => said().includes('first'));
    else await new Promise((resolve) => setTimeout(resolve, 100));
    expect(seen.aborted).toBe(false);
    socket.destroy();
    await vi.waitUntil(() => seen.aborted, { timeout: 20_000 });
  });

  test.each([
    ['no HTTP', 'hello there\r\n\r\n'],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    ['headers without end', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx'],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a host that is none', 'GET / HTTP/1.1\r\nHost: local host\r\nConnection: close\r\n\r\n'],
    ['a line break in a header', 'GET / HTTP/1.1\r\nHost: localhost\r\nX: a\nb\r\n\r\n'],
  ])('%s', async (_, request) => {
    const { url, port } = await started(hello());
    expect(await sendRaw(port, request)).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(await (await fetch(url)).text()).toBe('hello');
  });
});

test.each([
  ['no body', '', '', '200 OK', ''],
  ['a length', 'Content-Length: 3\r\n', 'abc', '200 OK', 'abc'],
  ['chunks', 'Transfer-Encoding: chunked\r\n', '3\r\nabc\r\n0\r\n\r\n', '200 OK', 'abc'],
  ['too many chunks', 'Transfer-Encoding: chunked\r\n', `${'4000\r\n'.padEnd(16_390, 'x')}\r\n`.repeat(5), '413', ''],
])('a POST with %s', async (_, header, body, status, answer) => {
  const app = new Hono();
  app.onError((error, c) => answerError(c, refusalOf(error)));
  app.use(limitBody()).post('/', async (c) => c.text(await c.req.text()));
  const { port } = await started(app);
  const said = await sendRaw(port, `POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${header}\r\n${body}`);
  expect(said).toMatch(new RegExp(`^HTTP/1\\.1 ${status}`));
  expect(said.split('\r\n\r\n').slice(1).join()).toContain(answer);
});

describe('the end', () => {
  test('nothing new is taken, what is under way may end', async () => {
    const { app, seen } = endless();
    const server = await startServer(app, { port: 0 });
    const idle = await openRaw(server.port);
    idle.socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await vi.waitUntil(() => idle.said().includes('hello'));
    const answer = await fetch(`${server.url}/stream`);
    const slow = fetch(`${server.url}/`);
    await slow;
    const closing = server.close(30_000);
    await idle.closed;
    await expect(fetch(server.url)).rejects.toThrow();
    seen.finish();
    expect(await answer.text()).toBe('data: first\n\ndata: last\n\n');
    await closing;
  });

  test('what does not end is cut off', async () => {
    const { app, seen } = endless();
    const server = await startServer(app, { port: 0 });
    const answer = await fetch(`${server.url}/stream`);
    const half = await openRaw(server.port);
    half.socket.write('GET / HT');
    await server.close(100);
    await expect(answer.text()).rejects.toThrow();
    await half.closed;
    await vi.waitUntil(() => seen.aborted);
    expect(seen.ended).toBe(false);
  });

  test('an idle server ends at once', async () => {
    const server = await startServer(hello(), { port: 0 });
    await (await fetch(server.url)).text();
    await server.close(1e9);
  });
});
