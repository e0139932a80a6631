// SPDX-License-Identifier: Apache-2.0
// Videos that another process makes: who waits is no new job, and what nobody can make is never handed over.

import { expect, test } from 'vitest';
import type { JobRequest } from '../../src/http/jobs/dispatch.js';
import { appOn, ask } from '../support/app.js';
import { useBackfillStores } from '../support/backfill-stores.js';
import { type Item, record, scheduleEntry, smallDocument } from '../support/records.js';

const stores = await useBackfillStores();

async function open(...items: Item[]) {
  const here = await stores.open();
  await here.put(...items);
  const handed: JobRequest[] = [];
  const dispatch = async (request: JobRequest) => void handed.push(request);
  return { here, handed, app: appOn(here, { dispatch, jobsPerMinute: 1 }) };
}

test('asking again and again for a missing video is one job', async () => {
  const { app, handed } = await open(
    record('one', { parameters: smallDocument(1) }),
    record('two', { parameters: smallDocument(2) }),
  );
  const answers = [];
  for (let i = 0; i < 5; i++) answers.push(await ask(app, '/api/experiments/one/video'));
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202]);
  expect(new Set(answers.map(({ body }) => body.createdAt)).size).toBe(1);
  expect(handed).toEqual([{ experiment: 'one', variant: 'video' }]);
  expect((await ask(app, '/api/experiments/two/video')).status).toBe(429);
});

test('a queue that takes nothing is asked again', async () => {
  const here = await stores.open();
  await here.put(record('one', { parameters: smallDocument(3) }));
  let asked = 0;
  const dispatch = async () => {
    if (++asked === 1) throw new Error('no');
  };
  const app = appOn(here, { dispatch });
  expect((await ask(app, '/api/experiments/one/video')).status).toBe(500);
  expect((await ask(app, '/api/experiments/one/video')).status).toBe(202);
  expect(asked).toBe(2);
});

test('what nobody can make is refused at once', async () => {
  const endless = scheduleEntry({ resolution: '1920x1080', fps: 10.0, duration: 1000 });
  const { app, handed } = await open(
    record('lost', { source: 'originals/lost.mp4', parameters: smallDocument(4) }),
    record('unknown', { parameters: smallDocument(5) }),
    record('endless', { experiments: `[${endless}]` }),
  );
  for (const [path, status, code] of [
    ['lost/video?variant=original', 409, 'no_video'],
    ['unknown/video?variant=original', 409, 'NO_ORIGINAL'],
    ['endless/video?variant=exact', 409, 'too_long'],
    ['nobody/video', 404, 'EXPERIMENT_NOT_FOUND'],
  ] as const) {
    const got = await ask(app, `/api/experiments/${path}`);
    expect([path, got.status, got.body.error?.code]).toEqual([path, status, code]);
    const posted = await ask(app, `/api/experiments/${path.replace('/video', '/regenerate')}`, { method: 'POST' });
    expect([path, posted.status, posted.body.error?.code]).toEqual([path, status, code]);
  }
  expect(handed).toEqual([]);
});

test('a job elsewhere: of nobody, of what cannot be made, under way, and done', async () => {
  const { here, app } = await open(record('one', { parameters: smallDocument(6) }), record('empty'));
  const job = (id: string) => ask(app, `/api/jobs/${id}`);
  expect(await job('nobody')).toMatchObject({ status: 404, body: { error: { code: 'EXPERIMENT_NOT_FOUND' } } });
  expect(await job('empty')).toMatchObject({ body: { state: 'failed', error: { code: 'no_parameters' } } });
  expect(await job('one')).toMatchObject({ body: { state: 'running', frames: 6 } });
  await here.kiln().regenerate('one');
  expect(await job('one')).toMatchObject({ body: { state: 'done', endedAt: expect.any(Number) } });
});
