// SPDX-License-Identifier: Apache-2.0
// Lambda without a queue: missing videos are made while their event is answered.
import { expect, test } from 'vitest';
import { useBackfillStores } from '../support/backfill-stores.js';
import { record, smallDocument } from '../support/records.js';
import { call, headerOf, openContainer } from './lambda-container.js';
import { httpEvent, restEvent, urlEvent } from './lambda-events.js';

const stores = await useBackfillStores();

async function filled() {
  const opened = await stores.open();
  await opened.put(record('small'), record('large'), record('broken'));
  await opened.putObject('parameters/small.json', JSON.stringify(smallDocument(1)));
  const large = smallDocument(2, { frames: 900, width: 320, height: 240 });
  await opened.putObject('parameters/large.json', JSON.stringify(large));
  await opened.putObject('parameters/broken.json', '{"width": "wide"}');
  return { opened, container: openContainer(opened) };
}

const asked = (id: string) => ({ route: '/videos/{experiment_id}', parameters: { experiment_id: id } });

test('a missing video is made, stored and linked within one event', async () => {
  const { opened, container } = await filled();
  const { statusCode, json } = await call(container, restEvent(asked('small')));
  expect([statusCode, json]).toMatchObject([200, { url: expect.any(String), expires_at: expect.any(Number) }]);
  expect((await fetch(json.url as string)).status).toBe(200);
  expect(Object.keys(await opened.objects())).toContain('reconstructed/small.mp4');
});

test('so it is by the own routes of the app', async () => {
  const { container } = await filled();
  const video = await call(container, urlEvent({ path: '/api/experiments/small/video' }));
  expect([video.statusCode, headerOf(video, 'location')]).toMatchObject([302, expect.stringContaining('X-Amz-')]);
  const stream = { path: '/api/experiments/small/stream.mp4', query: { variant: 'exact' } };
  expect((await call(container, httpEvent(stream))).statusCode).toBe(302);
  const headers = { 'Content-Type': 'application/json' };
  const again = { method: 'POST', path: '/api/experiments/small/regenerate', body: '{"force":true}', headers };
  const { statusCode, json } = await call(container, httpEvent(again));
  expect([statusCode, json]).toMatchObject([202, { id: 'small' }]);
  const job = await call(container, httpEvent({ path: '/api/jobs/small' }));
  expect(job.json).toMatchObject({ state: 'done', outcome: 'regenerated' });
});

test('what takes longer than there is time goes on with the next event', async () => {
  const { container } = await filled();
  // The margin leaves nothing to wait.
  const first = await call(container, httpEvent(asked('large')), 3000);
  expect([first.statusCode, first.json]).toMatchObject([202, { status: 'regenerating', experiment: 'large' }]);
  const events = await call(container, httpEvent({ path: '/api/jobs/large/events' }), 3500);
  expect([events.statusCode, events.body]).toEqual([200, expect.stringMatching(/^event: job\ndata: \{"id":"large"/)]);
  const last = await call(container, httpEvent(asked('large')));
  expect([last.statusCode, last.json]).toMatchObject([200, { url: expect.any(String) }]);
});

test('what cannot be made is said at once', async () => {
  const { container } = await filled();
  const broken = await call(container, httpEvent(asked('broken')));
  expect([broken.statusCode, broken.json]).toMatchObject([409, { error: { code: 'INVALID_DOCUMENT' } }]);
  const unknown = await call(container, httpEvent(asked('unknown')));
  expect([unknown.statusCode, unknown.json]).toMatchObject([404, { error: { code: 'EXPERIMENT_NOT_FOUND' } }]);
});
