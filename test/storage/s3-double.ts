// SPDX-License-Identifier: Apache-2.0
// A double of S3 for what s3rver cannot do: archived objects, faults, broken connections.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setEnvironment } from '../support/stores.js';

export interface Asked {
  method: string;
  /** Decoded, with the bucket in front: `/bucket/key`. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface Answer {
  status?: number;
  headers?: Record<string, string | number>;
  body?: string | Buffer;
  /** Ends the connection after the body, which is shorter than its Content-Length says. */
  cut?: boolean;
}

/** Answers an error as S3 does. */
export const s3Error = (status: number, code: string, headers = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/xml', ...headers },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>a message</Message></Error>`,
});

/** S3 as `answer` has it ('silence' keeps the connection open, 'reset' ends it); the environment leads to it. */
export async function s3Double(answer: (asked: Asked, index: number) => Answer | 'silence' | 'reset') {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return; // the client went away
    }
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://double');
    const { method = '', headers } = request;
    const body = Buffer.concat(chunks);
    asked.push({ method, path: decodeURIComponent(pathname), query: searchParams, headers, body });
    const given = answer(asked.at(-1) as Asked, asked.length - 1);
    if (given === 'silence') return;
    if (given === 'reset') return void request.socket.resetAndDestroy();
    response.writeHead(given.status ?? 200, given.headers);
    if (given.cut) response.write(given.body, () => request.socket.destroy());
    else response.end(given.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const restore = setEnvironment({ AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  return {
    asked,
    async [Symbol.asyncDispose]() {
      restore();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
