// SPDX-License-Identifier: Apache-2.0
// backfill --verify: each video gets a verdict on its record, which stays as long as the video does.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKiln, type Outcome } from 'framekiln';
import { describe, expect, test } from 'vitest';
import { scheduleDocument } from '../../src/document/assemble.js';
import { type TestStores, useBackfillStores } from '../support/backfill-stores.js';
import { temporaryFolder } from '../support/folder.js';
import { backfill } from '../support/outcomes.js';
import { entry, expectRecorded, type Item, NEURAL, record, scheduleEntry, smallDocument } from '../support/records.js';
import { expectNothingUnhandled } from '../support/unhandled.js';

const stores = await useBackfillStores();
expectNothingUnhandled();
const folder = temporaryFolder();

const video = (id: string) => `reconstructed/${id}.mp4`;
const keyOf = (id: string) => `${id} 1760000000`;
const measured = (metrics: object) => `[${entry({ real_metrics: metrics })}]`;

const SCHEDULE = { resolution: '32x24', fps: 10, duration: 0.65 };
const CLIP = { total_frames: 6, fps: 10, duration: 0.6, resolution: '32x24' };
const DOCUMENTS = { fits: smallDocument(2), stored: smallDocument(4), schedule: scheduleDocument(SCHEDULE) };
/** The sizes of the files that the framework would have written: proof, whoever rendered the frames when. */
const written = await (async () => {
  await using kiln = createKiln({ threads: 1 });
  const of = async (document: object) => (await kiln.render(document, { asRecorded: true })).report.bytes;
  const [fits, stored, schedule] = await Promise.all(Object.values(DOCUMENTS).map(of));
  return { fits, stored, schedule };
})();
const sized = (file_size_bytes: number | undefined) =>
  measured({ ...CLIP, compression_method: 'procedural_demoscene', file_size_bytes });

const EXPERIMENTS: readonly Item[] = [
  record('fits', { parameters: DOCUMENTS.fits, experiments: sized(written.fits) }),
  record('wrong', { parameters: smallDocument(3), experiments: measured({ ...CLIP, total_frames: 7 }) }),
  record('schedule', { experiments: `[${scheduleEntry({ ...SCHEDULE, duration: 0.5 })}]` }),
  record('written', { experiments: `[${scheduleEntry({ ...SCHEDULE, file_size_bytes: written.schedule })}]` }),
  record('stored', { experiments: sized(written.stored) }),
  record('twin', { experiments: sized(written.stored) }),
  record('neural', { experiments: NEURAL }),
  record('broken', { parameters: '{"version": "0.9"}' }),
];
const VERDICTS = {
  ...{ fits: 'proven', wrong: 'different', schedule: 'consistent', written: 'proven' },
  ...{ stored: 'proven', twin: 'proven' },
};
const IDS = Object.keys(VERDICTS) as (keyof typeof VERDICTS)[];

async function opened() {
  const here = await stores.open();
  await here.put(...EXPERIMENTS);
  for (const id of ['stored', 'twin']) await here.putObject(`parameters/${id}.json`, JSON.stringify(DOCUMENTS.stored));
  return { here, kiln: here.kiln() };
}

/** A table whose videos are all there, with their verdicts. */
async function verified() {
  const { here, kiln } = await opened();
  const first = await backfill(kiln, { verify: true });
  return { here, kiln, first };
}

const itemOf = async (here: TestStores, id: string) => (await here.items())[keyOf(id)] as Item;
const verdictOn = async (here: TestStores, id: string) => (await itemOf(here, id)).reconstructed_verified?.S;
/** Writes over some of a record's attributes; undefined removes one. */
async function rewrite(here: TestStores, id: string, attributes: Record<string, Item[string] | undefined>) {
  const item = Object.entries({ ...(await itemOf(here, id)), ...attributes });
  await here.put(Object.fromEntries(item.filter(([, value]) => value !== undefined)) as Item);
}

