// SPDX-License-Identifier: Apache-2.0
// A double of one SQS FIFO queue: HTTP on loopback, the JSON protocol's SendMessage, and what a FIFO queue does with
// equal messages. There is no SQS that runs here.
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';
import { setEnvironment } from './stores.js';

export interface QueuedMessage {
  MessageId: string;
  MessageBody: string;
  MessageGroupId: string;
  MessageDeduplicationId: string;
}

export interface SqsDouble {
  /** The queue's; its endpoint is this one's origin. */
  url: string;
  endpoint: string;
  /** What is in the queue, after equal messages were dropped. */
  messages: QueuedMessage[];
  /** SendMessage requests that were accepted, equal ones too. */
  accepted: number;
  /** Refuses everything with this status from now on; 0 ends that. */
  failWith(status: number): void;
  /** As if five minutes had passed and all messages were done with. */
  reset(): void;
  close(): Promise<void>;
}

const QUEUE = 'jobs.fifo';
const ID = /^[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;

/** An empty queue. The caller closes it. */
export async function startSqsDouble(): Promise<SqsDouble> {
  const seen = new Map<string, string>();
  let failure = 0;
  const server = createServer(async (request, response) => {
    const body = await readJson(request);
    if (failure > 0) return reply(response, failure, { __type: 'com.amazonaws.sqs#ServiceUnavailable' });
    const fault = faultOf(request, body);
    if (fault) return reply(response, 400, { __type: `com.amazonaws.sqs#${fault}`, message: fault });
    const message = body as unknown as QueuedMessage;
    const key = `${message.MessageGroupId} ${message.MessageDeduplicationId}`;
    const MessageId = seen.get(key) ?? randomUUID();
    double.accepted++;
    if (!seen.has(key)) double.messages.push({ ...message, MessageId });
    seen.set(key, MessageId);
    const MD5OfMessageBody = createHash('md5').update(message.MessageBody).digest('hex');
    reply(response, 200, { MessageId, MD5OfMessageBody, SequenceNumber: '18849496460467696128' });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const double: SqsDouble = {
    url: `${endpoint}/123456789012/${QUEUE}`,
    endpoint,
    messages: [],
    accepted: 0,
    failWith(status) {
      failure = status;
    },
    reset() {
      seen.clear();
      double.messages.length = 0;
      double.accepted = 0;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return double;
}

/** The same for one test file, with its environment leading there. */
export async function useSqsDouble(): Promise<SqsDouble> {
  const double = await startSqsDouble();
  const restore = setEnvironment({ AWS_ENDPOINT_URL_SQS: double.endpoint });
  afterAll(async () => {
    restore();
    await double.close();
  });
  return double;
}

/** Why SQS would refuse it. */
function faultOf({ method, headers }: IncomingMessage, body: Record<string, unknown>): string | undefined {
  if (method !== 'POST' || headers['x-amz-target'] !== 'AmazonSQS.SendMessage') return 'InvalidAction';
  if (!headers.authorization?.startsWith('AWS4-HMAC-SHA256 ')) return 'MissingAuthenticationToken';
  if (!String(body.QueueUrl).endsWith(`/${QUEUE}`)) return 'QueueDoesNotExist';
  if (typeof body.MessageBody !== 'string' || body.MessageBody === '') return 'MissingRequiredParameterException';
  for (const id of [body.MessageGroupId, body.MessageDeduplicationId]) {
    if (typeof id !== 'string' || !ID.test(id)) return 'InvalidParameterValue';
  }
  return undefined;
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': randomUUID() });
  response.end(JSON.stringify(body));
}
