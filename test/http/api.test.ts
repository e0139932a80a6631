// SPDX-License-Identifier: Apache-2.0
// The rest of the API: lists, details, pictures, measurements, jobs; and that answers are what OpenAPI says of them.
import type { App } from 'framekiln/http';
import { expect, test } from 'vitest';
import { Details, Failure, JobShape, LinkShape, List, QualityShape } from '../../src/http/shapes.js';
import { appOn, ask, JSON_PLEASE, jobEnd } from '../support/app.js';
import { useBackfillStores } from '../support/backfill-stores.js';
import { type Item, record, scheduleEntry, smallDocument } from '../support/records.js';

const stores = await useBackfillStores();

async function open(...items: Item[]) {
  const here = await stores.open();
  await here.put(...items);
  return { here, app: appOn(here) };
}

/** A record whose original is the default schedule, of which its document is another clip. */
const compressed = (id: string, seed: number) =>
  record(id, { source: 'schedule', parameters: smallDocument(seed, { width: 64, height: 48, frames: 12 }) });

test('a list, and one of its experiments', async () => {
  const { app } = await open(
    record('first', { parameters: smallDocument(1) }, '1760000001'),
    record('second', { parameters: smallDocument(2) }, '1760000002'),
    record('third', { status: 'failed', experiments: null }, '1760000003'),
  );
  const all = await ask(app, '/api/experiments');
  expect(all.status).toBe(200);
  expect(
    List.strict()
      .parse(all.body)
      .experiments.map(({ id }) => id),
  ).toEqual(['third', 'second', 'first']);
  const some = await ask(app, '/api/experiments?q=S&status=completed&sort=id&order=asc&limit=1&page=2');
  expect(some.body).toMatchObject({ total: 2, page: 2, pages: 2, experiments: [{ id: 'second' }] });
  const one = await ask(app, '/api/experiments/second');
  expect(Details.parse(one.body)).toMatchObject({ id: 'second', video: 'missing', videos: {} });
  expect(one.body.document).toMatchObject({ source: 'parameters', inspection: { width: 32, height: 24, frames: 6 } });
});

/** What is measured in a moment is answered at once; else there is a job to wait for. */
async function measured(app: App, path: string) {
  const first = await ask(app, path);
  if (first.status !== 202) return first;
  const { id } = JobShape.strict().parse(first.body);
  expect(first.headers.get('location')).toBe(`/api/jobs/${id}`);
  expect((await jobEnd(app, `/api/jobs/${id}`)).at(-1)).toMatchObject({ state: 'done', kind: 'quality' });
  return ask(app, path);
}

test.each([
  ['limit=0', 'Expected at least 1 for limit but received "0"'],
  ['limit=1000', 'Expected at most 200 for limit but received "1000"'],
  ['page=x', 'Expected a value of type number for page but received "x"'],
  ['sort=price', /^Expected one of createdAt, id, .* for sort but received "price"$/],
  ['video=%3Cscript%3E', 'Expected one of stored, missing, none for video but received "<script>"'],
])('a list with %s is refused', async (query, message) => {
  const { app } = await open();
  const { status, body } = await ask(app, `/api/experiments?${query}`);
  expect(status).toBe(400);
  expect(Failure.strict().parse(body).error.message).toMatch(message);
});