describe('what is verified', () => {
  test('a first run: each new video, and its record says so', async () => {
    const { here, first } = await verified();
    expect(first.verdicts).toEqual(VERDICTS);
    expect(first.names).toMatchObject({ neural: 'not_procedural', broken: 'INVALID_DOCUMENT' });
    expect(first.summary.outcomes).toMatchObject({ regenerated: 5, copied: 1, failed: 0 });
    const after = await here.items();
    for (const before of EXPERIMENTS) {
      const id = before.experiment_id?.S ?? '';
      const { fingerprint, framesDigest, verdict, evidence, unchecked } = first.outcomes[id] as Outcome;
      if (fingerprint === undefined) {
        expect([after[keyOf(id)], verdict, evidence]).toEqual([before, undefined, undefined]);
        continue;
      }
      expectRecorded(before, after[keyOf(id)], { fingerprint, digest: framesDigest ?? '', verdict });
      expect([evidence?.length, unchecked]).toEqual([expect.any(Number), []]);
    }
    expect(first.outcomes.wrong?.evidence).toContainEqual(
      expect.objectContaining({ check: 'total_frames', recorded: 7, regenerated: 6, result: 'different' }),
    );
    expect(first.outcomes.written?.evidence).toContainEqual(
      expect.objectContaining({
        check: 'file_size_bytes',
        recorded: written.schedule,
        result: 'equal',
        weight: 'proof',
      }),
    );
    expect(JSON.stringify(first.outcomes)).not.toMatch(/X-Amz/i);
  });

  test('what has nothing recorded, against itself: no proof until it is rendered again', async () => {
    const here = await stores.open();
    await here.put(record('bare', { parameters: smallDocument(1) }));
    const kiln = here.kiln();
    const first = await backfill(kiln, { verify: true });
    expect([first.names, first.verdicts]).toEqual([{ bare: 'regenerated' }, { bare: 'consistent' }]);
    const again = await backfill(kiln, { verify: true, recheck: true });
    expect([again.names, again.verdicts]).toEqual([{ bare: 'current' }, { bare: 'proven' }]);
    expect(await verdictOn(here, 'bare')).toBe('proven');
  });

  test('kiln.verifyAll, which renders all again, comes to the same', async () => {
    const { kiln } = await verified();
    const found: Record<string, string> = {};
    await kiln.verifyAll({ ids: IDS, onOutcome: ({ experimentId, verdict }) => (found[experimentId] = verdict) });
    expect(found).toEqual(VERDICTS);
  });

  test('videos that were there before: without making them again', async () => {
    const { here, kiln } = await opened();
    const { outcomes } = await backfill(kiln);
    expect(Object.values(outcomes).filter((outcome) => 'verdict' in outcome)).toEqual([]);
    const [items, objects] = [await here.items(), await here.objects()];
    stores.forgetRequests();
    const { verdicts, summary } = await backfill(here.kiln(), { verify: true });
    expect([verdicts, summary.outcomes.current, summary.frames]).toEqual([VERDICTS, IDS.length, 0]);
    expect(stores.s3.requests).not.toHaveProperty('PutObject');
    for (const id of IDS) Object.assign(items[keyOf(id)] as Item, { reconstructed_verified: { S: VERDICTS[id] } });
    expect([await here.items(), await here.objects()]).toEqual([items, objects]);
  });

  test('not what somebody published, which loses the verdict of the video before', async () => {
    const { here, kiln } = await verified();
    const file = join(folder, 'published.mp4');
    writeFileSync(file, (await kiln.render(smallDocument(50))).video);
    await kiln.publish('fits', file);
    expect(await itemOf(here, 'fits')).not.toHaveProperty('reconstructed_verified');
    const everything = await here.everything();
    const { fits: _, ...others } = VERDICTS;
    for (const recheck of [false, true]) {
      const { verdicts, names } = await backfill(kiln, { verify: true, recheck });
      expect([names.fits, verdicts]).toEqual(['current', others]);
      expect(await here.everything()).toEqual(everything);
    }
    // It is ours again.
    expect((await backfill(kiln, { verify: true, force: true, ids: ['fits'] })).verdicts).toEqual({ fits: 'proven' });
    expect(await verdictOn(here, 'fits')).toBe('proven');
  });

  test('a video whose parameters have gone is unverifiable', async () => {
    const here = await stores.open();
    await here.put(record('gone'));
    await here.putObject('parameters/gone.json', JSON.stringify(smallDocument(1)));
    const kiln = here.kiln();
    await backfill(kiln);
    await here.deleteObject('parameters/gone.json');
    const { names, verdicts, outcomes } = await backfill(kiln, { verify: true });
    expect([names.gone, verdicts, outcomes.gone?.evidence]).toEqual(['current', { gone: 'unverifiable' }, []]);
    expect(await verdictOn(here, 'gone')).toBe('unverifiable');
  });

  test('nothing in a dry run', async () => {
    const { here, kiln } = await opened();
    const everything = await here.everything();
    stores.forgetRequests();
    const { names, summary } = await backfill(kiln, { verify: true, dryRun: true });
    expect([names.fits, summary.verdicts]).toEqual(['planned', {}]);
    expect(stores.dynamoDb.requests).not.toHaveProperty('UpdateItem');
    expect(await here.everything()).toEqual(everything);
  });
});

