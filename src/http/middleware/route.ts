// SPDX-License-Identifier: Apache-2.0
import type { Context } from 'hono';
import { matchedRoutes } from 'hono/route';

/** The pattern of the route that answers, such as `/api/experiments/:id`, or `none`: few words, whatever is asked for. */
export function routeOf(c: Context): string {
  const routes = matchedRoutes(c).filter(({ method, path }) => method !== 'ALL' && !path.endsWith('*'));
  return routes.at(-1)?.path ?? (c.req.path.startsWith('/assets/') ? '/assets/*' : 'none');
}
