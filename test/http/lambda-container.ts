// SPDX-License-Identifier: Apache-2.0
// Lambda's side of a call: a container on test stores, and the context that events come with.
import type { LambdaEvent } from 'hono/aws-lambda';
import { onTestFinished } from 'vitest';
import { type Container, createContainer, type TimeLeft } from '../../dist/src/http/lambda/container.js';
import type { HttpResult } from '../../dist/src/http/lambda/handler.js';
import type { TestStores } from '../support/backfill-stores.js';

/** A context with so much time left from now on. */
export function timeLeft(ms: number): TimeLeft {
  const end = Date.now() + ms;
  return { getRemainingTimeInMillis: () => Math.max(0, end - Date.now()) };
}

/** A container whose environment leads to these stores; closed when the test ends. */
export function openContainer(stores: TestStores, env: Record<string, string> = {}): Container {
  const container = createContainer({
    FRAMEKILN_TABLE: stores.table,
    FRAMEKILN_BUCKET: stores.bucket,
    FRAMEKILN_LOG_LEVEL: 'silent',
    ...env,
  });
  onTestFinished(() => container.close());
  return container;
}

/** An answer, with its body read. */
export interface Told extends HttpResult {
  json: Record<string, unknown>;
}

/** Sends one event. */
export async function call(container: Container, event: object, ms = 29_000): Promise<Told> {
  const result = await container.handler(event as LambdaEvent, timeLeft(ms));
  const text = result.isBase64Encoded ? '' : result.body;
  return { ...result, json: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {} };
}

/** A header of an answer, of either version. */
export const headerOf = ({ headers, multiValueHeaders }: HttpResult, name: string): string | undefined =>
  headers?.[name] ?? multiValueHeaders?.[name]?.join(', ');
