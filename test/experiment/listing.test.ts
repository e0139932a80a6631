// SPDX-License-Identifier: Apache-2.0
// The list of a table's experiments: what it shows of records that anybody may have written, and how often it reads.
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test, vi } from 'vitest';
import { useBackfillStores } from '../support/backfill-stores.js';
import { entry, type Item, NEURAL, record, smallDocument } from '../support/records.js';
import { expectNothingUnhandled, rejection } from '../support/unhandled.js';

const stores = await useBackfillStores();
expectNothingUnhandled();

async function opened(...items: Item[]) {
  const here = await stores.open();
  await here.put(...items);
  const kiln = here.kiln();
  stores.forgetRequests();
  return { here, kiln, experiments: await kiln.experiments() };
}

const bare = (id: string, attributes: Record<string, unknown> = {}, timestamp = '1760000000'): Item => ({
  ...marshall(attributes, { removeUndefinedValues: true }),
  experiment_id: { S: id },
  timestamp: { N: timestamp },
});
const metrics = (real_metrics: object, more: object = {}) => ({
  experiments: `[${entry({ real_metrics: { compression_method: 'procedural_demoscene', ...real_metrics }, ...more })}]`,
});

describe('a line of the list', () => {
  test('says what the procedural run recorded', async () => {
    const { experiments } = await opened(
      record(
        'full',
        {
          ...metrics(
            { bitrate_mbps: 15.038184, psnr_db: 19.84, ssim: 0.68 },
            { comparison: { reduction_percent: -50.38184 }, approach: 'Compression <b>experiment</b>' },
          ),
          video_expires_at: 1770000000,
          reconstructed_video_s3_key: 'reconstructed/full.mp4',
          reconstructed_verified: 'proven',
        },
        '1760577415.5',
      ),
      record('computed', metrics({ bitrate_mbps: 2.5 })),
    );
    const { experiments: list, ...page } = await experiments.list();
    expect(list).toEqual([
      {
        ...{ id: 'full', timestamp: '1760577415.5', createdAt: 1760577415.5, status: 'completed' },
        ...{ approach: 'Compression <b>experiment</b>', bitrateMbps: 15.038184, reductionPercent: -50.38184 },
        ...{ psnrDb: 19.84, ssim: 0.68, video: 'stored', linkExpiresAt: 1770000000, verified: 'proven' },
      },
      {
        ...{ id: 'computed', timestamp: '1760000000', createdAt: 1760000000, status: 'completed' },
        ...{ bitrateMbps: 2.5, reductionPercent: 75, video: 'missing' },
      },
    ]);
    expect(page).toMatchObject({ total: 2, page: 1, pages: 1, statuses: ['completed'] });
    expect(Math.abs(page.readAt - Date.now() / 1000)).toBeLessThan(60);
  });

  test('takes what the record itself says when no run says it, and infinity as null', async () => {
    const { experiments } = await opened(
      bare('own', { approach: 'x', bitrate_mbps: 5, psnr_db: 30, ssim: 0.9, reduction_percent: 12 }),
      record('infinite', {
        experiments: metrics({ psnr_db: 1 }).experiments.replace('"psnr_db":1', '"psnr_db": Infinity'),
      }),
    );
    const { experiments: list } = await experiments.list({ sort: 'psnrDb' });
    expect(list).toMatchObject([
      { id: 'infinite', psnrDb: null },
      { id: 'own', approach: 'x', bitrateMbps: 5, psnrDb: 30, ssim: 0.9, reductionPercent: 12 },
    ]);
    expect(JSON.parse(JSON.stringify(list))).toEqual(list);
  });

  test('says whether there may be a video', async () => {
    const document = smallDocument(1);
    const { experiments } = await opened(
      bare('map', { parameters: document }),
      bare('text', { parameters: JSON.stringify(document) }),
      bare('binary', { parameters: Buffer.from(JSON.stringify(document)) }),
      bare('key', { parameters_s3_key: 'a.json' }),
      record('procedural'),
      record('neural', { experiments: NEURAL }),
      bare('nothing'),
      bare('../bad id', { parameters: document }),
    );
    const { experiments: list } = await experiments.list({ sort: 'id', order: 'asc' });
    expect(list.map(({ id, video }) => [id, video])).toEqual([
      ['../bad id', 'none'],
      ['binary', 'missing'],
      ['key', 'missing'],
      ['map', 'missing'],
      ['neural', 'none'],
      ['nothing', 'none'],
      ['procedural', 'missing'],
      ['text', 'missing'],
    ]);
    expect((await experiments.list({ video: 'none' })).total).toBe(3);
  });

  test('is one of an experiment: of its newest completed item', async () => {
    const { experiments } = await opened(
      record('one', {}, '1'),
      record('one', { approach: 'this' }, '2'),
      record('one', { status: 'running' }, '3'),
    );
    expect(await experiments.list()).toMatchObject({ total: 1, experiments: [{ timestamp: '2', approach: 'this' }] });
  });
});

