// SPDX-License-Identifier: Apache-2.0
// The app on the stores of a test.

import type { App, AppOptions } from 'framekiln/http';
import { createApp } from 'framekiln/http';
import { onTestFinished } from 'vitest';
import type { TestStores } from './backfill-stores.js';

/** Closed when the test ends, before its kiln. */
export function appOn(here: TestStores, options: Partial<AppOptions> = {}): App {
  const kiln = options.kiln ?? here.kiln({ threads: 2 });
  const app = createApp({ kiln, ...options });
  onTestFinished(() => app.close());
  return app;
}

/** What an answer says, as JSON. */
export async function ask(app: App, path: string, init: RequestInit = {}) {
  const answer = await app.request(path, init);
  const { status, headers } = answer;
  const type = headers.get('content-type') ?? '';
  // biome-ignore lint/suspicious/noExplicitAny: tests look at what they expect
  const body: any = type.includes('json') ? await answer.json() : await answer.text();
  return { status, headers, body };
}

export const JSON_PLEASE = { headers: { accept: 'application/json' } };

/** Follows a job to its end, by its events. */
export async function jobEnd(app: App, location: string) {
  const answer = await app.request(`${location}/events`);
  const events = (await answer.text())
    .split('\n\n')
    .map((event) => /^event: job\ndata: (.*)$/m.exec(event)?.[1])
    .filter((data) => data !== undefined);
  // biome-ignore lint/suspicious/noExplicitAny: as above
  return events.map((data): any => JSON.parse(data));
}
