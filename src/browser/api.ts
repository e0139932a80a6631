// SPDX-License-Identifier: Apache-2.0
// Requests to the API.
import type { ApiError, JobView, Variant, VideoLink } from './api-types.js';

/** An answer that is an error, or none at all. */
export class ApiFailure extends Error {
  readonly error: ApiError;
  /** 0: there was no answer. */
  readonly status: number;
  /** Seconds after which it makes sense to ask again. */
  readonly retryAfter: number | undefined;

  constructor(error: ApiError, status = 0, retryAfter?: number) {
    super(error.message);
    this.error = error;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** Any error as one that can be shown. */
export function toFailure(error: unknown): ApiFailure {
  if (error instanceof ApiFailure) return error;
  return new ApiFailure({ code: 'UNEXPECTED', message: error instanceof Error ? error.message : String(error) });
}

export const experimentPath = (id: string, rest = ''): string => `/api/experiments/${encodeURIComponent(id)}${rest}`;

export type Asked = { link: VideoLink; job?: undefined } | { link?: undefined; job: JobView };

/**
 * Asks for a video: a fresh link when it is there, otherwise the job that makes it.
 * @throws ApiFailure; the signal's reason
 */
export async function askVideo(id: string, variant: Variant, signal?: AbortSignal): Promise<Asked> {
  const { response, body } = await request(experimentPath(id, `/video?variant=${variant}`), { signal });
  return response.status === 202 ? { job: body as JobView } : { link: body as VideoLink };
}

/** Makes a video again. @throws ApiFailure */
export async function regenerate(id: string, variant: Variant, force: boolean, signal?: AbortSignal): Promise<JobView> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ force }) };
  const { body } = await request(experimentPath(id, `/regenerate?variant=${variant}`), { ...init, signal });
  return body as JobView;
}

/** GET, as JSON. @throws ApiFailure */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<{ status: number; body: T }> {
  const { response, body } = await request(path, { signal });
  return { status: response.status, body: body as T };
}

type Init = Omit<RequestInit, 'signal'> & { signal: AbortSignal | undefined };

async function request(path: string, { signal, headers, ...init }: Init) {
  let response: Response;
  let text: string;
  try {
    const all = { accept: 'application/json', ...headers };
    response = await fetch(path, { ...init, headers: all, signal: signal ?? null });
    text = await response.text();
  } catch (error) {
    signal?.throwIfAborted();
    const remedy = 'Check the connection, and that the server is running; then try again.';
    throw new ApiFailure({ code: 'NO_ANSWER', message: `The server does not answer (${String(error)})`, remedy });
  }
  const body = parse(text);
  if (response.ok && body !== undefined) return { response, body };
  throw failureOf(response, body);
}

/** What an answer that is an error says. */
export function failureOf(response: Response, body: unknown): ApiFailure {
  const told = (body as { error?: Partial<ApiError> } | undefined)?.error;
  const { code = `HTTP_${response.status}`, message = `The server answered ${response.status}` } = told ?? {};
  const seconds = Number.parseInt(response.headers.get('retry-after') ?? '', 10);
  return new ApiFailure({ ...told, code, message }, response.status, seconds >= 0 ? seconds : undefined);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
