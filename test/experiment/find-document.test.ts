// SPDX-License-Identifier: Apache-2.0
// Where parameters are looked for, in which order, and what is said of it.
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { KEY_ATTRIBUTES, recordOf } from '../../src/catalog/record.js';
import { inlineDocument, storedDocument } from '../../src/experiment/find-document.js';
import { DOCUMENT_TEMPLATES } from '../../src/storage/keys.js';
import { ObjectStore } from '../../src/storage/object-store.js';
import { type Answer, s3Double, s3Error } from '../storage/s3-double.js';
import { useBackfillStores } from '../support/backfill-stores.js';
import { entry, NEURAL, record, scheduleEntry, smallDocument } from '../support/records.js';

const stores = await useBackfillStores();
const DOCUMENT = smallDocument(1);
const TEXT = JSON.stringify(DOCUMENT);
const LIST = DOCUMENT.parameters;
const ZIPPED = Uint8Array.from(gzipSync(TEXT));

const recordWith = (attributes: object, names = KEY_ATTRIBUTES) => recordOf(record('one', { ...attributes }), names);
const inline = (attributes: object) => inlineDocument(recordWith(attributes));

/** Reads what it found: JSON text, gzip bytes as they are. */
function readable(search: ReturnType<typeof inlineDocument>) {
  if (!search.found) return search;
  const { content, ...found } = search.found;
  return { ...found, content: content instanceof Buffer ? content.toString() : content };
}

/** The stored document of a record, with these objects in its bucket. */
async function stored(attributes: object, objects: Record<string, string | Uint8Array>, templates?: readonly string[]) {
  const names = ['parameters_s3_key', 'scene_key'];
  const here = await stores.open();
  for (const [key, body] of Object.entries(objects)) await here.putObject(key, body);
  const store = new ObjectStore(here.bucket);
  onTestFinished(() => store.close());
  const places = { objects: store, templates: templates ?? DOCUMENT_TEMPLATES, keyAttributes: names };
  const text = JSON.stringify(attributes).replaceAll('BUCKET', here.bucket);
  return storedDocument(recordWith(JSON.parse(text), names), places);
}

const NO_CLIP = { resolution: undefined, fps: undefined, duration: undefined };

test('nothing on the record', () => {
  expect(inline({})).toEqual({ found: undefined, code: 'no_parameters', tried: ['parameters: not on the record'] });
});

test.each<[string, unknown, unknown]>([
  ['a map', DOCUMENT, DOCUMENT],
  ['a JSON string', TEXT, TEXT],
  ['a binary', ZIPPED, ZIPPED],
  ['a list', LIST, LIST],
  ['a JSON string of a list', JSON.stringify(LIST), JSON.stringify(LIST)],
])('parameters as %s', (_, parameters, content) => {
  expect(readable(inline({ parameters }))).toEqual({ source: 'parameters', content, clip: NO_CLIP });
});

test('a list takes its clip from the metrics of the procedural entry, then the entry, then the record', () => {
  const clip = { resolution: [64, 48], fps: 5, duration: 2 };
  expect(inline({ parameters: LIST, ...clip }).found).toMatchObject({ clip });
  const fields = { ...clip, resolution: '16x12' };
  const inEntry = { parameters: LIST, ...clip, experiments: `[${NEURAL.slice(1, -1)}, ${entry(fields)}]` };
  expect(inline(inEntry).found).toMatchObject({ source: 'parameters', clip: fields });
  const metrics = { resolution: '32x24', fps: 10, duration: null };
  const inMetrics = { parameters: LIST, experiments: `[${entry({ ...fields, real_metrics: metrics })}]` };
  expect(inline(inMetrics).found).toMatchObject({ clip: { ...metrics, duration: 2 } });
});

test('parameters in an entry: an object, a list or a string, and the clip of that entry', () => {
  for (const parameters of [DOCUMENT, LIST, TEXT]) {
    const found = readable(inline({ experiments: `[${NEURAL.slice(1, -1)}, ${entry({ parameters, fps: 7 })}]` }));
    expect(found).toEqual({
      ...{ source: 'experiments[1].parameters', content: parameters, clip: { ...NO_CLIP, fps: 7 } },
    });
  }
  const native = { experiments: [{ experiment_type: 'real_procedural_generation', parameters: DOCUMENT }] };
  expect(readable(inline(native))).toMatchObject({ source: 'experiments[0].parameters', content: DOCUMENT });
});

