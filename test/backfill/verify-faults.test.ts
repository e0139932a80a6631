// SPDX-License-Identifier: Apache-2.0
// backfill --verify when something is in its way: sources, store faults, other writers, and a run that ends in between.
import { readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKiln } from 'framekiln';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fingerprintOf, recipeOf } from '../../src/render/fingerprint.js';
import { resolveSettings } from '../../src/render/settings.js';
import { type TestStores, useBackfillStores } from '../support/backfill-stores.js';
import { ENDLESS, scheduled } from '../support/documents.js';
import { type FaultProxyOptions, startFaultProxy } from '../support/fault-proxy.js';
import { temporaryFolder } from '../support/folder.js';
import { backfill } from '../support/outcomes.js';
import { entry, expectRecorded, type Item, record, smallDocument } from '../support/records.js';
import { setEnvironment } from '../support/stores.js';
import { expectNothingUnhandled, rejection } from '../support/unhandled.js';

const stores = await useBackfillStores();
expectNothingUnhandled();
const folder = temporaryFolder();
const VERIFY = { verify: true };

/** Whose videos are all `different`: they have a frame less. */
async function opened(count: number) {
  const here = await stores.open();
  const items = Array.from({ length: count }, (_, i) => {
    return record(`exp_${i}`, { parameters: smallDocument(i), total_frames: 7 });
  });
  await here.put(...items);
  return { here, items };
}

const itemOf = async (here: TestStores, id = 'exp_0') => (await here.items())[`${id} 1760000000`] as Item;
const verdictsOn = async (here: TestStores) =>
  Object.values(await here.items()).map((item) => item.reconstructed_verified?.S);

/** New kilns of this test pass through a proxy with faults in front of the table. */
async function withFaults(options: FaultProxyOptions) {
  const proxy = await startFaultProxy(stores.dynamoDb.url, { rate: 1, kinds: ['error'], ...options });
  onTestFinished(() => proxy.close());
  onTestFinished(setEnvironment({ AWS_ENDPOINT_URL_DYNAMODB: proxy.url }));
  return proxy;
}

/** Picks the updates of one experiment's run from the n-th on: the first is the preflight's, the second its video's. */
function updatesFrom(first: number, picks: () => boolean = () => true): (operation: string) => boolean {
  let count = 0;
  return (operation) => operation === 'UpdateItem' && ++count >= first && picks();
}
const VERDICT = 3;
const FITS = expect.stringMatching(/^(proven|consistent)$/);

describe('a source', () => {
  const DOCUMENT = smallDocument(1);
  const CLIP = scheduled(32, 24, 6, 10);

  /** Records with what was measured against a video of CLIP, and a little off. */
  async function measured(source: 'schedule' | 'video') {
    await using kiln = createKiln({ threads: 1 });
    const { video } = await kiln.render(CLIP, { lossless: true });
    const file = join(folder, 'clip.mp4');
    writeFileSync(file, video);
    const original = source === 'schedule' ? CLIP : { video: file, conversion: 'opencv' as const };
    const { psnr, ssim } = await kiln.measure(original, DOCUMENT);
    const values = { psnr_db: Number(psnr.mean?.toFixed(3)), ssim: Number(ssim.mean?.toFixed(5)) };
    const off = { ...values, psnr_db: values.psnr_db + 1 };
    const here = await stores.open();
    const item = (id: string, metrics: object) =>
      record(id, { parameters: DOCUMENT, experiments: `[${entry({ real_metrics: metrics })}]` });
    await here.put(item('right', values), item('off', off));
    await here.putObject('originals/clip.mp4', video);
    return { here, values, file };
  }

  test('that is the schedule: recorded PSNR and SSIM count', async () => {
    const { here, values } = await measured('schedule');
    const { verdicts, outcomes } = await backfill(here.kiln(), { ...VERIFY, source: 'schedule' });
    expect(verdicts).toEqual({ right: FITS, off: 'different' });
    const line = { check: 'psnr_db', recorded: values.psnr_db + 1, result: 'different' };
    expect(outcomes.off?.evidence).toContainEqual(expect.objectContaining(line));
    expect(outcomes.right?.evidence?.map(({ check }) => check)).toEqual(expect.arrayContaining(['psnr_db', 'ssim']));
    // Those who know no source cannot tell.
    const again = await backfill(here.kiln(), { ...VERIFY, recheck: true });
    expect(again.verdicts).toEqual({ right: FITS, off: FITS });
    expect(again.outcomes.off?.unchecked).toEqual([expect.stringMatching(/^psnr_db, ssim: the source is not known/)]);
  });

  test('that is a file, or an object, which is fetched once', async () => {
    const { here, file } = await measured('video');
    const wanted = { right: FITS, off: 'different' };
    expect((await backfill(here.kiln(), { ...VERIFY, source: file })).verdicts).toEqual(wanted);
    stores.forgetRequests();
    const source = `s3://${here.bucket}/originals/clip.mp4`;
    expect((await backfill(here.kiln(), { ...VERIFY, source, recheck: true })).verdicts).toEqual(wanted);
    // The other one is the preflight's.
    expect(stores.s3.requests.GetObject).toBe(2);
  });

  test('that nobody can read ends the run with the first video', async () => {
    const text = join(folder, 'text.mp4');
    writeFileSync(text, 'no video');
    const { here } = await opened(24);
    const sources: [source: string, code: string][] = [
      [join(folder, 'gone.mp4'), 'INPUT_UNREADABLE'],
      [folder, 'INPUT_UNREADABLE'],
      [text, 'INVALID_VIDEO'],
      ['s3://no', 'INVALID_SETTING'],
      ['s3://elsewhere/key', 'BUCKET_NOT_FOUND'],
      [`s3://${here.bucket}/gone.mp4`, 'NO_VIDEO'],
    ];
    const outcomes: unknown[] = [];
    for (const [source, code] of sources) {
      const onOutcome = (outcome: unknown) => outcomes.push(outcome);
      const error = await rejection(here.kiln().backfill({ ...VERIFY, source, onOutcome }));
      expect([source, error]).toEqual([source, expect.objectContaining({ name: 'FramekilnError', code })]);
      // What was under way and no more, however often.
      expect(Object.keys(await here.objects()).length).toBeLessThan(20);
    }
    expect(outcomes).toEqual([]);
    expect(new Set(await verdictsOn(here))).toEqual(new Set([undefined]));
  });

  test('without verify is refused', async () => {
    const { here } = await opened(1);
    stores.forgetRequests();
    const error = await rejection(here.kiln().backfill({ source: 'schedule' }));
    expect(error).toMatchObject({
      ...{ code: 'INVALID_SETTING', setting: 'source' },
      message: 'Expected nothing without verify for source but received "schedule"',
    });
    expect([stores.s3.requests, stores.dynamoDb.requests]).toEqual([{}, {}]);
  });
});

