// SPDX-License-Identifier: Apache-2.0
// GET /api/experiments/:id/video: a link to what is there, a job for what is not, and an error that says why.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { appOn, ask, JSON_PLEASE, jobEnd } from '../support/app.js';
import { type TestObject, useBackfillStores } from '../support/backfill-stores.js';
import { decode, probe } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/folder.js';
import { type Item, NEURAL, record, smallDocument } from '../support/records.js';

const stores = await useBackfillStores();
const folder = temporaryFolder();
let files = 0;

/** The bytes as a file, for FFmpeg. */
function fileOf(bytes: Uint8Array): string {
  const path = join(folder, `${++files}.mp4`);
  writeFileSync(path, bytes);
  return path;
}

async function open(...items: Item[]) {
  const here = await stores.open();
  await here.put(...items);
  return { here, app: appOn(here) };
}

const video = (id: string) => `/api/experiments/${id}/video`;

test('a stored video: a fresh link that nobody may keep, with a HEAD and nothing else', async () => {
  const { here, app } = await open(record('one', { parameters: smallDocument(1) }));
  await here.kiln().backfill();
  const before = await here.items();
  await app.request('/readyz');
  stores.forgetRequests();
  const { status, headers } = await ask(app, video('one'));
  expect(status).toBe(302);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(stores.s3.requests).toEqual({ HeadObject: 1 });
  expect(stores.dynamoDb.requests).toEqual({});
  const bytes = Buffer.from(await (await fetch(headers.get('location') as string)).arrayBuffer());
  expect(bytes).toEqual((await here.objects())['reconstructed/one.mp4']?.bytes);

  const json = await ask(app, video('one'), JSON_PLEASE);
  expect(json.status).toBe(200);
  expect(json.body).toEqual({
    url: expect.stringContaining('X-Amz-Signature='),
    expiresAt: expect.any(Number),
    bytes: bytes.length,
    frames: 6,
  });
  expect(json.body.expiresAt - Date.now() / 1000).toBeGreaterThan(604_000);
  // Signing is not recording.
  expect(await here.items()).toEqual(before);
});

