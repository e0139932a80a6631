// SPDX-License-Identifier: Apache-2.0
// What the team's dashboard asks: a route of its own with {experiment_id}, answered by { url } as plain JSON.
import { checkId } from '../../storage/keys.js';
import { refusalOf } from '../errors.js';
import { type HttpEvent, methodOf } from './app-path.js';
import type { HttpResult } from './handler.js';
import type { Ask } from './patience.js';

const METHODS = 'GET, OPTIONS';

/**
 * Answers 200 `{ url, expires_at }`, 202 `{ ...job, status: "regenerating", retry_after }`, or `{ error }`.
 * @param allowedOrigin whose pages may read the answer
 */
export async function answerDashboard(
  event: HttpEvent,
  id: string,
  ask: Ask,
  allowedOrigin: string | undefined,
): Promise<HttpResult> {
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...cors(allowedOrigin),
  };
  const answer = (statusCode: number, body: object, more: Record<string, string> = {}): HttpResult => {
    return { statusCode, headers: { ...headers, ...more }, body: JSON.stringify(body), isBase64Encoded: false };
  };
  const method = methodOf(event);
  if (method === 'OPTIONS') return { statusCode: 204, headers: cors(allowedOrigin), body: '', isBase64Encoded: false };
  if (method !== 'GET') {
    const error = { code: 'METHOD_NOT_ALLOWED', message: `Expected GET but received ${method.slice(0, 20)}` };
    return answer(405, { error }, { allow: METHODS });
  }
  try {
    checkId(id);
  } catch (error) {
    return answer(refusalOf(error).status, { error: refusalOf(error).error });
  }
  const response = await ask(videoRequest(event, id));
  const body = (await response.json()) as Record<string, unknown>;
  const retryAfter = response.headers.get('retry-after');
  const retry = { ...(retryAfter !== null && { 'retry-after': retryAfter }) };
  if (response.status === 200) return answer(200, { url: body.url, expires_at: body.expiresAt });
  if (response.status !== 202) return answer(response.status, body, retry);
  return answer(202, { ...body, status: 'regenerating', retry_after: Number(retryAfter ?? 5) }, retry);
}

/** Only who asks is passed on: the page is of another origin, which the app itself would refuse. */
function videoRequest({ headers, requestContext }: HttpEvent, id: string): Request {
  const host = requestContext?.domainName ?? 'app.invalid';
  const [, authorization] = Object.entries(headers ?? {}).find(([name]) => /^authorization$/i.test(name)) ?? [];
  return new Request(`https://${host}/api/experiments/${id}/video`, {
    headers: { accept: 'application/json', ...(authorization !== undefined && { authorization }) },
  });
}

function cors(origin: string | undefined): Record<string, string> {
  if (origin === undefined) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-methods': METHODS,
    'access-control-allow-headers': 'Authorization',
    'access-control-expose-headers': 'Retry-After',
    'access-control-max-age': '3600',
  };
}