describe('the verdict alone is written', () => {
  test.each(['error', 'reset', 'lostAnswer'] as const)('again after: %s', async (kind) => {
    const { here, items } = await opened(1);
    let faults = 0;
    const proxy = await withFaults({ kinds: [kind], only: updatesFrom(VERDICT, () => ++faults === 1) });
    const { outcomes, verdicts } = await backfill(here.kiln(), VERIFY);
    expect([verdicts, proxy.injected[kind], proxy.requests.UpdateItem]).toEqual([{ exp_0: 'different' }, 1, 4]);
    const { fingerprint = '', framesDigest = '' } = outcomes.exp_0 ?? {};
    expectRecorded(items[0] as Item, await itemOf(here), { fingerprint, digest: framesDigest, verdict: 'different' });
  });

  test('with the next run, when it failed; the one of the video before is gone by then', async () => {
    const { here, items } = await opened(1);
    await backfill(here.kiln(), VERIFY);
    const changed = { parameters: smallDocument(77), total_frames: 7 };
    await here.put({
      ...(await itemOf(here)),
      ...record('exp_0', changed),
      reconstructed_verified: { S: 'different' },
    });
    await withFaults({ only: updatesFrom(VERDICT) });
    const failed = await backfill(here.kiln({ attempts: 1 }), { ...VERIFY, recheck: true });
    expect([failed.outcomes.exp_0?.outcome, failed.verdicts]).toEqual(['failed', {}]);

    const before = { ...items[0], ...record('exp_0', changed) };
    const kiln = createKiln({ threads: 1 });
    onTestFinished(() => kiln[Symbol.asyncDispose]());
    const fingerprint = fingerprintOfDocument(kiln.open(changed.parameters).table);
    const { framesDigest: digest } = (await kiln.render(changed.parameters)).report;
    expectRecorded(before, await itemOf(here), { fingerprint, digest });
    await withFaults({ rate: 0 });
    const next = await backfill(here.kiln(), VERIFY);
    expect([next.names, next.verdicts]).toEqual([{ exp_0: 'current' }, { exp_0: 'different' }]);
    expectRecorded(before, await itemOf(here), { fingerprint, digest, verdict: 'different' });
  });

  test.each<[what: string, meddle: (here: TestStores) => Promise<void>, found: object]>([
    [
      'recorded another video',
      async (here) => here.put({ ...(await itemOf(here)), reconstructed_fingerprint: { S: 'of another video' } }),
      { 'exp_0 1760000000': expect.not.objectContaining({ reconstructed_verified: expect.anything() }) },
    ],
    ['deleted the record', (here) => here.deleteItem('exp_0', '1760000000'), {}],
  ])('not when somebody %s', async (_, meddle, found) => {
    const { here } = await opened(1);
    let meddling: Promise<void> | undefined;
    let done = false;
    // Refused until the other one is done.
    const only = updatesFrom(VERDICT, () => {
      meddling ??= meddle(here).then(() => {
        done = true;
      });
      return !done;
    });
    const proxy = await withFaults({ only });
    const { summary } = await backfill(here.kiln(), VERIFY);
    await meddling;
    expect([done, proxy.injected.error > 0, summary.outcomes.failed]).toEqual([true, true, 0]);
    expect(await here.items()).toEqual(found);
  });
});

