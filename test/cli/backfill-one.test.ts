// SPDX-License-Identifier: Apache-2.0
// `framekiln regenerate`, `publish` and `link` as programs.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKiln } from 'framekiln';
import { expect, test } from 'vitest';
import { useBackfillStores } from '../support/backfill-stores.js';
import { temporaryFolder } from '../support/folder.js';
import { type Ended, framekiln } from '../support/process.js';
import { expectRecorded, NEURAL, record, smallDocument } from '../support/records.js';

const stores = await useBackfillStores();
const folder = temporaryFolder();
const ONE = record('one', { parameters: smallDocument(1) });

async function opened() {
  const here = await stores.open();
  await here.put(ONE, record('neural', { experiments: NEURAL }), record('broken', { parameters: '{}' }));
  const env = { ...process.env, FRAMEKILN_TABLE: here.table, FRAMEKILN_BUCKET: here.bucket };
  return { here, run: (...args: string[]) => framekiln(args, { env }) };
}

const json = ({ stdout }: Ended) => JSON.parse(stdout.toString());
const bytesAt = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer());
const LINK = /^(http\S+X-Amz-Signature\S+)\nvalid until (\d{4}-\d\d-\d\dT\S+Z)\n$/;

test('regenerate', async () => {
  const { here, run } = await opened();
  const first = await run('regenerate', 'one', '--quiet');
  expect([first.code, first.stderr]).toEqual([0, '']);
  const [said, ...rest] = first.stdout.toString().split('\n');
  expect(said).toMatch(/^one: regenerated \(6 frames, \d\.\d kB, reconstructed\/one\.mp4\)$/);
  const [, url = ''] = LINK.exec(rest.join('\n')) ?? [];
  const object = (await here.objects())['reconstructed/one.mp4'];
  expect(await bytesAt(url)).toEqual(object?.bytes);

  const again = json(await run('regenerate', 'one', '--json'));
  expect(again).toMatchObject({
    ...{ experimentId: 'one', outcome: 'current', key: 'reconstructed/one.mp4', frames: 6 },
    ...{ url: expect.stringContaining('X-Amz-Signature'), expiresAt: expect.any(Number) },
  });
  const forced = json(await run('regenerate', 'one', '--json', '--force', '--crf', '40', '--preset', 'ultrafast'));
  expect(forced).toMatchObject({ outcome: 'regenerated', framesDigest: again.framesDigest });
  expect(forced.fingerprint).not.toBe(again.fingerprint);
  const facts = { fingerprint: forced.fingerprint, digest: forced.framesDigest };
  expectRecorded(ONE, (await here.items())['one 1760000000'], facts);
});

test('regenerate what cannot be', async () => {
  const { here, run } = await opened();
  const everything = await here.everything();
  const [neural, broken, unknown, invalid] = await Promise.all([
    run('regenerate', 'neural'),
    run('regenerate', 'broken', '--json'),
    run('regenerate', 'unknown'),
    run('regenerate', '../one', '--json'),
  ]);
  expect([neural.code, broken.code, unknown.code, invalid.code]).toEqual([1, 1, 2, 2]);
  expect(neural.stdout.toString()).toMatch(
    /^neural: not regenerable \(not_procedural\): .*; looked at parameters: not on the record; s3 .*\n$/,
  );
  expect(json(broken)).toMatchObject({ outcome: 'invalid_document', code: 'INVALID_DOCUMENT', pointer: '/version' });
  expect(json(broken)).not.toHaveProperty('url');
  expect(unknown.stderr).toMatch(
    /^framekiln: There is no experiment unknown in the table .*\n {2}Check the id and --table/,
  );
  expect(JSON.parse(invalid.stderr)).toMatchObject({ error: { code: 'INVALID_ID', received: '"../one"' } });
  expect(await here.everything()).toEqual(everything);
});

test('publish and link', async () => {
  const { here, run } = await opened();
  const kiln = createKiln({ threads: 1 });
  const { video } = await kiln.render(smallDocument(7, { width: 64 }));
  const { video: mp4v } = await kiln.render(smallDocument(7, { width: 64 }), { asRecorded: true });
  await kiln[Symbol.asyncDispose]();
  const [good, old, cut] = ['good.mp4', 'old.mp4', 'cut.mp4'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(good, video);
  writeFileSync(old, mp4v);
  writeFileSync(cut, video.subarray(0, video.length - 300));

  const none = await run('link', 'one');
  expect([none.code, none.stderr]).toEqual([
    1,
    expect.stringMatching(/has no video yet .*\n {2}.*framekiln regenerate one/),
  ]);
  const refused = [await run('publish', 'one', old), await run('publish', 'one', cut, '--json')];
  expect(refused.map(({ code, stdout }) => [code, `${stdout}`])).toEqual([
    [2, ''],
    [2, ''],
  ]);
  expect(refused[0]?.stderr).toMatch(/mp4v writes: use framekiln regenerate, or re-encode as H\.264/);
  expect(JSON.parse(refused[1]?.stderr ?? '')).toMatchObject({ error: { code: 'INVALID_VIDEO' } });
  const missing = await run('publish', 'one', join(folder, 'missing.mp4'));
  expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('does not exist')]);
  const unknown = await run('publish', 'unknown', good);
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('There is no experiment unknown')]);
  expect(await here.objects()).toEqual({});

  const published = await run('publish', 'one', good);
  expect([published.code, published.stderr]).toEqual([0, '']);
  const [said, ...rest] = published.stdout.toString().split('\n');
  expect(said).toMatch(/^one: published \(6 frames, 64x24, h264, \d\.\d kB\)$/);
  expect(await bytesAt(LINK.exec(rest.join('\n'))?.[1] ?? '')).toEqual(Buffer.from(video));

  const linked = await run('link', 'one');
  expect([linked.code, await bytesAt(LINK.exec(linked.stdout.toString())?.[1] ?? '')]).toEqual([0, Buffer.from(video)]);
  const { url, ...link } = json(await run('link', 'one', '--json'));
  expect(link).toEqual({ experimentId: 'one', key: 'reconstructed/one.mp4', expiresAt: expect.any(Number) });
  const again = json(await run('publish', 'one', good, '--json'));
  expect(again).toMatchObject({
    experimentId: 'one',
    fingerprint: expect.stringMatching(/^file-sha256:/),
    video: { frames: 6 },
  });
  const item = (await here.items())['one 1760000000'];
  expect(expectRecorded(ONE, item, { fingerprint: again.fingerprint })).toBe(again.url);
  expect(await bytesAt(url)).toEqual(Buffer.from(video));
});
