// SPDX-License-Identifier: Apache-2.0
// The app on a port.
import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import { FramekilnError, refuseSetting } from '../errors.js';

export interface ServerOptions {
  /** Default 127.0.0.1. */
  host?: string | undefined;
  /** 0 takes any that is free; default 8080. */
  port?: number | undefined;
}

export interface RunningServer {
  url: string;
  port: number;
  /**
   * Takes no more requests, lets the ones under way end for so long, and then cuts them off.
   * @param graceMs default 5000
   */
  close(graceMs?: number): Promise<void>;
}

const DEFAULT_PORT = 8080;
/** Who sends a byte now and then holds a connection for so long. Answers may take as long as they like. */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  connectionsCheckingInterval: 1000,
  // Longer than the 60 s after which load balancers let an idle connection go.
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16 * 1024,
};
const MAX_CONNECTIONS = 1000;
/** Neither a byte came nor one was taken: the other side has stopped reading, or is gone. */
const SILENCE_MS = 600_000;
const GRACE_MS = 5000;

/** Whether only this machine can reach what listens there. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * The names by which browsers may ask a server that listens there; undefined: any.
 * @param allowed beside those of this machine
 */
export function hostNames(host: string, allowed?: readonly string[]): readonly string[] | undefined {
  return allowed || isLoopback(host) ? ['localhost', '127.0.0.1', '[::1]', host, ...(allowed ?? [])] : undefined;
}

/**
 * Starts to answer requests.
 * @throws FramekilnError `INVALID_SETTING` when it cannot listen there
 */
export async function startServer(
  app: { fetch: Hono['fetch'] },
  { host = '127.0.0.1', port = DEFAULT_PORT }: ServerOptions = {},
): Promise<RunningServer> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) refuseSetting('an integer from 0 to 65535', '--port', port);
  const { fetch } = app;
  const server = createAdaptorServer({ fetch, overrideGlobalObjects: false, serverOptions: LIMITS }) as Server;
  server.maxConnections = MAX_CONNECTIONS;
  server.setTimeout(SILENCE_MS);
  await listen(server, host, port);
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://${isIPv6(host) ? `[${host}]` : host}:${bound}`,
    port: bound,
    close: (graceMs = GRACE_MS) => close(server, graceMs),
  };
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const [setting, reason, remedy] = whyNot(code, host, port);
    throw new FramekilnError('INVALID_SETTING', `Cannot listen at ${host} port ${port}: ${reason}`, {
      ...{ setting, remedy, cause },
    });
  }
}

function whyNot(
  code: string | undefined,
  host: string,
  port: number,
): [setting: string, reason: string, remedy: string] {
  if (code === 'EADDRINUSE') return ['--port', 'it is in use', 'Choose another --port; 0 takes any that is free.'];
  if (code === 'EACCES') return ['--port', 'no permission', `Choose a --port of at least 1024 instead of ${port}.`];
  return [
    '--host',
    `${host} is no address of this machine`,
    'Give an address of this machine; 0.0.0.0 stands for all.',
  ];
}

async function close(server: Server, graceMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // A connection whose request ends only now would be kept for the next one.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const end = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(end);
}