describe('a run that ends in between', () => {
  const DOCUMENT = scheduled(320, 200, 6000);

  /** An experiment whose video seems to be there already, so that there is nothing to do but to verify it. */
  async function unverified(document: object) {
    const here = await stores.open();
    const before = record('exp_0', { parameters: document });
    await here.put(before);
    await using kiln = createKiln({ threads: 1 });
    const { table } = kiln.open(document);
    const digest = `nv12-xxh3-sha256:${'0'.repeat(64)}`;
    const fingerprint = fingerprintOfDocument(table);
    const metadata = { fingerprint, recipe: recipeOf({}), renderer: 'test', 'frames-digest': digest, frames: '1' };
    await here.putObject('reconstructed/exp_0.mp4', 'a video', { metadata });
    return { here, before, recorded: { fingerprint, digest } };
  }

  /** Stops a run once its video is recorded and verified. */
  async function stopped(here: TestStores, how: 'signal' | 'close') {
    stores.forgetRequests();
    const kiln = here.kiln();
    const controller = new AbortController();
    const running = kiln.backfill({ ...VERIFY, signal: controller.signal, drainSeconds: 0.02 }).catch((error) => error);
    await expect.poll(() => stores.s3.requests.HeadObject, { interval: 1, timeout: 30_000 }).toBe(2);
    if (how === 'signal') controller.abort(new Error('enough'));
    else await kiln[Symbol.asyncDispose]();
    return running;
  }

  test('by its signal: recorded without a verdict, which the next run finds', async () => {
    const { here, before, recorded } = await unverified(DOCUMENT);
    const objects = await here.objects();
    expect(await stopped(here, 'signal')).toMatchObject({
      ...{ interrupted: true, experiments: 0, dropped: 1, verdicts: {} },
    });
    expectRecorded(before, await itemOf(here), recorded);
    const next = await backfill(here.kiln({ threads: 2 }), VERIFY);
    expect([next.names, next.verdicts]).toEqual([{ exp_0: 'current' }, { exp_0: 'different' }]);
    expectRecorded(before, await itemOf(here), { ...recorded, verdict: 'different' });
    expect(await here.objects()).toEqual(objects);
  });

  test('by the end of the kiln', async () => {
    const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('framekiln-'));
    const { here, before, recorded } = await unverified(ENDLESS);
    const files = left();
    expect(await stopped(here, 'close')).toMatchObject({ name: 'FramekilnError', code: 'CLOSED' });
    expectRecorded(before, await itemOf(here), recorded);
    expect(left().filter((name) => !files.includes(name))).toEqual([]);
  });

  test('and goes on from a checkpoint only with a run that verifies', async () => {
    const { here } = await opened(30);
    const checkpoint = join(folder, 'checkpoint.json');
    const controller = new AbortController();
    const onOutcome = () => controller.abort(new Error('enough'));
    await backfill(here.kiln(), { checkpoint, onOutcome, signal: controller.signal, drainSeconds: Infinity });
    for (const options of [VERIFY, { ...VERIFY, source: 'schedule' }]) {
      const error = await rejection(here.kiln().backfill({ ...options, checkpoint }));
      expect(error).toMatchObject({ code: 'INVALID_SETTING', setting: 'checkpoint' });
    }
    expect((await backfill(here.kiln(), { checkpoint })).summary.interrupted).toBe(false);
  });
});

test('two at once, with other settings each: no verdict is lost, or on another video', async () => {
  const { here } = await opened(10);
  const settings = [{ crf: 20 }, { crf: 40 }];
  const runs = await Promise.all(settings.map((one) => backfill(here.kiln(), { ...VERIFY, settings: one })));
  for (const { summary } of runs) expect(new Set(Object.keys(summary.verdicts ?? {}))).toEqual(new Set(['different']));
  const last = await backfill(here.kiln(), { ...VERIFY, settings: { crf: 20 } });
  expect([last.summary.outcomes.failed, last.summary.verdicts]).toEqual([0, { different: 10 }]);
  expect(await verdictsOn(here)).toEqual(Array(10).fill('different'));
});

function fingerprintOfDocument(table: Parameters<typeof fingerprintOf>[0]): string {
  return fingerprintOf(table, resolveSettings({}, table));
}
