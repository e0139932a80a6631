// SPDX-License-Identifier: Apache-2.0
// Where a request leads within the app: API Gateway may put a stage or a base path in front.

/** What is read of an HTTP event; everything but the path may be missing. */
export interface HttpEvent {
  /** Version 1. */
  path?: string;
  resource?: string;
  httpMethod?: string;
  /** Version 2. */
  rawPath?: string;
  routeKey?: string;
  headers?: Record<string, string | undefined> | null;
  pathParameters?: Record<string, string | undefined> | null;
  requestContext?: {
    stage?: string;
    domainName?: string;
    http?: { method?: string };
  };
}

export interface AppPath {
  /** What API Gateway put in front, such as `/prod`, or nothing. */
  prefix: string;
  /** As the app knows it, percent-encoded. */
  path: string;
}

/**
 * The path within the app, or undefined when the event is no HTTP request.
 * The route that matched says where it begins: `/v1/api/jobs/x` that matched `/api/{proxy+}` with `jobs/x` has the base
 * path `/v1`. The route `$default` says nothing; there only a stage can be told, which is in the path of
 * API Gateway's own domains alone.
 */
export function appPath(event: HttpEvent): AppPath | undefined {
  const { requestContext = {} } = event;
  const version2 = requestContext.http !== undefined;
  const full = version2 ? event.rawPath : event.path;
  if (typeof full !== 'string') return undefined;
  const route = version2 ? event.routeKey?.split(' ')[1] : event.resource;
  const prefix = route ? beforeRoute(full, expand(route, event.pathParameters ?? {})) : stagePrefix(full, event);
  return { prefix, path: encodePath(full.slice(prefix.length)) };
}

export const methodOf = (event: HttpEvent): string =>
  (event.requestContext?.http?.method ?? event.httpMethod ?? 'GET').toUpperCase();

function expand(route: string, parameters: Record<string, string | undefined>): string {
  return route.replace(/\{([^}+]+)\+?\}/g, (_, name: string) => parameters[name] ?? '').replace(/\/$/, '');
}

/** Parameters are decoded where the path may not be. A prefix has nothing to decode, so its length is the same. */
function beforeRoute(full: string, tail: string): string {
  for (const [path, end] of [
    [full, tail],
    [decode(full), decode(tail)],
  ] as const) {
    const bare = path.replace(/\/$/, '');
    const prefix = bare.slice(0, bare.length - end.length);
    if (bare.endsWith(end) && /^(\/[\w.~-]+)*$/.test(prefix)) return prefix;
  }
  return '';
}

function stagePrefix(full: string, { requestContext: { stage, domainName = '' } = {} }: HttpEvent): string {
  const inPath = stage !== undefined && stage !== '$default' && /\.execute-api\./.test(domainName);
  return inPath && `${full}/`.startsWith(`/${stage}/`) ? `/${stage}` : '';
}

/** A decoded path may hold `?` and `#`, which would end it. */
function encodePath(path: string): string {
  const url = new URL('https://app.invalid');
  url.pathname = path;
  return url.pathname;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
