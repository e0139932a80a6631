// SPDX-License-Identifier: Apache-2.0
// A proxy on loopback in front of an S3 or a DynamoDB, which makes the faults that networks and AWS make.
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export const FAULTS = [
  /** 500 or 503 in the service's own form, throttling among them; nothing reaches the store. */
  'error',
  /** The connection is reset before anything reaches the store. */
  'reset',
  /** The work is done, but the connection is reset instead of an answer. */
  'lostAnswer',
  /** Everything takes its time. */
  'delay',
  /** The answer breaks off in the middle of its body. */
  'cutAnswer',
  /** The store gets half of the request's body, and the client no answer. */
  'cutRequest',
] as const;
export type Fault = (typeof FAULTS)[number];

export interface FaultProxyOptions {
  /** Share of the requests that get a fault, 0 to 1; default 0.1. */
  rate?: number;
  /** Default: all. */
  kinds?: readonly Fault[];
  /** The same numbers give the same sequence of faults; default 1. */
  seed?: number;
  /** Longest delay in milliseconds; default 200. */
  delay?: number;
  /** The operations that may get a fault, such as `PutObject` or `UpdateItem`; default: all. */
  only?: (operation: string) => boolean;
}

export interface FaultProxy {
  /** In the place of the store's own. */
  url: string;
  /** Whether faults are made; requests are counted all the same. */
  enabled: boolean;
  /** What was made of each kind. */
  injected: Record<Fault, number>;
  /** The requests that came, by operation. */
  requests: Record<string, number>;
  /** Sets all counts to zero. */
  reset(): void;
  close(): Promise<void>;
}

interface Exchange {
  request: http.IncomingMessage;
  response: http.ServerResponse;
  body: Buffer;
}

/** Starts a proxy in front of the store at `target`. The Host header stays the client's, so signatures stay right. */
export async function startFaultProxy(target: string, options: FaultProxyOptions = {}): Promise<FaultProxy> {
  const { rate = 0.1, kinds = FAULTS, seed = 1, delay = 200, only = () => true } = options;
  const random = generator(seed);
  const agent = new http.Agent({ keepAlive: true });
  const server = http.createServer((request, response) => {
    serve(request, response).catch(() => request.socket.destroy());
  });
  const proxy: FaultProxy = {
    url: '',
    enabled: true,
    injected: noFaults(),
    requests: {},
    reset() {
      proxy.injected = noFaults();
      proxy.requests = {};
    },
    async close() {
      await new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      });
      agent.destroy();
    },
  };

  async function serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const exchange = { request, response, body: Buffer.concat(await request.toArray()) };
    const operation = operationOf(request);
    proxy.requests[operation] = (proxy.requests[operation] ?? 0) + 1;
    const fault = proxy.enabled && only(operation) && random() < rate ? choose(exchange) : undefined;
    if (fault) proxy.injected[fault]++;
    if (fault === 'error') return answerWithError(exchange, random());
    if (fault === 'reset') return void request.socket.resetAndDestroy();
    if (fault === 'cutRequest') return cutRequest(exchange);
    if (fault === 'delay') await wait(random() * delay);
    const answer = await forward(exchange, exchange.body);
    if (fault === 'lostAnswer') return void request.socket.resetAndDestroy();
    response.writeHead(answer.status, answer.headers);
    if (fault !== 'cutAnswer') return void response.end(answer.body);
    // Sent on its way before the connection goes, so that the client is in the middle of the body.
    response.write(answer.body.subarray(0, answer.body.length / 2), () => request.socket.destroy());
  }

  /** One of the kinds that this request can have. */
  function choose({ request, body }: Exchange): Fault | undefined {
    const possible = kinds.filter((kind) => {
      if (kind === 'cutRequest') return body.length > 1;
      return kind !== 'cutAnswer' || request.method === 'GET' || request.method === 'POST';
    });
    return possible[Math.floor(random() * possible.length)];
  }

  function send({ request }: Exchange): http.ClientRequest {
    const { method, url: path, rawHeaders: headers } = request;
    const { hostname, port } = new URL(target);
    return http.request({ agent, hostname, port, method, path, headers, setHost: false });
  }

  async function forward(exchange: Exchange, body: Buffer) {
    const onward = send(exchange).end(body);
    const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
      onward.on('response', resolve).on('error', reject);
    });
    return {
      status: answer.statusCode ?? 502,
      headers: answer.rawHeaders,
      body: Buffer.concat(await answer.toArray()),
    };
  }

  async function cutRequest(exchange: Exchange): Promise<void> {
    const onward = send(exchange).on('error', () => undefined);
    const { body, request } = exchange;
    await new Promise<void>((sent) => onward.write(body.subarray(0, body.length / 2), () => sent()));
    onward.destroy();
    request.socket.resetAndDestroy();
  }

  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return proxy;
}

function noFaults(): Record<Fault, number> {
  return Object.fromEntries(FAULTS.map((kind) => [kind, 0])) as Record<Fault, number>;
}

/** Each service's answers when it is overloaded or broken; `which` from 0 to 1. */
function answerWithError({ request, response }: Exchange, which: number): void {
  if (isDynamoDb(request)) {
    const [status, type] = (
      [
        [400, 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException'],
        [400, 'com.amazon.coral.availability#ThrottlingException'],
        [500, 'com.amazonaws.dynamodb.v20120810#InternalServerError'],
        [503, 'com.amazon.coral.availability#ServiceUnavailable'],
      ] as const
    )[Math.floor(which * 4)] ?? [500, ''];
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify({ __type: type, message: 'Made by the fault proxy' }));
    return;
  }
  const [status, code] = which < 0.5 ? [503, 'SlowDown'] : [500, 'InternalError'];
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>Made by the fault proxy</Message></Error>`);
}

function isDynamoDb({ headers }: http.IncomingMessage): boolean {
  return headers['x-amz-target'] !== undefined;
}

/** The AWS name of what is asked for. */
function operationOf({ method = '', url = '', headers }: http.IncomingMessage): string {
  const target = headers['x-amz-target'];
  if (target) return String(target).split('.')[1] ?? '';
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const what = /^\/[^/]+\/./.test(pathname) ? 'Object' : 'Bucket';
  if (searchParams.has('uploads')) return 'CreateMultipartUpload';
  if (searchParams.has('uploadId')) {
    return { PUT: 'UploadPart', POST: 'CompleteMultipartUpload' }[method] ?? 'AbortMultipartUpload';
  }
  if (headers['x-amz-copy-source']) return 'CopyObject';
  return method[0] + method.slice(1).toLowerCase() + what;
}

/** Mulberry32: a small, good enough generator with a seed, from 0 to 1. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
