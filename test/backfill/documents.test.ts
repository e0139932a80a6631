// SPDX-License-Identifier: Apache-2.0
// One document in every place where a document can be: the same video every time. And documents that are too much.
import { gzipSync } from 'node:zlib';
import type { Outcome } from 'framekiln';
import { expect, test } from 'vitest';
import { useBackfillStores } from '../support/backfill-stores.js';
import { entry, type Item, record, scheduleEntry, smallDocument } from '../support/records.js';

const stores = await useBackfillStores();
const DOCUMENT = smallDocument(1);
const TEXT = JSON.stringify(DOCUMENT);
const CLIP = { resolution: '32x24', fps: 10 };

test('every place gives the same video', async () => {
  const here = await stores.open();
  const named = (name: string, key: string) => ({ experiments: `[${entry({ [name]: key })}]` });
  const places: [id: string, source: string, attributes: object, key?: string, body?: Uint8Array][] = [
    ['map', 'parameters', { parameters: DOCUMENT }],
    ['text', 'parameters', { parameters: TEXT }],
    ['plain_binary', 'parameters', { parameters: Buffer.from(TEXT) }],
    ['binary', 'parameters', { parameters: gzipSync(TEXT) }],
    ['list', 'parameters', { parameters: DOCUMENT.parameters, resolution: [32, 24], fps: 10 }],
    ['list_text', 'parameters', { parameters: JSON.stringify(DOCUMENT.parameters), ...CLIP }],
    [
      'list_metrics',
      'parameters',
      { parameters: DOCUMENT.parameters, experiments: `[${entry({ real_metrics: CLIP })}]` },
    ],
    ['entry', 'experiments[0].parameters', { experiments: `[${entry({ parameters: DOCUMENT })}]` }],
    [
      'entry_list',
      'experiments[0].parameters',
      { experiments: `[${entry({ parameters: DOCUMENT.parameters, ...CLIP })}]` },
    ],
    ['entry_text', 'experiments[0].parameters', { experiments: `[${entry({ parameters: TEXT })}]` }],
    ['key', 's3 a/scene.json', { parameters_s3_key: 'a/scene.json' }, 'a/scene.json'],
    ['address', 's3 b.json', { parameters_s3_key: `s3://${here.bucket}/b.json` }, 'b.json'],
    ['other_key', 's3 c.bin', { scene_key: 'c.bin' }, 'c.bin', gzipSync(TEXT)],
    ['entry_key', 's3 d.json', named('scene_key', 'd.json'), 'd.json'],
    ['stored', 's3 parameters/stored.json', {}, 'parameters/stored.json'],
    ['zipped', 's3 parameters/zipped.json.gz', {}, 'parameters/zipped.json.gz', gzipSync(TEXT)],
    ['template', 's3 runs/template', {}, 'runs/template'],
    ['cut', 's3 parameters/cut.json', { experiments: '[{"experiment_type": "real_proc' }, 'parameters/cut.json'],
  ];
  for (const [id, , attributes, key, body] of places) {
    await here.put(record(id, { ...attributes }));
    if (key) await here.putObject(key, body ?? TEXT);
  }
  const templates = ['runs/{experiment_id}', 'parameters/{experiment_id}.json', 'parameters/{experiment_id}.json.gz'];
  const kiln = here.kiln({ templates, keyAttributes: ['parameters_s3_key', 'scene_key'] });
  const outcomes: Outcome[] = [];
  const summary = await kiln.backfill({ onOutcome: (outcome) => outcomes.push(outcome) });
  expect(summary.outcomes).toMatchObject({ regenerated: 1, copied: places.length - 1 });
  const sources = new Map(outcomes.map(({ experimentId, source }) => [experimentId, source]));
  expect(sources).toEqual(new Map(places.map(([id, source]) => [id, source])));
  expect(new Set(outcomes.map(({ fingerprint }) => fingerprint)).size).toBe(1);
  const { report, video } = await kiln.render(DOCUMENT);
  expect(new Set(outcomes.map(({ framesDigest }) => framesDigest))).toEqual(new Set([report.framesDigest]));
  const objects = await here.objects();
  for (const [id] of places) expect(objects[`reconstructed/${id}.mp4`]?.bytes).toEqual(Buffer.from(video));
});

test('the default schedule', async () => {
  const here = await stores.open();
  await here.put(record('scheduled', { experiments: `[${scheduleEntry()}]` }));
  const kiln = here.kiln();
  const { outcome, source, framesDigest } = await kiln.regenerate('scheduled');
  const document = { version: '1.0', schedule: 'default', resolution: [32, 24], fps: 10, duration: 0.65 };
  const { report } = await kiln.render(document);
  expect([outcome, source, framesDigest]).toEqual(['regenerated', 'default schedule', report.framesDigest]);
});

test('documents that are too much are refused, and the others are made', async () => {
  const here = await stores.open();
  const bomb = gzipSync(Buffer.alloc(65 * 2 ** 20, ' '), { level: 9 });
  const many = gzipSync(`[${'[],'.repeat(2 ** 21)}[]]`);
  const wide = { ...DOCUMENT, resolution: [8192, 8192] };
  const items: [Item, string][] = [
    [record('bomb', { parameters: bomb }), 'The document is larger than 64 MiB'],
    [record('bomb_stored'), 'The document is larger than 64 MiB'],
    [record('large'), 'The object parameters/large.json is larger than 67108864 bytes'],
    [record('many', { parameters: many }), 'The document has more than 2097152 objects and arrays'],
    [
      record('wide', { parameters: wide }),
      'Expected 33.2 megapixels or fewer for /resolution but received [8192, 8192]',
    ],
    [record('deep', { parameters: '['.repeat(200_000) }), expect.stringMatching(/not JSON/)],
    [record('damaged', { parameters: bomb.subarray(0, 1000) }), expect.stringMatching(/gzip data is damaged/)],
    [record('empty', { parameters: '' }), 'The document is empty'],
    [record('latin', { parameters: Buffer.from('"\xe9"', 'latin1') }), expect.stringMatching(/not UTF-8/)],
  ];
  await here.put(...items.map(([item]) => item), record('good', { parameters: DOCUMENT }));
  await here.putObject('parameters/bomb_stored.json.gz', bomb);
  await here.putObject('parameters/large.json', Buffer.alloc(64 * 2 ** 20 + 1, ' '));
  const said: Record<string, string | undefined> = {};
  const summary = await here.kiln().backfill({
    onOutcome: ({ experimentId, message }) => {
      said[experimentId] = message;
    },
  });
  expect(summary.outcomes).toMatchObject({ invalid_document: items.length, regenerated: 1, failed: 0 });
  const wanted = Object.fromEntries(items.map(([item, message]) => [item.experiment_id?.S, message]));
  expect(said).toEqual({ ...wanted, good: undefined });
  expect(Object.keys(await here.objects()).filter((key) => key.startsWith('reconstructed/'))).toEqual([
    'reconstructed/good.mp4',
  ]);
});
