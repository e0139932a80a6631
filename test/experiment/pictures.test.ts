// SPDX-License-Identifier: Apache-2.0
// Posters and plots of experiments' documents, and their pages' facts.
import { describe, expect, test } from 'vitest';
import { useBackfillStores } from '../support/backfill-stores.js';
import { golden, stored } from '../support/documents.js';
import { NEURAL, record, scheduleEntry, smallDocument } from '../support/records.js';
import { expectNothingUnhandled, rejection } from '../support/unhandled.js';

const stores = await useBackfillStores();
expectNothingUnhandled();

const inline = (id: string, document: object, attributes: Record<string, unknown> = {}) =>
  record(id, { parameters: JSON.stringify(document), ...attributes });

async function opened(...items: ReturnType<typeof record>[]) {
  const here = await stores.open();
  await here.put(...items);
  const kiln = here.kiln();
  stores.forgetRequests();
  return { here, kiln, experiments: await kiln.experiments() };
}

/** Width and height of a PNG. */
function sizeOf(png: Uint8Array) {
  const bytes = Buffer.from(png);
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}

describe('a poster', () => {
  test('is a frame a third into the clip, 320 pixels wide', async () => {
    const { kiln, experiments } = await opened(
      inline('one', smallDocument(1, { width: 320, height: 180, frames: 30 })),
    );
    const png = await experiments.poster('one');
    for await (const { data } of kiln.frames(smallDocument(1, { width: 320, height: 180, frames: 30 }), {
      range: { start: 10, end: 11 },
    })) {
      expect(Buffer.from(png).equals(Buffer.from(await kiln.png(data.slice(), 320, 180)))).toBe(true);
    }
  });

  test.each([
    [32, 24, 320, 240],
    [640, 360, 320, 180],
    [2, 64, 40, 1280],
    [64, 2, 320, 10],
    [1, 1, 320, 320],
  ])('of %d x %d is %d x %d', async (width, height, wide, high) => {
    const { experiments } = await opened(inline('one', stored(width, height, 10, [[0, 0.5, 'vibrant']])));
    expect(sizeOf(await experiments.poster('one'))).toEqual([wide, high]);
  });

  test('is drawn once, and again when the record changes', async () => {
    const { here, experiments } = await opened(record('one'));
    await here.putObject('parameters/one.json', JSON.stringify(smallDocument(1)));
    const posters = await Promise.all(Array.from({ length: 100 }, () => experiments.poster('one')));
    expect(new Set(posters.map((png) => Buffer.from(png).toString('hex'))).size).toBe(1);
    expect({ ...stores.s3.requests, ...stores.dynamoDb.requests }).toEqual({ GetObject: 1, Query: 1 });
    await experiments.poster('one');
    expect({ ...stores.s3.requests, ...stores.dynamoDb.requests }).toEqual({ GetObject: 1, Query: 2 });
    await here.put(inline('one', smallDocument(2)));
    expect(Buffer.from(await experiments.poster('one')).equals(Buffer.from(posters[0] as Uint8Array))).toBe(false);
  });

  test('of nothing says why there is none', async () => {
    const { experiments } = await opened(
      record('neural', { experiments: NEURAL }),
      record('broken', { parameters: '{"version": "1.0", "parameters": [7]}' }),
    );
    for (const picture of ['poster', 'parametersPlot'] as const) {
      expect(await rejection(experiments[picture]('neural'))).toMatchObject({
        ...{ code: 'NO_PARAMETERS', remedy: expect.stringContaining('parameters/neural.json: not there') },
      });
      expect(await rejection(experiments[picture]('broken'))).toMatchObject({ code: 'INVALID_DOCUMENT' });
      expect(await rejection(experiments[picture]('nobody'))).toMatchObject({ code: 'EXPERIMENT_NOT_FOUND' });
      expect(await rejection(experiments[picture]('a/b'))).toMatchObject({ code: 'INVALID_ID' });
    }
  });

  test('is given up by one, and drawn for the others', async () => {
    const { experiments } = await opened(inline('one', smallDocument(1)));
    const stop = new AbortController();
    const impatient = rejection(experiments.poster('one', stop.signal));
    const patient = experiments.poster('one');
    stop.abort('enough');
    expect(await impatient).toBe('enough');
    expect(sizeOf(await patient)).toEqual([320, 240]);
  });
});

test('the plot of the parameters has the name of the experiment', async () => {
  const { kiln, experiments } = await opened(inline('one', smallDocument(1)));
  const { svg } = await kiln.plot({ document: smallDocument(1), label: 'one' });
  expect(await experiments.parametersPlot('one')).toBe(svg);
  expect(await experiments.parametersPlot('one')).toBe(svg);
});

describe('the details', () => {
  test('of a document in the bucket and two videos', async () => {
    const { bytes } = golden('families_640x360');
    const metrics = { resolution: '640x360', fps: 10.0, duration: 0.65, psnr_db: 30.5, quality: 'poor', list: [1] };
    const { here, kiln, experiments } = await opened(
      record('one', { experiments: `[${scheduleEntry(metrics)}]` }, '2'),
      record('one', { status: 'failed' }, '1'),
    );
    await here.putObject('parameters/one.json', bytes);
    await Promise.all((['video', 'exact'] as const).map((variant) => experiments.make('one', variant)));
    stores.forgetRequests();
    const details = await experiments.describe('one');
    expect({ ...stores.s3.requests, ...stores.dynamoDb.requests }).toEqual({ GetObject: 1, HeadObject: 2, Query: 1 });
    expect(details).toMatchObject({
      ...{ id: 'one', timestamp: '2', others: ['1'], faults: [], original: 'schedule', video: 'stored', psnrDb: 30.5 },
      metrics: { resolution: '640x360', fps: 10, duration: 0.65, psnr_db: 30.5, quality: 'poor' },
      document: { source: 's3 parameters/one.json', inspection: kiln.open(bytes).inspect() },
      videos: {
        video: { key: 'reconstructed/one.mp4', readable: true, published: false, frames: expect.any(Number) },
        exact: { key: 'reconstructed/one.exact.mp4', readable: true, published: false },
      },
    });
    expect(details.metrics).not.toHaveProperty('list');
    expect(JSON.parse(JSON.stringify(details))).toEqual(details);
    // Many at once read it once, and not the document again so soon.
    stores.forgetRequests();
    await Promise.all(Array.from({ length: 100 }, () => experiments.describe('one')));
    expect({ ...stores.s3.requests, ...stores.dynamoDb.requests }).toEqual({ HeadObject: 2, Query: 1 });
  });

  test('of none, and of one who names a thousand keys', async () => {
    const keys = Array.from(
      { length: 1000 },
      (_, i) => `{"experiment_type": "procedural", "parameters_s3_key": "k${i}"}`,
    );
    const { experiments } = await opened(
      record('neural', { experiments: NEURAL }),
      record('many', { experiments: `[${keys.join(', ')}]` }),
    );
    expect(await experiments.describe('neural')).toMatchObject({
      document: { outcome: 'not_regenerable', code: 'not_procedural', tried: expect.any(Array) },
      videos: {},
      video: 'none',
    });
    expect(await rejection(experiments.describe('nobody'))).toMatchObject({ code: 'EXPERIMENT_NOT_FOUND' });
    expect(await rejection(experiments.describe('..'))).toMatchObject({ code: 'INVALID_ID' });
    stores.forgetRequests();
    const many = await experiments.describe('many');
    expect(stores.s3.requests.GetObject).toBeLessThan(30);
    expect(many.document).toMatchObject({ tried: expect.arrayContaining([expect.stringContaining('too many')]) });
  });
});
