// SPDX-License-Identifier: Apache-2.0
// What recorded PSNR and SSIM are against: originals in S3, fetched once; and verifications that are stopped.
import * as fs from 'node:fs';
import { join } from 'node:path';
import { createKiln } from 'framekiln';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useBackfillStores } from '../support/backfill-stores.js';
import { scheduled } from '../support/documents.js';
import { listing, temporaryFolder } from '../support/folder.js';
import { entry, record, scheduleEntry, smallDocument } from '../support/records.js';
import { expectNothingUnhandled, rejection } from '../support/unhandled.js';

const stores = await useBackfillStores();
expectNothingUnhandled();
const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const kiln = createKiln({ threads: 1 });
afterAll(() => kiln[Symbol.asyncDispose]());

const DOCUMENT = smallDocument(1);
let original: Buffer;
/** PSNR and SSIM of the document against the original. */
let metrics: { psnr_db: number; ssim: number };
beforeAll(async () => {
  original = Buffer.from((await kiln.render(smallDocument(2))).video);
  fs.writeFileSync(at('original.mp4'), original);
  const { psnr, ssim } = await kiln.measure({ video: at('original.mp4'), conversion: 'opencv' }, DOCUMENT);
  metrics = { psnr_db: psnr.mean as number, ssim: ssim.mean as number };
});

const experiment = (id: string, real_metrics: object) =>
  record(id, { experiments: `[${entry({ real_metrics })}]`, parameters: JSON.stringify(DOCUMENT) });

/** A bucket of originals, beside that of the experiments. */
async function opened(...ids: string[]) {
  const here = await stores.open();
  const other = await stores.open();
  await other.putObject('test data/ö.mp4', original);
  for (const id of ids) await here.put(experiment(id, metrics));
  return { here, other, source: `s3://${other.bucket}/test data/ö.mp4` };
}

