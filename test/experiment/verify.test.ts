// SPDX-License-Identifier: Apache-2.0
// kiln.verify(id): an experiment's regeneration beside its record and its stored video. Nothing is written.
import * as fs from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { VerifiedExperiment, VerifyCall } from 'framekiln';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type StoredAs, type TestStores, useBackfillStores } from '../support/backfill-stores.js';
import { listing, temporaryFolder } from '../support/folder.js';
import { entry, type Item, NEURAL, record, scheduleEntry, smallDocument } from '../support/records.js';
import { expectNothingUnhandled, rejection } from '../support/unhandled.js';

const stores = await useBackfillStores();
expectNothingUnhandled();
const folder = temporaryFolder();
const at = (name: string) => join(folder, name);

/** What kilns of this process put into temporary folders, to see that nothing stays. */
const temporary = at('temporary');
const before = process.env.TMPDIR;
beforeAll(() => {
  fs.mkdirSync(temporary);
  process.env.TMPDIR = temporary;
});
afterAll(() => {
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
});

type Objects = Record<string, string | Uint8Array | [string | Uint8Array, StoredAs]>;

/** Verifies the experiment `id` of these items and objects; nothing of them may change, and no file may stay. */
async function verified(items: Item[], objects: Objects = {}, options: VerifyCall = {}, id = 'one') {
  const here = await stores.open();
  await here.put(...items);
  for (const [key, body] of Object.entries(objects)) {
    if (Array.isArray(body)) await here.putObject(key, ...body);
    else await here.putObject(key, body);
  }
  return verifiedIn(here, options, id);
}

async function verifiedIn(here: TestStores, options: VerifyCall = {}, id = 'one'): Promise<VerifiedExperiment> {
  const all = await here.everything();
  const kiln = here.kiln();
  const verification = await kiln.verify(id, options);
  await kiln[Symbol.asyncDispose]();
  expect(await here.everything()).toEqual(all);
  expect(listing(temporary)).toEqual([]);
  expect(JSON.parse(JSON.stringify(verification))).toEqual(verification);
  return verification;
}

/** Each line's result by what is checked. */
const results = ({ evidence }: VerifiedExperiment) =>
  Object.fromEntries(evidence.map(({ check, result }) => [check, result]));

const withMetrics = (metrics: object, attributes: object = {}) =>
  record('one', { experiments: `[${entry({ real_metrics: metrics })}]`, ...attributes });

const DOCUMENT = smallDocument(1);
const TEXT = JSON.stringify(DOCUMENT);

test("the framework's own record is proven by the bytes of its video", async () => {
  const records = new URL('../fixtures/records/experiments.json', import.meta.url);
  const id = 'real_exp_1760577415';
  const found = JSON.parse(fs.readFileSync(records, 'utf8')).find(
    (one: { experiment_id: string }) => one.experiment_id === id,
  );
  const verification = await verified([marshall(found)], {}, {}, id);
  expect(verification).toMatchObject({ experimentId: id, timestamp: '1760577415', verdict: 'proven', unchecked: [] });
  expect(verification.source).toBe('default schedule');
  const lines = verification.evidence.map(({ check, recorded, result, weight }) => [check, recorded, result, weight]);
  expect(lines).toEqual([
    ['file_size_bytes', 18797730, 'equal', 'proof'],
    ['file_size_mb', 17.926912307739258, 'equal', 'proof'],
    ['bitrate_mbps', 15.038184, 'equal', 'proof'],
  ]);
});

