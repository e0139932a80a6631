// SPDX-License-Identifier: Apache-2.0
// How routes describe their answers in OpenAPI.
import type { z } from '@hono/zod-openapi';
import { Failure } from '../shapes.js';

/** An answer of any kind: the handlers' answers are of our own types, which these schemas describe. */
interface Answer {
  description: string;
  content: Record<string, { schema: z.ZodType | { type: 'string'; format: string } }>;
}

export const json = (schema: z.ZodType, description: string): Answer => ({
  description,
  content: { 'application/json': { schema } },
});

export const bytes = (type: string, description: string): Answer => ({
  description,
  content: { [type]: { schema: { type: 'string', format: 'binary' } } },
});

/** The errors that a route can answer with. */
export const failures = (...statuses: (keyof typeof MEANINGS)[]) =>
  Object.fromEntries(statuses.map((status) => [status, json(Failure, MEANINGS[status])]));

const MEANINGS = {
  400: 'Something that was asked for is not what was expected.',
  404: 'There is no such experiment or job.',
  409: 'It cannot be made; the code says why, and where parameters were looked for.',
  429: 'Too much is being made, or asked for: Retry-After says when to ask again.',
} as const;
