// SPDX-License-Identifier: Apache-2.0
// Stands between a client and dynalite, and does what only AWS does: throttles, fails, loses answers.
import { once } from 'node:events';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setEnvironment } from '../support/stores.js';

/** An error answer; or the request is carried out and its answer lost, or the connection is cut before it. */
export type Fault = { status: number; type: string } | 'lost answer' | 'reset';

export interface SeenRequest {
  /** Such as `Scan`. */
  operation: string;
  input: Record<string, unknown>;
}

export interface DynamoDouble extends AsyncDisposable {
  readonly requests: SeenRequest[];
  readonly open: number;
}

export const THROTTLED: Fault = {
  status: 400,
  type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
};
export const BROKEN: Fault = { status: 500, type: 'com.amazonaws.dynamodb.v20120810#InternalServerError' };
export const DENIED: Fault = { status: 400, type: 'com.amazon.coral.service#AccessDeniedException' };

/** Until it is disposed, new clients of this process reach dynalite through it. */
export async function dynamoDouble(
  dynamoUrl: string,
  faultOf: (request: SeenRequest, count: number) => Fault | undefined = () => undefined,
): Promise<DynamoDouble> {
  const requests: SeenRequest[] = [];
  let open = 0;
  const server = http.createServer(async (request, response) => {
    open++;
    response.once('close', () => open--);
    const body = await buffer(request);
    const seen = { operation: `${request.headers['x-amz-target']}`.replace(/^.*\./, ''), input: JSON.parse(`${body}`) };
    requests.push(seen);
    const fault = faultOf(seen, requests.length);
    if (fault === 'reset') return void request.socket.destroy();
    if (typeof fault === 'object') {
      response.writeHead(fault.status, { 'content-type': 'application/x-amz-json-1.0' });
      return void response.end(JSON.stringify({ __type: fault.type, message: 'as planned' }));
    }
    const { method = 'POST', headers } = request;
    const forwarded = http.request(dynamoUrl, { method, headers });
    forwarded.end(body);
    const [answer] = (await once(forwarded, 'response')) as [http.IncomingMessage];
    const content = await buffer(answer);
    if (fault === 'lost answer') return void request.socket.destroy();
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    response.end(content);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const restore = setEnvironment({
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
  return {
    requests,
    get open() {
      return open;
    },
    async [Symbol.asyncDispose]() {
      restore();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