test('the record comes before its entries, and the entry that gets the link before the others', () => {
  const both = { parameters: TEXT, experiments: `[${entry({ parameters: smallDocument(2) })}]` };
  expect(inline(both).found).toMatchObject({ source: 'parameters' });
  const failed = entry({ parameters: smallDocument(2) }).replace('"completed"', '"failed"');
  const experiments = `[${failed}, ${entry({ parameters: DOCUMENT })}]`;
  expect(readable(inline({ experiments }))).toMatchObject({ source: 'experiments[1].parameters', content: DOCUMENT });
});

test.each<[string, unknown, string]>([
  ['null', null, 'null'],
  ['a number', 7, '7'],
  ['a boolean', true, 'true'],
  ['a set', new Set(['a']), 'an object'],
])('parameters as %s are said to be of the wrong type', (_, parameters, said) => {
  const fault = `Expected a map, list, string or binary for parameters but received ${said}`;
  expect(inline({ parameters })).toEqual({
    ...{ found: undefined, code: 'no_parameters', tried: [fault, 'parameters: not on the record'] },
  });
});

test('parameters of the wrong type in an entry are said so; null is nothing', () => {
  const experiments = `[${entry({ parameters: 7 })}, ${entry({ parameters: null })}, ${entry({ parameters: false })}]`;
  expect(inline({ experiments }).tried).toEqual([
    'experiments[0].parameters: expected a map, list, string or binary but it is 7',
    'experiments[2].parameters: expected a map, list, string or binary but it is false',
  ]);
});

const NOT_THERE = DOCUMENT_TEMPLATES.map((template) => `s3 ${template.replace('{experiment_id}', 'one')}: not there`);

test('keys that the record names, then its entries, then the conventional ones', async () => {
  const keys = ['first.json', 'second.json', 'third.json', 'parameters/one.json', 'parameters/one.json.gz'];
  const last = 'parameters/one_params.json';
  const attributes = {
    ...{ scene_key: 'second.json', parameters_s3_key: 'first.json' },
    experiments: `[${entry({ scene_key: 'third.json', parameters_s3_key: null })}]`,
  };
  const there = Object.fromEntries([...keys, last].map((key) => [key, key]));
  for (const [i, key] of [...keys, last].entries()) {
    const { found, tried } = await stored(attributes, there);
    expect(found).toMatchObject({ source: `s3 ${key}`, content: Buffer.from(key) });
    expect(tried).toEqual(keys.slice(0, i).map((missing) => `s3 ${missing}: not there`));
    delete there[key];
  }
  expect(await stored(attributes, {})).toMatchObject({ found: undefined, code: 'no_parameters' });
});

test('a key as an s3:// address of this bucket; others are refused and said', async () => {
  const own = await stored({ parameters_s3_key: 's3://BUCKET/a b/scene.json' }, { 'a b/scene.json': TEXT });
  expect(own.found).toMatchObject({ source: 's3 a b/scene.json' });
  for (const key of [
    's3://elsewhere/x.json',
    's3://elsewhere',
    '../x.json',
    '/x.json',
    'a\u0007b',
    '',
    's3://BUCKET/',
  ]) {
    const { tried, found } = await stored({ parameters_s3_key: key }, { 'x.json': TEXT, 'parameters/one.json': TEXT });
    expect(found).toMatchObject({ source: 's3 parameters/one.json' });
    expect(tried).toEqual([expect.stringMatching(/^parameters_s3_key: Expected a key in the bucket bucket-\d+, /)]);
  }
});

test('a link is no key, and is not repeated', async () => {
  const key = 'https://example.com/x.json?X-Amz-Signature=1';
  const { tried } = await stored({ parameters_s3_key: key, experiments: `[${entry({ scene_key: key })}]` }, {});
  expect(tried.slice(0, 2)).toEqual([
    'parameters_s3_key: expected a key but it is a link',
    'experiments[0].scene_key: expected a key but it is a link',
  ]);
  expect(tried.join()).not.toContain('Signature');
});

