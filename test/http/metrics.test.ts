// SPDX-License-Identifier: Apache-2.0
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { answerError, Refusal, refusalOf } from '../../src/http/errors.js';
import { createMetrics, type Metrics } from '../../src/http/middleware/metrics.js';

function counted(metrics: Metrics) {
  const inner = new Hono().get('/api/experiments/:id', (c) => c.json({}));
  const app = new Hono();
  app.onError((error, c) => answerError(c, refusalOf(error)));
  app.use(metrics.middleware);
  app.get('/assets/*', (c) => c.text(''));
  app.use(async (_, next) => next());
  app.get('/refused', () => {
    throw new Refusal(409, { code: 'no_parameters', message: '' });
  });
  return app.route('/', inner).route('/', metrics.routes);
}

const said = async (app: Hono) => (await app.request('/metrics')).text();
const lines = (text: string, name: string) => text.split('\n').filter((line) => line.startsWith(name));

test('requests by their pattern: nobody makes new series by asking for new paths', async () => {
  const app = counted(createMetrics());
  for (let i = 0; i < 20; i++) {
    await app.request(`/api/experiments/id-${i}?q=${i}`);
    await app.request(`/nothing/${i}`);
    await app.request(`/assets/${i}`);
    await app.request('/x', { method: `M${i}` });
  }
  await app.request('/refused');
  const text = await said(app);
  const counts = lines(text, 'framekiln_http_request_duration_seconds_count').map((line) => line.split('_count')[1]);
  expect(counts.sort()).toEqual(
    [
      '{method="GET",route="/api/experiments/:id",status="200"} 20',
      '{method="GET",route="/assets/*",status="200"} 20',
      '{method="GET",route="/refused",status="409"} 1',
      '{method="GET",route="none",status="404"} 20',
      '{method="other",route="none",status="404"} 20',
    ].sort(),
  );
  expect(text).not.toMatch(/id-1|nothing/);
});

test('jobs, frames and bytes', async () => {
  const metrics = createMetrics();
  const app = counted(metrics);
  const jobs = async () => lines(await said(app), 'framekiln_jobs');
  expect(await jobs()).toEqual([
    'framekiln_jobs{state="waiting"} 0',
    'framekiln_jobs{state="running"} 0',
    'framekiln_jobs_total{state="done"} 0',
    'framekiln_jobs_total{state="failed"} 0',
    'framekiln_jobs_total{state="refused"} 0',
  ]);
  for (const id of ['a', 'b', 'c', 'd']) metrics.job('waiting', id);
  for (const id of ['a', 'b', 'c']) metrics.job('running', id);
  metrics.job('done', 'a');
  metrics.job('failed', 'b');
  metrics.job('failed', 'd');
  metrics.job('refused', 'e');
  expect(await jobs()).toEqual([
    'framekiln_jobs{state="waiting"} 0',
    'framekiln_jobs{state="running"} 1',
    'framekiln_jobs_total{state="done"} 1',
    'framekiln_jobs_total{state="failed"} 2',
    'framekiln_jobs_total{state="refused"} 1',
  ]);
  metrics.frames(30);
  metrics.frames(12);
  metrics.streamed(1000);
  const text = await said(app);
  expect(text).toContain('framekiln_frames_rendered_total 42\n');
  expect(text).toContain('framekiln_streamed_bytes_total 1000\n');
  expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
});

test('two servers of one process count apart', async () => {
  const [one, two] = [createMetrics(), createMetrics()];
  one.frames(5);
  expect(await said(counted(two))).toContain('framekiln_frames_rendered_total 0\n');
});

test('the format that Prometheus reads', async () => {
  const answer = await counted(createMetrics()).request('/metrics');
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  for (const line of (await answer.text()).trim().split('\n')) {
    expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? (\S+)|)$/);
  }
});
