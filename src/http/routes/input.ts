// SPDX-License-Identifier: Apache-2.0
import type { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { expected } from '../../errors.js';
import { answerError, Refusal } from '../errors.js';

type Checked = { target: string; success: true } | { target: string; success: false; error: z.ZodError };

/** Answers what a request's own checks refuse: the first fault, in the wording of all of framekiln. */
export function refuseBadInput(result: Checked, c: Context): Response | undefined {
  if (result.success) return undefined;
  const [issue] = result.error.issues;
  const name = issue?.path.join('.') || result.target;
  const received =
    result.target === 'param' ? c.req.param(name) : result.target === 'query' ? c.req.query(name) : undefined;
  const message =
    result.target === 'json' ? `Expected ${wanted(issue)} for ${name}` : expected(wanted(issue), name, received);
  return answerError(c, new Refusal(400, { code: name === 'id' ? 'INVALID_ID' : 'INVALID_ARGUMENT', message }));
}

function wanted(issue: z.core.$ZodIssue | undefined): string {
  switch (issue?.code) {
    case 'invalid_value':
      return `one of ${issue.values.join(', ')}`;
    case 'too_small':
      return `at least ${issue.minimum}`;
    case 'too_big':
      return `at most ${issue.maximum}`;
    case 'invalid_type':
      return `a value of type ${issue.expected}`;
    case 'invalid_union':
      return 'original, or the id of an experiment';
    default:
      return issue?.message ?? 'something else';
  }
}
