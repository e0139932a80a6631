// SPDX-License-Identifier: Apache-2.0
// What the routes answer at their edges: to HEAD, to what cannot be regenerated, to who leaves.
import { expect, test } from 'vitest';
import { appOn, ask } from '../support/app.js';
import { useBackfillStores } from '../support/backfill-stores.js';
import { type Item, NEURAL, record, smallDocument } from '../support/records.js';

const stores = await useBackfillStores();

async function open(...items: Item[]) {
  const here = await stores.open();
  await here.put(...items);
  return { here, app: appOn(here) };
}

const POST = { method: 'POST' };

test.each([
  ['nobody', 404, 'EXPERIMENT_NOT_FOUND'],
  ['neural', 409, 'not_procedural'],
  ['broken', 409, 'INVALID_DOCUMENT'],
])('regenerating %s is refused at once, as asking for its video is', async (id, status, code) => {
  const { app } = await open(
    record('neural', { experiments: NEURAL }),
    record('broken', { parameters: { ...smallDocument(1), fps: -1 } }),
  );
  const asked = await ask(app, `/api/experiments/${id}/regenerate`, POST);
  expect(asked).toMatchObject({ status, body: { error: { code } } });
});

test('what was mended is regenerated although it failed a moment ago', async () => {
  const { here, app } = await open(record('one'));
  expect((await ask(app, '/api/experiments/one/video')).status).toBe(409);
  await here.put(record('one', { parameters: smallDocument(2) }));
  expect((await ask(app, '/api/experiments/one/regenerate', POST)).status).toBe(202);
});

test('HEAD starts nothing, and leaves nothing behind', async () => {
  const long = { width: 1280, height: 720, frames: 600 };
  const { app } = await open(record('one', { source: 'schedule', parameters: smallDocument(3, long) }));
  const head = (path: string) => app.request(path, { method: 'HEAD' });
  for (const path of ['/quality', '/quality.svg', '/video', '/stream.mp4']) {
    expect([path, (await head(`/api/experiments/one${path}`)).status]).toEqual([path, 409]);
  }
  for (const id of ['one', 'one~quality~original']) expect((await ask(app, `/api/jobs/${id}`)).status).toBe(404);

  await ask(app, '/api/experiments/one/video');
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  for (let i = 0; i < 20; i++) expect((await head('/api/jobs/one/events')).status).toBe(200);
  expect(timers() - before).toBeLessThan(10);
});