describe('an original in S3', () => {
  test('of another bucket, and of this one', async () => {
    const { here, source } = await opened('one');
    await here.putObject('original.mp4', original);
    for (const from of [source, `s3://${here.bucket}/original.mp4`]) {
      const verification = await here.kiln().verify('one', { source: from });
      expect(verification).toMatchObject({ verdict: 'consistent', unchecked: [] });
      const lines = verification.evidence.map(({ check, result, note }) => [check, result, note]);
      expect(lines).toEqual([
        ['psnr_db', 'equal', `of the frames, against ${from}`],
        ['ssim', 'equal', `of the frames, against ${from}`],
      ]);
    }
  });

  test('is fetched once for many experiments, and goes with the kiln', async () => {
    const ids = ['one', 'two', 'three', 'four'];
    const { here, other, source } = await opened(...ids);
    const before = [await here.everything(), await other.everything()];
    const temporary = at('temporary');
    fs.mkdirSync(temporary);
    const tmpdir = process.env.TMPDIR;
    process.env.TMPDIR = temporary;
    stores.forgetRequests();
    const mine = here.kiln();
    const verdicts = async () =>
      (await Promise.all(ids.map((id) => mine.verify(id, { source })))).map((v) => v.verdict);
    expect(await verdicts()).toEqual(ids.map(() => 'consistent'));
    expect(stores.s3.requests.GetObject).toBe(1);
    expect(await verdicts()).toEqual(ids.map(() => 'consistent'));
    expect(stores.s3.requests.GetObject).toBe(1);
    expect(Object.keys(stores.s3.requests).sort()).toEqual(['GetObject', 'HeadObject']);
    await mine[Symbol.asyncDispose]();
    if (tmpdir === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = tmpdir;
    expect(listing(temporary)).toEqual([]);
    expect([await here.everything(), await other.everything()]).toEqual(before);
  });

  test('that differs, and one of another shape', async () => {
    const { here, other } = await opened('one');
    await here.put(experiment('wrong', { psnr_db: metrics.psnr_db + 3, ssim: metrics.ssim }));
    const mine = here.kiln();
    const source = `s3://${other.bucket}/test data/ö.mp4`;
    expect(await mine.verify('wrong', { source })).toMatchObject({ verdict: 'different' });
    const wide = smallDocument(2, { width: 64 });
    await other.putObject('wide.mp4', (await kiln.render(wide)).video);
    const verification = await mine.verify('one', { source: `s3://${other.bucket}/wide.mp4` });
    expect(verification.verdict).toBe('unverifiable');
    expect(verification.unchecked).toEqual([expect.stringMatching(/^psnr_db, ssim: The sizes differ: .*64x24.*32x24/)]);
    expect(await mine.verify('one', { source: `s3://${other.bucket}/wide.mp4`, resize: true })).toMatchObject({
      evidence: [{ check: 'psnr_db' }, { check: 'ssim' }],
    });
  });

  test('that is not there, or no video', async () => {
    const { here, other } = await opened('one');
    await other.putObject('text.mp4', 'no video');
    const mine = here.kiln();
    const of = (source: string) => rejection(mine.verify('one', { source }));
    expect(await of(`s3://${other.bucket}/missing.mp4`)).toMatchObject({
      ...{ code: 'NO_VIDEO', message: `There is no object missing.mp4 in the bucket ${other.bucket}` },
    });
    expect(await of('s3://no-such-bucket/x.mp4')).toMatchObject({ code: 'BUCKET_NOT_FOUND' });
    expect(await of(`s3://${other.bucket}/text.mp4`)).toMatchObject({ code: 'INVALID_VIDEO' });
    expect(await of('s3://Bad Bucket/x')).toMatchObject({ code: 'INVALID_SETTING', setting: 'source' });
    // It may be there later.
    await other.putObject('missing.mp4', original);
    expect(await mine.verify('one', { source: `s3://${other.bucket}/missing.mp4` })).toMatchObject({
      verdict: 'consistent',
    });
  });

  test('a local file, and the default schedule', async () => {
    const { here } = await opened('one');
    expect(await here.kiln().verify('one', { source: at('original.mp4') })).toMatchObject({ verdict: 'consistent' });
    expect(await here.kiln().verify('one', { source: 'schedule' })).toMatchObject({ verdict: 'different' });
    const psnr = { resolution: '32x24', fps: 10, duration: 0.65, psnr_db: Number.POSITIVE_INFINITY, ssim: 1 };
    const entries = scheduleEntry(psnr).replace('"psnr_db":null', '"psnr_db": Infinity');
    await here.put(record('schedule', { experiments: `[${entries}]` }));
    expect(await here.kiln().verify('schedule', { source: 'schedule' })).toMatchObject({
      verdict: 'consistent',
      evidence: [{ check: 'psnr_db', recorded: 'infinite', regenerated: 'infinite' }, { check: 'ssim' }],
    });
  });
});

describe('stopped', () => {
  const sizes = { file_size_bytes: 123_456, compression_method: 'procedural_demoscene' };
  /** Work for many seconds, as large as the framework could have written it. */
  const endless = () =>
    record('one', {
      experiments: `[${entry({ real_metrics: { ...sizes, ...metrics } })}]`,
      parameters: scheduled(320, 180, 50_000),
    });

  test('by its signal, at any moment', async () => {
    const here = await stores.open();
    await here.put(endless());
    const before = await here.everything();
    const mine = here.kiln();
    for (let round = 0; round < 8; round++) {
      const controller = new AbortController();
      const reason = { round };
      setTimeout(() => controller.abort(reason), 5 * round ** 2);
      const running = mine.verify('one', { signal: controller.signal, source: 'schedule' });
      expect(await rejection(running), `round ${round}`).toBe(reason);
    }
    expect(await here.everything()).toEqual(before);
  });

  test('by closing the kiln', async () => {
    const here = await stores.open();
    await here.put(endless());
    const mine = here.kiln();
    const running = [mine.verify('one'), mine.verify('one', { source: 'schedule' })].map(rejection);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await mine[Symbol.asyncDispose]();
    for (const reason of await Promise.all(running)) expect(reason).toMatchObject({ code: 'CLOSED' });
    expect(await rejection(mine.verify('one'))).toMatchObject({ code: 'CLOSED' });
  });

  test('while the original is fetched: others who wait for it go on', async () => {
    const { here, source } = await opened('one', 'two');
    const mine = here.kiln();
    const controller = new AbortController();
    const first = rejection(mine.verify('one', { source, signal: controller.signal }));
    const second = mine.verify('two', { source });
    controller.abort('enough');
    expect(await first).toBe('enough');
    expect(await second).toMatchObject({ verdict: 'consistent' });
  });
});
