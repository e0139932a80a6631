// SPDX-License-Identifier: Apache-2.0
// How errors become answers. Only here and in the command line do codes meet the outside.
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { type ErrorCode, FramekilnError } from '../errors.js';
import type { Obstacle, Outcome } from '../experiment/outcome.js';
import type { ApiError } from './api.js';

/** An answer that is an error. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: ContentfulStatusCode;
  readonly error: ApiError;
  /** Seconds after which it makes sense to ask again. */
  readonly retryAfter: number | undefined;

  constructor(status: ContentfulStatusCode, error: ApiError, retryAfter?: number) {
    super(error.message);
    this.status = status;
    this.error = error;
    this.retryAfter = retryAfter;
  }
}

const STATUS: Partial<Record<ErrorCode | Obstacle, ContentfulStatusCode>> = {
  EXPERIMENT_NOT_FOUND: 404,
  not_found: 404,
  INVALID_ID: 400,
  invalid_id: 400,
  INVALID_SETTING: 400,
  INVALID_ARGUMENT: 400,
  NOT_COMPARABLE: 409,
  INVALID_DOCUMENT: 409,
  INVALID_VIDEO: 409,
  KEY_TAKEN: 409,
  NO_VIDEO: 409,
  NO_ORIGINAL: 409,
  NO_PARAMETERS: 409,
  OBJECT_ARCHIVED: 409,
  OBJECT_CHANGED: 409,
  RECORD_CHANGED: 409,
  RECORD_TOO_LARGE: 409,
  no_parameters: 409,
  not_procedural: 409,
  archived: 409,
  no_video: 409,
  BUSY: 429,
  STORE_UNREACHABLE: 502,
  STORE_FAILED: 502,
  NO_CREDENTIALS: 503,
  NO_REGION: 503,
  ACCESS_DENIED: 503,
  BUCKET_NOT_FOUND: 503,
  TABLE_NOT_FOUND: 503,
  TABLE_SCHEMA: 503,
  CLOSED: 503,
  CANCELLED: 503,
};

/** What to answer to whoever meets this error. Of what nobody foresaw nothing is told: the log has it. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof HTTPException) {
    const message = error.message || 'The request was refused';
    return new Refusal(error.status as ContentfulStatusCode, { code: `HTTP_${error.status}`, message });
  }
  if (!(error instanceof FramekilnError)) {
    return new Refusal(500, { code: 'UNEXPECTED', message: 'Something went wrong; the log of the server says more' });
  }
  const { code, message, remedy, pointer } = error;
  const told = { code, message, ...(remedy && { remedy }), ...(pointer && { pointer }) };
  return new Refusal(STATUS[code] ?? 500, told);
}

/** What to answer when an experiment has no video in the end. */
export function refusalOfOutcome({ code = 'UNEXPECTED', message, remedy, pointer, tried }: Outcome): Refusal {
  const help = remedy ?? remedyFor(code);
  const error = {
    code,
    message: message ?? 'It has no video',
    ...(help && { remedy: help }),
    ...(pointer && { pointer }),
    ...(tried && { tried }),
  };
  return new Refusal(STATUS[code] ?? 409, error);
}

/** What can be done about an experiment that has no document to render. */
function remedyFor(code: string): string | undefined {
  switch (code) {
    case 'archived':
      return 'Restore the object from the archive, then ask for the video again.';
    case 'not_procedural':
      return 'It was not made from parameters: publish its own MP4 with "framekiln publish".';
    case 'INVALID_DOCUMENT':
      return 'Mend the document where it is stored, then ask for the video again.';
    case 'no_parameters':
      return 'Store its parameters at one of the places that were tried, or publish its own MP4 with "framekiln publish".';
    default:
      return undefined;
  }
}

/** The error as an answer in JSON. */
export function answerError(c: Context, refusal: Refusal): Response {
  if (refusal.retryAfter !== undefined) c.header('Retry-After', String(refusal.retryAfter));
  c.header('Cache-Control', 'no-store');
  return c.json({ error: refusal.error }, refusal.status);
}