describe('parameters whose size the record has', () => {
  const seconds = 0.6;
  const bitrate_mbps = Number(((Buffer.byteLength(TEXT) * 8) / seconds / 1e6).toFixed(8));
  const metrics = { compression_method: 'procedural_parametric', bitrate_mbps, duration: seconds };

  test.each<[string, object, Objects]>([
    ['in the bucket', {}, { 'parameters/one.json': TEXT }],
    ['gzip', {}, { 'parameters/one.json.gz': gzipSync(TEXT) }],
    ['where the record says', { parameters_s3_key: 'a/b.json' }, { 'a/b.json': TEXT }],
    ['on the record, as text', { parameters: TEXT }, {}],
    ['on the record, as bytes', { parameters: gzipSync(TEXT) }, {}],
  ])('%s', async (_, attributes, objects) => {
    const right = await verified([withMetrics(metrics, attributes)], objects);
    expect(right).toMatchObject({ verdict: 'consistent', unchecked: [], experimentId: 'one', timestamp: '1760000000' });
    expect(results(right)).toEqual({ bitrate_mbps: 'within', duration: expect.stringMatching(/equal|within/) });
    expect(right.evidence[0]?.note).toBe('of the parameters (JSON)');
    const wrong = await verified([withMetrics({ ...metrics, bitrate_mbps: 2 * bitrate_mbps }, attributes)], objects);
    expect(wrong.verdict).toBe('different');
  });

  test('on the record as a value: nobody knows their JSON, which is no contradiction', async () => {
    const { verdict, evidence, unchecked } = await verified([withMetrics(metrics, { parameters: DOCUMENT })]);
    expect(verdict).toBe('consistent');
    expect(evidence.map(({ check }) => check)).toEqual(['duration']);
    expect(unchecked).toEqual([expect.stringMatching(/^sizes: /)]);
  });
});

describe('the clip', () => {
  const right = { total_frames: 6, duration: 0.6, fps: 10, resolution: '32x24' };

  test('of the document, beside that of the record', async () => {
    const all = { total_frames: 'equal', fps: 'equal', resolution: 'equal' };
    const verification = await verified([withMetrics(right, { parameters: TEXT })]);
    expect(verification.verdict).toBe('consistent');
    expect(results(verification)).toMatchObject(all);
    for (const wrong of [{ total_frames: 7 }, { fps: 11 }, { duration: 3 }, { resolution: '32x25' }]) {
      const other = await verified([withMetrics({ ...right, ...wrong }, { parameters: TEXT })]);
      expect([wrong, other.verdict]).toEqual([wrong, 'different']);
    }
  });

  test('that comes from the record says nothing about itself', async () => {
    const list = JSON.stringify(DOCUMENT.parameters);
    for (const parameters of [list, gzipSync(list), DOCUMENT.parameters]) {
      const verification = await verified([withMetrics(right, { parameters })]);
      expect([verification.verdict, results(verification)]).toEqual(['consistent', { total_frames: 'equal' }]);
      const other = await verified([withMetrics({ ...right, total_frames: 5 }, { parameters })]);
      expect(other.verdict).toBe('different');
    }
    const schedule = record('one', { experiments: `[${scheduleEntry()}]` });
    expect(await verified([schedule])).toMatchObject({ verdict: 'unverifiable', evidence: [] });
  });
});

describe('what cannot be regenerated', () => {
  test.each<[string, Item, Objects, object]>([
    ['no parameters', record('one'), {}, { code: 'no_parameters', message: expect.any(String) }],
    ['another kind of run', record('one', { experiments: NEURAL }), {}, { code: 'not_procedural' }],
    ['a document that is none', record('one', { parameters: '{' }), {}, { code: 'INVALID_DOCUMENT' }],
    ['an object that is none', record('one'), { 'parameters/one.json': 'no' }, { code: 'INVALID_DOCUMENT' }],
  ])('%s: unverifiable, and why', async (_, item, objects, why) => {
    const verification = await verified([item], objects);
    expect(verification).toMatchObject({ verdict: 'unverifiable', evidence: [], unchecked: [], ...why });
    expect(verification.message).toMatch(/./);
  });

  test('an id that does not exist, and one that cannot', async () => {
    const kiln = (await stores.open()).kiln();
    expect(await rejection(kiln.verify('missing'))).toMatchObject({ code: 'EXPERIMENT_NOT_FOUND' });
    for (const id of ['', '../x', 'a/b'])
      expect(await rejection(kiln.verify(id))).toMatchObject({ code: 'INVALID_ID' });
  });

  test('what is wrong with a record is said', async () => {
    const item = record('one', { parameters: TEXT, experiments: '[1, {"experiment_type": "procedural"}]' });
    const { verdict, warnings } = await verified([item]);
    expect([verdict, warnings]).toEqual(['unverifiable', [expect.stringContaining('experiments[0]')]]);
  });

  test('a document that is given takes the place of what is missing', async () => {
    const item = withMetrics({ total_frames: 6, resolution: '32x24' });
    const right = await verified([item], {}, { document: DOCUMENT });
    expect(right).toMatchObject({ verdict: 'consistent', source: 'the document that was given' });
    expect(await verified([item], {}, { document: Buffer.from(TEXT) })).toMatchObject({ verdict: 'consistent' });
    const other = await verified([item], {}, { document: smallDocument(1, { frames: 7 }) });
    expect(other.verdict).toBe('different');
    const kiln = (await stores.open()).kiln();
    expect(await rejection(kiln.verify('one', { document: {} }))).toMatchObject({ code: 'INVALID_DOCUMENT' });
  });
});