test('pictures', async () => {
  const { app } = await open(record('one', { parameters: smallDocument(3) }), record('empty'));
  const poster = await app.request('/api/experiments/one/poster.png');
  expect([poster.status, poster.headers.get('content-type')]).toEqual([200, 'image/png']);
  const png = Buffer.from(await poster.arrayBuffer());
  expect([png.subarray(1, 4).toString(), png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual(['PNG', 320, 240]);
  const plot = await ask(app, '/api/experiments/one/parameters.svg');
  expect(plot.body).toMatch(/^<svg [\s\S]*<\/svg>\s*$/);
  expect(plot.headers.get('content-security-policy')).toMatch(/default-src 'none'/);
  for (const picture of ['poster.png', 'parameters.svg']) {
    const none = await ask(app, `/api/experiments/empty/${picture}`);
    expect([none.status, Failure.parse(none.body).error.code]).toEqual([409, 'NO_PARAMETERS']);
  }
});

test('PSNR and SSIM of each frame: measured once, kept beside the video', async () => {
  const { here, app } = await open(compressed('one', 4));
  const path = '/api/experiments/one/quality';
  const { body } = await measured(app, path);
  const { measurement } = QualityShape.parse(body);
  expect([measurement.frames, measurement.psnr.perFrame.length, measurement.ssim.perFrame.length]).toEqual([
    12, 12, 12,
  ]);
  expect(measurement.psnr.mean).toBeGreaterThan(0);
  expect(Object.keys(await here.objects())).toEqual(['reconstructed/one.json']);
  expect((await ask(app, '/api/experiments/one/quality.svg')).body).toMatch(/^<svg /);

  // Another server finds it there.
  const other = appOn(here);
  expect(await ask(other, path)).toMatchObject({ status: 200, body });
});

test('any two experiments are compared', async () => {
  const { app } = await open(compressed('one', 5), compressed('two', 6));
  const { body } = await measured(app, '/api/experiments/two/quality?against=one');
  expect(QualityShape.parse(body).measurement.psnr.mean).toEqual(expect.any(Number));
  const equal = await measured(app, '/api/experiments/one/quality?against=one');
  expect(equal.body.measurement.psnr).toMatchObject({ mean: null, identicalFrames: 12 });
});

test('who has no original is told how to name one', async () => {
  const { app } = await open(record('one', { parameters: smallDocument(7) }));
  for (const path of ['/quality', '/video?variant=original', '/video?variant=original-exact']) {
    const { status, body } = await ask(app, `/api/experiments/one${path}`);
    expect([path, status, body.error.code]).toEqual([path, 409, 'NO_ORIGINAL']);
    expect(body.error.remedy).toContain('source');
  }
});

test('the original of an experiment of the default schedule is rendered, once for all of its kind', async () => {
  const entry = `[${scheduleEntry()}]`;
  const { here, app } = await open(record('one', { experiments: entry }), record('two', { experiments: entry }));
  expect((await ask(app, '/api/experiments/one/video?variant=original')).status).toBe(202);
  expect((await jobEnd(app, '/api/jobs/one~original')).at(-1)).toMatchObject({ state: 'done' });
  const { status, body } = await ask(app, '/api/experiments/two/video?variant=original', JSON_PLEASE);
  expect(status).toBe(200);
  LinkShape.strict().parse(body);
  expect(Object.keys(await here.objects())).toEqual([expect.stringMatching(/^reconstructed\/\.schedule\/32x24/)]);
});

test('jobs: unknown ones, and events that end', async () => {
  const { app } = await open(record('one', { parameters: smallDocument(8) }));
  for (const path of ['/api/jobs/none', '/api/jobs/none/events', '/api/jobs/a%0Ab']) {
    expect((await ask(app, path)).status).toBe(404);
  }
  await ask(app, '/api/experiments/one/video');
  const events = await jobEnd(app, '/api/jobs/one');
  for (const event of events) JobShape.strict().parse(event);
  expect(events.at(-1)).toMatchObject({ state: 'done', endedAt: expect.any(Number) });
});

test('the API describes itself', async () => {
  const { app } = await open();
  const { body } = await ask(app, '/api/openapi.json');
  expect(body.openapi).toBe('3.1.0');
  expect(Object.keys(body.paths).sort()).toEqual([
    '/api/experiments',
    '/api/experiments/{id}',
    '/api/experiments/{id}/parameters.svg',
    '/api/experiments/{id}/poster.png',
    '/api/experiments/{id}/quality',
    '/api/experiments/{id}/quality.svg',
    '/api/experiments/{id}/regenerate',
    '/api/experiments/{id}/stream.mp4',
    '/api/experiments/{id}/video',
    '/api/jobs/{id}',
    '/api/jobs/{id}/events',
  ]);
  const { get } = body.paths['/api/experiments/{id}/video'];
  expect(Object.keys(get.responses).sort()).toEqual(['200', '202', '302', '400', '404', '409', '429']);
  expect(get.parameters.map(({ name }: { name: string }) => name)).toEqual(['id', 'variant']);
  // Nothing that it refers to is missing.
  for (const [reference] of JSON.stringify(body).matchAll(/"#\/components\/schemas\/\w+"/g)) {
    const name = JSON.parse(reference).split('/').at(-1);
    expect(body.components.schemas).toHaveProperty(name);
  }
});

test('stores that do not answer: alive, but not ready', async () => {
  const here = await stores.open();
  const kiln = here.kiln({ table: 'no-such-table' });
  const app = appOn(here, { kiln });
  expect(await ask(app, '/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } });
  expect(await ask(app, '/readyz')).toMatchObject({ status: 503, body: { error: { code: 'TABLE_NOT_FOUND' } } });
  expect((await ask(app, '/api/experiments')).status).toBe(503);
});

test('what is not there is an error of its kind: JSON for programs, a page for people', async () => {
  const { app } = await open();
  expect(await ask(app, '/api/nothing')).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } });
  const page = await ask(app, '/nothing');
  expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=UTF-8']);
  expect((await ask(app, '/assets/../app.js')).status).toBe(404);
  expect((await ask(app, '/assets/%2e%2e/http/app.js')).status).toBe(404);
});