describe('a verdict that is there', () => {
  test('is kept: one HEAD for each video, nothing rendered or written', async () => {
    const { here, kiln } = await verified();
    const everything = await here.everything();
    for (const again of [kiln, here.kiln()]) {
      stores.forgetRequests();
      const { verdicts, summary, outcomes } = await backfill(again, { verify: true });
      expect([verdicts, summary.poolBusy]).toEqual([VERDICTS, 0]);
      expect(outcomes.wrong).not.toHaveProperty('evidence');
      const { HeadObject, PutObject } = stores.s3.requests;
      // Those two without a video are looked for, too.
      expect([HeadObject, PutObject]).toEqual([IDS.length + 2, undefined]);
      // The preflight's.
      expect(stores.dynamoDb.requests.UpdateItem).toBe(1);
    }
    expect(await here.everything()).toEqual(everything);
  });

  test.each(['recheck', 'force'] as const)('is found anew with %s', async (how) => {
    const { here, kiln } = await verified();
    for (const id of IDS) await rewrite(here, id, { reconstructed_verified: { S: 'unverifiable' } });
    const kept = await backfill(kiln, { verify: true });
    expect(new Set(Object.values(kept.verdicts))).toEqual(new Set(['unverifiable']));
    const { verdicts, outcomes } = await backfill(kiln, { verify: true, [how]: true });
    expect(verdicts).toEqual(VERDICTS);
    expect(outcomes.wrong?.evidence).toContainEqual(expect.objectContaining({ check: 'total_frames' }));
    for (const id of IDS) expect([id, await verdictOn(here, id)]).toEqual([id, VERDICTS[id]]);
  });

  test('stays when only the link is renewed', async () => {
    const { here, kiln } = await verified();
    for (const id of IDS) await rewrite(here, id, { video_expires_at: { N: '1600000000' } });
    for (const options of [{}, { relink: true }]) {
      stores.forgetRequests();
      const { verdicts, summary } = await backfill(kiln, { verify: true, ...options });
      expect([verdicts, summary.outcomes.relinked, summary.poolBusy]).toEqual([VERDICTS, IDS.length, 0]);
      expect(stores.dynamoDb.requests.UpdateItem).toBe(IDS.length + 1);
      for (const id of IDS) expect([id, await verdictOn(here, id)]).toEqual([id, VERDICTS[id]]);
    }
  });

  test('goes with its video, whatever made the next one', async () => {
    const { here, kiln } = await verified();
    const settings = { crf: 40 };
    await rewrite(here, 'fits', { reconstructed_verified: { S: 'different' } });
    await backfill(kiln, { settings, ids: ['fits'] });
    expect(await verdictOn(here, 'fits')).toBeUndefined();
    expect((await backfill(kiln, { settings, ids: ['fits'], verify: true })).names.fits).toBe('current');
    expect(await verdictOn(here, 'fits')).toBe('proven');
  });

  test('is not that of the same video made again after it was lost', async () => {
    const { here, kiln } = await verified();
    for (const id of ['fits', 'twin'] as const) await here.deleteObject(video(id));
    await rewrite(here, 'fits', { reconstructed_verified: { S: 'different' } });
    const { verdicts, outcomes } = await backfill(kiln, { verify: true });
    const made = expect.stringMatching(/regenerated|copied/);
    expect([outcomes.fits?.outcome, outcomes.twin?.outcome]).toEqual(['regenerated', made]);
    expect([verdicts, outcomes.fits?.evidence?.length]).toEqual([VERDICTS, expect.any(Number)]);
    for (const id of ['fits', 'twin'] as const) expect([id, await verdictOn(here, id)]).toEqual([id, VERDICTS[id]]);
  });

  test('is none when no verification says such a thing', async () => {
    const { here, kiln } = await verified();
    const words = { written: '', fits: 'perhaps', stored: 'constructor', twin: '__proto__' } as const;
    for (const [id, S] of Object.entries(words)) await rewrite(here, id, { reconstructed_verified: { S } });
    await rewrite(here, 'wrong', { reconstructed_verified: { N: '1' } });
    expect((await backfill(kiln, { verify: true })).verdicts).toEqual(VERDICTS);
    for (const id of IDS) expect([id, await verdictOn(here, id)]).toEqual([id, VERDICTS[id]]);
  });
});