test('keys that are no strings are said', async () => {
  const experiments = `[${entry({ parameters_s3_key: { toString: 1 }, scene_key: 5 })}]`;
  const { tried } = await stored({ experiments, parameters_s3_key: ['x'] }, { 5: TEXT });
  expect(tried.slice(0, 2)).toEqual([
    'Expected a string for experiments[0].parameters_s3_key but received an object',
    'Expected a string for experiments[0].scene_key but received 5',
  ]);
});

test('other templates', async () => {
  const templates = ['runs/{experiment_id}/{experiment_id}.json', 'all/{experiment_id}'];
  const objects = { 'all/one': TEXT, 'parameters/one.json': TEXT };
  const { found, tried } = await stored({}, objects, templates);
  expect(found).toMatchObject({ source: 's3 all/one' });
  expect(tried).toEqual(['s3 runs/one/one.json: not there']);
});

test('the default schedule, with what the entry says of the clip', async () => {
  const { found, tried } = await stored({ experiments: `[${scheduleEntry()}]` }, {});
  expect(tried).toEqual(NOT_THERE);
  expect(found).toMatchObject({
    source: 'default schedule',
    content: { version: '1.0', schedule: 'default', resolution: [32, 24], fps: 10, duration: 0.65 },
  });
  const split = { experiments: `[${scheduleEntry({ fps: 10, resolution: null })}]`, resolution: '8x8', duration: 1 };
  expect((await stored(split, {})).found).toMatchObject({ content: { resolution: [8, 8], fps: 10, duration: 1 } });
});

test.each<[string, object, string, string]>([
  ['lacks a rate', { experiments: `[${scheduleEntry({ resolution: '8x8', duration: 1 })}]` }, 'no_parameters', 'lacks'],
  ['null counts as nothing', { experiments: `[${scheduleEntry({ resolution: null })}]` }, 'no_parameters', 'lacks'],
  ['another method', { experiments: `[${entry()}]` }, 'no_parameters', 'not said to be procedural_demoscene'],
  ['a neural run', { experiments: NEURAL }, 'not_procedural', 'no procedural entry'],
  ['no entries', { experiments: '[]' }, 'not_procedural', 'no procedural entry'],
])('no default schedule: %s', async (_, attributes, code, reason) => {
  const search = await stored(attributes, {});
  expect(search).toMatchObject({ found: undefined, code });
  expect(search.tried.at(-1)).toMatch(new RegExp(`^default schedule: .*${reason}`));
});

/** A store that has one document of each kind: S3's own ways, which s3rver does not have. */
async function withAnswers(answers: Record<string, Answer>, attributes: object = {}) {
  await using double = await s3Double(
    ({ path }) => answers[path.slice('/bucket/'.length)] ?? s3Error(404, 'NoSuchKey'),
  );
  using objects = new ObjectStore('bucket');
  const places = { objects, templates: DOCUMENT_TEMPLATES, keyAttributes: KEY_ATTRIBUTES };
  const search = await storedDocument(recordWith(attributes), places);
  return { ...search, asked: double.asked.length };
}

const ARCHIVED = s3Error(403, 'InvalidObjectState');

test('an archived document is passed over, and said when no other place has one', async () => {
  const { found, tried } = await withAnswers({
    'parameters/one.json': ARCHIVED,
    'parameters/one.json.gz': { body: 'x' },
  });
  expect(found).toMatchObject({ source: 's3 parameters/one.json.gz' });
  expect(tried).toEqual(['s3 parameters/one.json: archived']);

  const attributes = { experiments: `[${scheduleEntry()}]` };
  const alone = await withAnswers({ 'parameters/one.json': ARCHIVED }, attributes);
  // The default schedule would be another video.
  expect(alone).toMatchObject({ found: undefined, code: 'archived', asked: 3 });
  expect(alone.tried).toEqual(['s3 parameters/one.json: archived', ...NOT_THERE.slice(1)]);
});

test('a bucket that cannot be read is no missing document', async () => {
  const denied = withAnswers({ 'parameters/one.json': s3Error(403, 'AccessDenied') });
  await expect(denied).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
});