describe('after a backfill', () => {
  const video = 'reconstructed/one.mp4';

  async function filled(item: Item): Promise<TestStores> {
    const here = await stores.open();
    await here.put(item);
    const kiln = here.kiln();
    await kiln.backfill();
    await kiln[Symbol.asyncDispose]();
    return here;
  }

  test('stored parameters are proven by the digests of the record and of the video', async () => {
    const verification = await verifiedIn(await filled(record('one', { parameters: TEXT })));
    expect(verification).toMatchObject({ verdict: 'proven', source: 'parameters', unchecked: [] });
    expect(results(verification)).toEqual({
      reconstructed_frames_digest: 'equal',
      [`frames-digest of ${video}`]: 'equal',
    });
    expect(verification.evidence.map(({ weight }) => weight)).toEqual(['proof', 'proof']);
  });

  test('another digest on either is different', async () => {
    const here = await filled(record('one', { parameters: TEXT }));
    const { bytes, metadata } = (await here.objects())[video] as NonNullable<
      Awaited<ReturnType<typeof here.objects>>[0]
    >;
    const digest = metadata['frames-digest']?.replace(/.{4}$/, '0000') ?? '';
    await here.putObject(video, bytes, { metadata: { ...metadata, 'frames-digest': digest } });
    const stored = await verifiedIn(here);
    expect(stored.verdict).toBe('different');
    expect(results(stored)).toEqual({
      reconstructed_frames_digest: 'equal',
      [`frames-digest of ${video}`]: 'different',
    });
    await here.put({ ...((await here.items())['one 1760000000'] as Item), reconstructed_frames_digest: { S: digest } });
    await here.deleteObject(video);
    const recorded = await verifiedIn(here);
    expect([recorded.verdict, results(recorded)]).toEqual(['different', { reconstructed_frames_digest: 'different' }]);
  });

  test('other parameters than those that were rendered are different', async () => {
    const here = await filled(record('one', { parameters: TEXT }));
    const item = (await here.items())['one 1760000000'] as Item;
    const parameters = DOCUMENT.parameters.map((one, i) => (i === 3 ? { ...one, time: Number(one.time) + 0.1 } : one));
    await here.put({ ...item, parameters: { S: JSON.stringify({ ...DOCUMENT, parameters }) } });
    expect(await verifiedIn(here)).toMatchObject({ verdict: 'different' });
    expect(await verifiedIn(here, { document: DOCUMENT })).toMatchObject({ verdict: 'proven' });
  });

  test('an inferred schedule is not proven by what was made of it', async () => {
    const verification = await verifiedIn(await filled(record('one', { experiments: `[${scheduleEntry()}]` })));
    expect(verification).toMatchObject({ verdict: 'consistent', source: 'default schedule' });
  });

  test('somebody else writes the video meanwhile: what its metadata does not say is not compared', async () => {
    const here = await filled(record('one', { parameters: TEXT }));
    await here.putObject(video, 'mine', { metadata: { fingerprint: 'file-sha256:x', renderer: 'published' } });
    const verification = await verifiedIn(here);
    expect([verification.verdict, results(verification)]).toEqual(['proven', { reconstructed_frames_digest: 'equal' }]);
    await here.putObject(video, 'no metadata');
    expect(await verifiedIn(here)).toMatchObject({ verdict: 'proven' });
  });

  test('a video file beside it', async () => {
    const here = await filled(record('one', { parameters: TEXT }));
    fs.writeFileSync(at('stored.mp4'), (await here.objects())[video]?.bytes ?? '');
    const right = await verifiedIn(here, { video: at('stored.mp4') });
    expect([right.verdict, results(right)['sha256 of the video']]).toEqual(['proven', 'equal']);
    const kiln = here.kiln();
    fs.writeFileSync(at('other.mp4'), (await kiln.render(smallDocument(1, { frames: 7 }))).video);
    expect(await verifiedIn(here, { video: at('other.mp4') })).toMatchObject({ verdict: 'different' });
  });
});