test('hostile records are lines like all others', async () => {
  const long = 'x<script>'.repeat(10_000);
  const hostile: Record<string, unknown>[] = [
    { status: 7, experiments: '[{', approach: { a: 1 }, bitrate_mbps: '1', psnr_db: [1], video_expires_at: 'soon' },
    { experiments: '[[[[1]]], null, "x", {"real_metrics": [], "comparison": 7, "experiment_type": "procedural"}]' },
    {
      experiments:
        '[{"experiment_type": "procedural", "real_metrics": {"bitrate_mbps": NaN, "psnr_db": NaN, "ssim": -Infinity}}]',
    },
    { experiments: '[{"experiment_type": "procedural", "__proto__": {"approach": "x"}, "constructor": 1}]' },
    { status: long, approach: long, reconstructed_verified: long },
    { experiments: `[${entry({ approach: long, real_metrics: { bitrate_mbps: -5, psnr_db: 1e308, ssim: '0.9' } })}]` },
    { experiments: `${'['.repeat(100_000)}${']'.repeat(100_000)}` },
    { reconstructed_video_s3_key: 7, reconstructed_fingerprint: null, parameters: true, source: ['x'] },
    { experiments: new Set(['a']), parameters: null },
  ];
  const { experiments } = await opened(
    ...hostile.map((attributes, i) => bare(`hostile-${i}`, attributes)),
    bare('<script>alert(1)</script>', { approach: '</td>' }),
    bare('"onload=x', {}, '-1e120'),
    bare('good', metrics({ bitrate_mbps: 1 })),
  );
  const { experiments: list, total } = await experiments.list({ limit: 200 });
  expect(total).toBe(hostile.length + 3);
  expect(list.find(({ id }) => id === 'good')).toMatchObject({ bitrateMbps: 1, video: 'missing' });
  for (const one of list) {
    for (const value of Object.values(one)) {
      if (typeof value === 'string') expect(value.length).toBeLessThanOrEqual(500);
      if (typeof value === 'number') expect(value).toSatisfy(Number.isFinite);
    }
  }
  const of = (i: number) => list.find(({ id }) => id === `hostile-${i}`);
  expect(of(4)?.status).toHaveLength(500);
  expect(of(5)).toMatchObject({ approach: expect.stringMatching(/^x<script>.*…$/), psnrDb: 1e308 });
  expect(of(5)).not.toHaveProperty('bitrateMbps');
  // Their pages do not break either.
  for (let i = 0; i < hostile.length; i++) {
    const details = await experiments.describe(`hostile-${i}`);
    expect(JSON.stringify(details).length).toBeLessThan(100_000);
  }
});

test('a query is checked', async () => {
  const { experiments } = await opened();
  for (const query of [{ page: 0 }, { page: 1.5 }, { limit: 0 }, { limit: 201 }, { limit: Number.NaN }]) {
    expect(await rejection(experiments.list(query))).toMatchObject({ code: 'INVALID_SETTING' });
  }
  expect(await rejection(experiments.list({ sort: '__proto__' as 'id' }))).toMatchObject({ code: 'INVALID_SETTING' });
  expect(await experiments.list()).toMatchObject({ experiments: [], total: 0, pages: 1, statuses: [] });
});

describe('how often the table is read', () => {
  test('once for all who ask at once, and again when the list is old', async () => {
    const { here, experiments } = await opened(record('one'));
    const lists = await Promise.all(Array.from({ length: 100 }, () => experiments.list()));
    expect(new Set(lists.map(({ total }) => total))).toEqual(new Set([1]));
    // Four segments.
    expect(stores.dynamoDb.requests).toEqual({ Scan: 4 });
    await here.put(record('two'));
    expect((await experiments.list()).total).toBe(1);
    expect(stores.dynamoDb.requests).toEqual({ Scan: 4 });

    const now = performance.now();
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now + 31_000);
    try {
      // The old list at once, the new one when it is read.
      expect((await experiments.list()).total).toBe(1);
      await vi.waitFor(async () => expect((await experiments.list()).total).toBe(2), { timeout: 10_000 });
    } finally {
      clock.mockRestore();
    }
    expect(stores.dynamoDb.requests).toEqual({ Scan: 8 });
  });

  test('a second time only for experiments that nothing else decides', async () => {
    const { experiments } = await opened(record('one'), bare('two'));
    await experiments.list();
    expect(stores.dynamoDb.requests).toEqual({ Scan: 8 });
  });

  test('what was made is shown at once, by one more query', async () => {
    const { experiments } = await opened(
      record('one', { parameters: JSON.stringify(smallDocument(1)) }),
      record('two'),
    );
    expect((await experiments.list({ video: 'stored' })).total).toBe(0);
    await experiments.make('one', 'video');
    const { experiments: list } = await experiments.list({ video: 'stored' });
    expect(list).toMatchObject([{ id: 'one', linkExpiresAt: expect.any(Number) }]);
    expect(stores.dynamoDb.requests).toEqual({ Scan: 4, Query: 2, UpdateItem: 1 });
  });

  test('who gives up waits no longer; the others get their list', async () => {
    const { experiments } = await opened(record('one'));
    const stop = new AbortController();
    const impatient = rejection(experiments.list({}, stop.signal));
    const patient = experiments.list();
    stop.abort('enough');
    expect(await impatient).toBe('enough');
    expect((await patient).total).toBe(1);
    expect(stores.dynamoDb.requests).toEqual({ Scan: 4 });
  });

  test('a failure is told when there is no list yet, and does not stay', async () => {
    const here = await stores.open();
    const experiments = await here.kiln({ table: 'no-such-table' }).experiments();
    expect(await rejection(experiments.list())).toMatchObject({ code: 'TABLE_NOT_FOUND' });
    expect(await rejection(experiments.list())).toMatchObject({ code: 'TABLE_NOT_FOUND' });
    expect(await rejection(experiments.check())).toMatchObject({ code: 'TABLE_NOT_FOUND' });
  });

  test('it ends with the kiln', async () => {
    const { kiln, experiments } = await opened(record('one'));
    const asked = rejection(experiments.list());
    await kiln[Symbol.asyncDispose]();
    expect(await asked).toMatchObject({ code: 'CLOSED' });
    expect(await rejection(experiments.list())).toMatchObject({ code: 'CLOSED' });
    expect(await rejection(kiln.experiments())).toMatchObject({ code: 'CLOSED' });
  });
});
