// SPDX-License-Identifier: Apache-2.0
// Many who ask at once, servers beside one another, and stores that fail now and then.
import { expect, test } from 'vitest';
import { VARIANTS } from '../../src/experiment/variant.js';
import { useBackfillStores } from '../support/backfill-stores.js';
import { scheduled } from '../support/documents.js';
import { startFaultProxy } from '../support/fault-proxy.js';
import { record, smallDocument } from '../support/records.js';
import { setEnvironment } from '../support/stores.js';
import { rejection } from '../support/unhandled.js';

const stores = await useBackfillStores();

const inline = (id: string, seed = 1) =>
  record(id, { parameters: JSON.stringify(smallDocument(seed, { frames: 20 })), source: 'schedule' });
/** Work for many seconds, in many segments. */
const endless = (id: string, frames = 20_000) =>
  record(id, { parameters: scheduled(320, 180, frames), source: 'schedule' });

test('a hundred who make the same at once render it once', async () => {
  const here = await stores.open();
  await here.put(inline('one'));
  const experiments = await here.kiln({ threads: 2 }).experiments();
  for (const variant of VARIANTS) {
    stores.forgetRequests();
    let frames = 0;
    const onSegment = (segment: { frames: number }) => {
      frames += segment.frames;
    };
    const make = () => experiments.make('one', variant, { onSegment });
    const outcomes = await Promise.all(Array.from({ length: 100 }, make));
    const [key] = new Set(outcomes.map((outcome) => outcome.key));
    expect(new Set(outcomes.map((outcome) => outcome.key)).size, variant).toBe(1);
    for (const { outcome } of outcomes) expect(['regenerated', 'current', 'relinked']).toContain(outcome);
    expect({ variant, frames, puts: stores.s3.requests.PutObject }).toEqual({ variant, frames: 20, puts: 1 });
    expect(stores.s3.requests).not.toHaveProperty('CopyObject');
    expect(await experiments.locate('one', variant)).toMatchObject({ state: 'ready', key });
  }
});

test('who gives up while another renders waits no longer', async () => {
  const here = await stores.open();
  await here.put(endless('one', 600));
  const experiments = await here.kiln().experiments();
  const first = experiments.make('one', 'exact');
  await new Promise((resolve) => setTimeout(resolve, 50));
  const stop = new AbortController();
  const second = rejection(experiments.make('one', 'exact', { signal: stop.signal }));
  setTimeout(() => stop.abort('enough'), 50);
  expect(await Promise.race([first, second])).toBe('enough');
  expect(await first).toMatchObject({ outcome: 'regenerated' });
});

test('each variant stops when told to, and leaves nothing half', async () => {
  const here = await stores.open();
  await here.put(endless('one'));
  const experiments = await here.kiln().experiments();
  for (const variant of VARIANTS) {
    const stop = new AbortController();
    const making = rejection(
      experiments.make('one', variant, { signal: stop.signal, onSegment: () => stop.abort(variant) }),
    );
    expect(await making).toBe(variant);
  }
  expect(await here.objects()).toEqual({});
});

test('all of it goes on when the closing of the kiln lets it, and ends when not', async () => {
  const here = await stores.open();
  await here.put(endless('one'));
  const kiln = here.kiln();
  const experiments = await kiln.experiments();
  const asked = [
    ...VARIANTS.map((variant) => experiments.make('one', variant)),
    experiments.makeQuality('one', 'original'),
    experiments.poster('one'),
    experiments.describe('one'),
    experiments.list(),
  ].map((promise) =>
    promise.then(
      () => undefined,
      (error) => error,
    ),
  );
  await new Promise((resolve) => setTimeout(resolve, 30));
  await kiln[Symbol.asyncDispose]();
  for (const error of await Promise.all(asked)) if (error) expect(error).toMatchObject({ code: 'CLOSED' });
  expect(await rejection(experiments.locate('one', 'video'))).toMatchObject({ code: 'CLOSED' });
});

test('two servers make the same: both have it in the end', async () => {
  const here = await stores.open();
  await here.put(inline('one'));
  const servers = await Promise.all([here.kiln(), here.kiln()].map((kiln) => kiln.experiments()));
  for (const variant of VARIANTS) {
    const outcomes = await Promise.all(servers.map((experiments) => experiments.make('one', variant)));
    for (const { outcome } of outcomes) expect(['regenerated', 'current', 'relinked', 'copied']).toContain(outcome);
    for (const experiments of servers)
      expect(await experiments.locate('one', variant)).toMatchObject({ state: 'ready' });
  }
});

test('stores that fail one time in five', { timeout: 120_000 }, async () => {
  const here = await stores.open();
  const ids = Array.from({ length: 6 }, (_, i) => `e${i}`);
  await here.put(...ids.map((id, i) => inline(id, i)));
  const faults = { rate: 0.2, delay: 20 };
  const s3 = await startFaultProxy(stores.s3.url, { ...faults, seed: 7 });
  const dynamoDb = await startFaultProxy(stores.dynamoDb.url, { ...faults, seed: 8 });
  const restore = setEnvironment({ AWS_ENDPOINT_URL_S3: s3.url, AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.url });
  try {
    const experiments = await here.kiln({ attempts: 12 }).experiments();
    expect((await experiments.list()).total).toBe(ids.length);
    for (const id of ids) {
      for (const variant of VARIANTS) {
        expect(await experiments.make(id, variant)).toMatchObject({ key: expect.stringContaining('reconstructed/') });
        expect(await experiments.locate(id, variant)).toMatchObject({ state: 'ready' });
      }
      const quality = await experiments.makeQuality(id, 'original');
      expect(await experiments.findQuality(id, 'original')).toEqual(quality);
      expect((await experiments.poster(id)).length).toBeGreaterThan(100);
      expect((await experiments.describe(id)).videos).toMatchObject({
        video: { readable: true },
        exact: { readable: true },
      });
    }
    expect((await experiments.list({ video: 'stored' })).total).toBe(ids.length);
    for (const proxy of [s3, dynamoDb]) {
      expect(Object.values(proxy.injected).reduce((sum, count) => sum + count)).toBeGreaterThan(5);
    }
  } finally {
    restore();
    await Promise.all([s3.close(), dynamoDb.close()]);
  }
});
