// SPDX-License-Identifier: Apache-2.0
import type { Context } from 'hono';
import type { ApiError } from '../api.js';
import type { Refusal } from '../errors.js';
import { Page, sendPage } from './layout.js';
import { Problem } from './parts.js';

const TITLES: Record<number, string> = {
  400: 'That cannot be asked for',
  401: 'Please sign in',
  404: 'Nothing is here',
  409: 'That cannot be made',
  413: 'Too large',
  429: 'Too many requests',
  502: 'The stores do not answer',
  503: 'Not available now',
};

/** An error as an answer to whoever came with a browser. */
export function errorPage(c: Context, { status, error, retryAfter }: Refusal): Response | Promise<Response> {
  if (retryAfter !== undefined) c.header('Retry-After', String(retryAfter));
  return sendPage(c, <ErrorPage status={status} error={error} />, status);
}

/** What went wrong, as a page. */
function ErrorPage({ status, error }: { status: number; error: ApiError }) {
  const title = TITLES[status] ?? 'Something went wrong';
  return (
    <Page title={title}>
      <div class="title">
        <h1>{title}</h1>
      </div>
      <Problem {...error} />
      <p>
        <a href="/">All experiments</a>
      </p>
    </Page>
  );
}