test('a missing video: one job, then the link; stored and recorded as a backfill does', async () => {
  const { here, app } = await open(record('one', { parameters: smallDocument(2) }));
  const asked = await ask(app, video('one'));
  expect(asked.status).toBe(202);
  expect(asked.headers.get('location')).toBe('/api/jobs/one');
  expect(Number(asked.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(asked.body).toMatchObject({ id: 'one', experiment: 'one', kind: 'video', frames: 6 });
  const events = await jobEnd(app, '/api/jobs/one');
  expect(events.at(-1)).toMatchObject({ state: 'done', outcome: 'regenerated', framesDone: 6, frames: 6 });
  expect((await ask(app, '/api/jobs/one')).body).toEqual(events.at(-1));
  expect((await ask(app, video('one'))).status).toBe(302);

  const items = await here.items();
  const objects = await here.objects();
  const item = items['one 1760000000'];
  expect(item?.reconstructed_video_s3_key).toEqual({ S: 'reconstructed/one.mp4' });
  expect(item?.reconstructed_fingerprint).toEqual({ S: objects['reconstructed/one.mp4']?.metadata.fingerprint });
  const { outcomes } = await here.kiln().backfill();
  expect(outcomes).toMatchObject({ current: 1 });
});

test('a hundred equal requests, one render', async () => {
  const { here, app } = await open(record('one', { parameters: smallDocument(3) }));
  stores.forgetRequests();
  const answers = await Promise.all(Array.from({ length: 100 }, () => ask(app, video('one'))));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  await jobEnd(app, '/api/jobs/one');
  expect(stores.s3.requests).toMatchObject({ PutObject: 1 });
  expect((await ask(app, '/metrics')).body).toMatch(/^framekiln_jobs_total\{state="done"\} 1$/m);
  expect(Object.keys(await here.objects())).toEqual(['reconstructed/one.mp4']);
});

test('the exact variant is a video of its own, and leaves the record alone', async () => {
  const { here, app } = await open(record('one', { parameters: smallDocument(4) }));
  const before = await here.items();
  const asked = await ask(app, `${video('one')}?variant=exact`);
  expect(asked.headers.get('location')).toBe('/api/jobs/one~exact');
  expect((await jobEnd(app, '/api/jobs/one~exact')).at(-1)).toMatchObject({ state: 'done' });
  expect(await here.items()).toEqual(before);
  const { bytes } = (await here.objects())['reconstructed/one.exact.mp4'] ?? {};
  expect((await probe(fileOf(bytes as Buffer))).stream.pix_fmt).toBe('yuv444p');
});

test.each([
  ['neural', { experiments: NEURAL }, 409, 'not_procedural'],
  ['empty', {}, 409, 'no_parameters'],
  ['broken', { parameters: { ...smallDocument(5), fps: -1 } }, 409, 'INVALID_DOCUMENT'],
])('%s cannot be made, and the answer says why', async (id, attributes, status, code) => {
  const { app } = await open(record(id, attributes));
  const asked = await ask(app, video(id));
  expect(asked.status).toBe(status);
  expect(asked.body.error).toMatchObject({ code, message: expect.any(String) });
  if (code === 'INVALID_DOCUMENT') expect(asked.body.error.pointer).toBe('/fps');
  else expect(asked.body.error.tried).toEqual(expect.arrayContaining([expect.stringContaining('parameters')]));
});

test('who is unknown, and what is no id', async () => {
  const { app } = await open();
  expect(await ask(app, video('nobody'))).toMatchObject({
    status: 404,
    body: { error: { code: 'EXPERIMENT_NOT_FOUND' } },
  });
  for (const id of ['..', '.hidden', 'a%2Fb', '%3Cscript%3E', 'a..b', 'x'.repeat(201)]) {
    const { status, body } = await ask(app, video(id));
    expect([id, status === 400 || status === 404, typeof body]).toEqual([id, true, 'object']);
  }
  const wrong = await ask(app, `${video('one')}?variant=other`);
  expect(wrong.body.error.message).toBe(
    'Expected one of video, exact, original, original-exact for variant but received "other"',
  );
});

test('HEAD looks, and starts nothing', async () => {
  const { app } = await open(record('one', { parameters: smallDocument(6) }));
  expect((await app.request(video('one'), { method: 'HEAD' })).status).toBe(409);
  expect((await ask(app, '/api/jobs/one')).status).toBe(404);
});

test('POST regenerate makes it, again only when forced', async () => {
  const { app } = await open(record('one', { parameters: smallDocument(7) }));
  const post = (body: object) =>
    ask(app, '/api/experiments/one/regenerate', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const asked = await post({});
  expect([asked.status, asked.headers.get('location')]).toEqual([202, '/api/jobs/one']);
  expect((await jobEnd(app, '/api/jobs/one')).at(-1)).toMatchObject({ outcome: 'regenerated' });
  await post({});
  expect((await jobEnd(app, '/api/jobs/one')).at(-1)).toMatchObject({ outcome: 'current' });
  await post({ force: true });
  expect((await jobEnd(app, '/api/jobs/one')).at(-1)).toMatchObject({ outcome: 'regenerated' });
  const bad = await post({ force: 'yes' });
  expect(bad).toMatchObject({ status: 400, body: { error: { message: expect.stringContaining('for force') } } });
});

test('watched while it is made: the stream has the frames of the stored video', async () => {
  const size = { width: 320, height: 180, frames: 120 };
  const { here, app } = await open(record('one', { parameters: smallDocument(8, size) }));
  const [first, second] = await Promise.all([stream('one'), stream('one')]);
  expect(first).toEqual(second);
  await jobEnd(app, '/api/jobs/one');
  const stored = (await here.objects())['reconstructed/one.mp4']?.bytes as Buffer;
  expect((await probe(fileOf(first))).stream.nb_read_frames).toBe('120');
  const frames = await Promise.all([first, stored].map((bytes) => decode(fileOf(bytes), 'yuv420p')));
  expect(frames[0]?.equals(frames[1] as Buffer)).toBe(true);
  const later = await app.request('/api/experiments/one/stream.mp4');
  expect(later.status).toBe(302);

  async function stream(id: string): Promise<Buffer> {
    const answer = await app.request(`/api/experiments/${id}/stream.mp4`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^video\/mp4; codecs="avc1\.[0-9A-F]{6}"$/i);
    return Buffer.from(await answer.arrayBuffer());
  }
});

test('a stream of what cannot be made is an error, not an empty video', async () => {
  const { app } = await open(record('empty'));
  expect(await ask(app, '/api/experiments/empty/stream.mp4')).toMatchObject({
    status: 409,
    body: { error: { code: 'no_parameters' } },
  });
});

test('more than the line holds, and more than a client may ask for', async () => {
  const here = await stores.open();
  const ids = ['a', 'b', 'c', 'd'];
  const long = { width: 640, height: 360, frames: 600 };
  await here.put(...ids.map((id, i) => record(id, { parameters: smallDocument(20 + i, long) })));
  const full = appOn(here, { kiln: here.kiln({ threads: 1 }), jobs: { running: 1, waiting: 1 } });
  const answers = await Promise.all(ids.map((id) => ask(full, video(id))));
  expect(answers.map(({ status }) => status).sort()).toEqual([202, 202, 429, 429]);
  const refused = answers.find(({ status }) => status === 429);
  expect(refused?.body.error.code).toBe('BUSY');
  expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
  await full.close();
  const limited = appOn(here, { jobsPerMinute: 1 });
  expect((await ask(limited, video('a'))).status).toBe(202);
  expect((await ask(limited, video('b'))).status).toBe(429);
  // What is under way is no new job.
  expect((await ask(limited, video('a'))).status).toBe(202);
});

test('an archived video is made again', async () => {
  const { here, app } = await open(record('one', { parameters: smallDocument(9) }));
  await here.kiln().backfill();
  const { bytes, metadata } = (await here.objects())['reconstructed/one.mp4'] as TestObject;
  await here.putObject('reconstructed/one.mp4', bytes, { metadata, storageClass: 'GLACIER' });
  expect((await ask(app, video('one'))).status).toBe(202);
  expect((await jobEnd(app, '/api/jobs/one')).at(-1)).toMatchObject({ state: 'done' });
  expect((await ask(app, video('one'))).status).toBe(302);
});
