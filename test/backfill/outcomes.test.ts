// SPDX-License-Identifier: Apache-2.0
// Every outcome, with the record and the object that it leaves: whole items and whole objects are compared.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from 'framekiln';
import { loadAddon } from 'framekiln/native';
import { describe, expect, test } from 'vitest';
import { useBackfillStores } from '../support/backfill-stores.js';
import { temporaryFolder } from '../support/folder.js';
import { backfill } from '../support/outcomes.js';
import { entry, expectRecorded, type Item, NEURAL, record, scheduleEntry, smallDocument } from '../support/records.js';

const stores = await useBackfillStores();
const folder = temporaryFolder();

describe('regenerated', () => {
  test('the record says so, and nothing else on it changes', async () => {
    const here = await stores.open();
    const before = record('one', { parameters: JSON.stringify(smallDocument(1)) });
    await here.put(before);
    const kiln = here.kiln();
    const { summary, outcomes } = await backfill(kiln);
    const { video, report } = await kiln.render(smallDocument(1));

    const { one } = outcomes;
    const fingerprint = one?.fingerprint as string;
    expect(one).toEqual({
      ...{ experimentId: 'one', timestamp: '1760000000', outcome: 'regenerated', source: 'parameters' },
      ...{ key: 'reconstructed/one.mp4', fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) },
      ...{ framesDigest: report.framesDigest, bytes: video.length, frames: 6, linkExpiresAt: expect.any(Number) },
    });
    const after = (await here.items())['one 1760000000'];
    const url = expectRecorded(before, after, { fingerprint, digest: report.framesDigest });
    expect(Number(after?.video_expires_at?.N)).toBe(one?.linkExpiresAt);
    const objects = await here.objects();
    expect(Object.keys(objects)).toEqual(['reconstructed/one.mp4']);
    expect(objects['reconstructed/one.mp4']).toEqual({
      bytes: Buffer.from(video),
      contentType: 'video/mp4',
      metadata: {
        ...{ fingerprint, 'frames-digest': report.framesDigest, frames: '6', renderer: report.renderer },
        recipe: expect.stringMatching(/^[0-9a-f]{16}$/),
      },
    });
    expect(summary).toMatchObject({ experiments: 1, frames: 6, bytes: video.length, interrupted: false, dropped: 0 });
    expect(summary.outcomes).toEqual({ ...noOutcomes(), regenerated: 1 });

    const answer = await fetch(url);
    expect(answer.headers.get('content-type')).toBe('video/mp4');
    expect(answer.headers.get('content-disposition')).toBe('inline; filename="one.mp4"');
    const file = join(folder, 'one.mp4');
    writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
    expect(loadAddon().probeVideo(file)).toMatchObject({ codec: 'h264', width: 32, height: 24, frames: 6 });
  });

  test('what an earlier video left on the record is replaced, its digest too', async () => {
    const here = await stores.open();
    const stale = {
      reconstructed_video_url: 'https://example.com/gone.mp4',
      reconstructed_video_s3_key: 'elsewhere/gone.mp4',
      video_expires_at: 1_600_000_000,
      reconstructed_fingerprint: 'of another document',
      reconstructed_frames_digest: 'another one',
      reconstructed_at: '2020-09-13T12:26:40.000Z',
    };
    const before = record('one', { ...stale, parameters: smallDocument(1) });
    await here.put(before);
    const { outcomes } = await backfill(here.kiln());
    expect(outcomes.one).toMatchObject({ outcome: 'regenerated' });
    const { fingerprint = '', framesDigest } = outcomes.one as Outcome;
    expectRecorded(before, (await here.items())['one 1760000000'], { fingerprint, digest: framesDigest as string });
  });

  test('attributes of ours with the wrong type are named and made right', async () => {
    const here = await stores.open();
    const wrong = { video_expires_at: 'soon', reconstructed_fingerprint: 7, reconstructed_at: false };
    const before = record('one', { ...wrong, parameters: smallDocument(1) });
    await here.put(before);
    const kiln = here.kiln();
    const { outcomes } = await backfill(kiln);
    expect(outcomes.one?.warnings).toEqual([
      'Expected a number for video_expires_at but received "soon"',
      'Expected a string for reconstructed_fingerprint but received 7',
      'Expected a string for reconstructed_at but received false',
    ]);
    const { fingerprint = '', framesDigest = '' } = outcomes.one as Outcome;
    expectRecorded(before, (await here.items())['one 1760000000'], { fingerprint, digest: framesDigest });
    expect((await backfill(kiln)).outcomes.one).toMatchObject({ outcome: 'current' });
  });

  test('an experiments string that is no JSON stays as it is, and is warned of', async () => {
    const here = await stores.open();
    const before = record('one', { experiments: '[{"experiment_type": "real_procedural_gen' });
    await here.put(before);
    await here.putObject('parameters/one.json', JSON.stringify(smallDocument(1)));
    const { summary, outcomes } = await backfill(here.kiln());
    const warning = expect.stringMatching(/^Expected a JSON string of a list for experiments but received "\[\{/);
    expect(outcomes.one).toMatchObject({ outcome: 'regenerated', warnings: [warning] });
    expect(summary.warnings).toEqual([warning]);
    const { fingerprint = '', framesDigest = '' } = outcomes.one as Outcome;
    expectRecorded(before, (await here.items())['one 1760000000'], { fingerprint, digest: framesDigest });
  });

  test('a native list of experiments and no experiments at all stay as they are', async () => {
    const here = await stores.open();
    const native = record('native', { experiments: [JSON.parse(NEURAL)[0]], parameters: smallDocument(1) });
    const bare = record('bare', { experiments: null, parameters: smallDocument(2) });
    await here.put(native, bare);
    const { outcomes } = await backfill(here.kiln());
    const items = await here.items();
    for (const before of [native, bare]) {
      const { fingerprint = '', framesDigest = '' } = outcomes[before.experiment_id?.S ?? ''] as Outcome;
      expectRecorded(before, items[`${before.experiment_id?.S} 1760000000`], { fingerprint, digest: framesDigest });
    }
  });

  test('a timestamp keeps all its digits', async () => {
    const here = await stores.open();
    const timestamp = '1700000000.1234567890123456789';
    const before = record('one', { parameters: smallDocument(1) }, timestamp);
    await here.put(before);
    const { outcomes } = await backfill(here.kiln());
    const items = await here.items();
    expect(Object.keys(items)).toEqual([`one ${timestamp}`]);
    const { fingerprint = '', framesDigest = '' } = outcomes.one as Outcome;
    expectRecorded(before, items[`one ${timestamp}`], { fingerprint, digest: framesDigest });
    expect(outcomes.one).toMatchObject({ outcome: 'regenerated', timestamp });
  });
});

test('what cannot be regenerated is left as it is, and the outcome says why', async () => {
  const here = await stores.open();
  const soon = smallDocument(1);
  Object.assign(soon.parameters[4] as object, { complexity: 'high' });
  await here.put(
    record('bare'),
    record('neural', { experiments: NEURAL }),
    record('no_length', { experiments: `[${scheduleEntry({ resolution: '32x24' })}]` }),
    record('broken', { parameters: soon }),
    record('not_json', { parameters: '{"version": "1.0",' }),
    record('huge_schedule', { experiments: `[${scheduleEntry({ resolution: '9000x24', fps: 30, duration: 1 })}]` }),
    record('number', { parameters: 7 }),
  );
  const before = await here.everything();
  const { summary, outcomes } = await backfill(here.kiln());
  const nowhere = (id: string) => [
    `s3 parameters/${id}.json: not there`,
    `s3 parameters/${id}.json.gz: not there`,
    `s3 parameters/${id}_params.json: not there`,
  ];
  const base = (experimentId: string) => ({ experimentId, timestamp: '1760000000' });
  const missing = { outcome: 'not_regenerable', message: 'Its parameters are nowhere to be found' };
  const noSchedule = 'default schedule: not said to be procedural_demoscene';
  const number = 'Expected a map, list, string or binary for parameters but received 7';
  expect(outcomes).toEqual({
    bare: {
      ...{ ...base('bare'), ...missing, code: 'no_parameters' },
      tried: ['parameters: not on the record', ...nowhere('bare'), noSchedule],
    },
    neural: {
      ...{ ...base('neural'), ...missing, code: 'not_procedural' },
      tried: ['parameters: not on the record', ...nowhere('neural'), 'default schedule: no procedural entry'],
    },
    no_length: {
      ...{ ...base('no_length'), ...missing, code: 'no_parameters' },
      tried: [
        ...['parameters: not on the record', ...nowhere('no_length')],
        'default schedule: experiments[0] lacks duration, fps or resolution',
      ],
    },
    number: {
      ...{ ...base('number'), ...missing, code: 'no_parameters' },
      tried: [number, 'parameters: not on the record', ...nowhere('number'), noSchedule],
    },
    broken: {
      ...{ ...base('broken'), outcome: 'invalid_document', code: 'INVALID_DOCUMENT', source: 'parameters' },
      ...{ pointer: '/parameters/4/complexity', message: expect.stringContaining('a finite number') },
    },
    not_json: {
      ...{ ...base('not_json'), outcome: 'invalid_document', code: 'INVALID_DOCUMENT', source: 'parameters' },
      message: expect.stringContaining('not JSON'),
    },
    huge_schedule: {
      ...{ ...base('huge_schedule'), outcome: 'invalid_document', code: 'INVALID_DOCUMENT' },
      ...{ source: 'default schedule', pointer: '/resolution/0', message: expect.stringContaining('9000') },
    },
  });
  expect(await here.everything()).toEqual(before);
  expect(summary.reasons).toEqual({
    'not_regenerable no_parameters': 3,
    'not_regenerable not_procedural': 1,
    'invalid_document INVALID_DOCUMENT': 3,
  });
});

test('ids that cannot become a key are reported, and nothing is asked of S3 for them', async () => {
  const here = await stores.open();
  const strange = [
    ...['a/b', '../up', 'a..b', '.hidden', 'with space', 'tab\tin', 'line\nfeed', 'nul\0', 'bell\x1b[2J'],
    ...['café', '実験', 'rtl\u202e', 'x'.repeat(201), '%2e%2e', 'a\\b', 'a?b', 'a#b', 'a+b'],
  ];
  await here.put(...strange.map((id) => record(id, { parameters: smallDocument(1), parameters_s3_key: 'x.json' })));
  const before = await here.everything();
  const kiln = here.kiln();
  stores.forgetRequests();
  const { outcomes } = await backfill(kiln);
  expect(Object.keys(outcomes).sort()).toEqual([...strange].sort());
  for (const outcome of Object.values(outcomes)) {
    expect(outcome).toMatchObject({ outcome: 'not_regenerable', code: 'invalid_id' });
    expect(outcome.message).toContain('1 to 200 of A-Z a-z 0-9');
  }
  expect(await here.everything()).toEqual(before);
  expect(stores.s3.requests).not.toHaveProperty('HeadObject');
  expect(stores.s3.requests).not.toHaveProperty('PutObject');
  for (const id of ['a/b', '../up', 'a..b']) {
    await expect(kiln.regenerate(id)).rejects.toMatchObject({ code: 'INVALID_ID' });
    await expect(kiln.link(id)).rejects.toMatchObject({ code: 'INVALID_ID' });
    await expect(kiln.publish(id, '/dev/null')).rejects.toMatchObject({ code: 'INVALID_ID' });
  }
  // S3rver's files allow no more.
  const longest = 'x'.repeat(150);
  await here.put(record(longest, { parameters: smallDocument(1) }));
  expect((await backfill(kiln, { ids: [longest] })).outcomes[longest]).toMatchObject({ outcome: 'regenerated' });
});

test('a record that nobody can make sense of stops nothing', async () => {
  const here = await stores.open();
  const noText = { toString: null, valueOf: null };
  const odd: Item[] = [
    record('odd_method', { experiments: `[${entry({ compression_method: noText })}]` }),
    record('odd_key', { experiments: `[${entry({ parameters_s3_key: noText, real_metrics: null })}]` }),
    record('odd_entries', { experiments: `[1, null, "x", [], ${entry({ real_metrics: 'none', parameters: null })}]` }),
    record('odd_types', { experiments: 5, resolution: new Set(['a']), fps: { a: 1 }, parameters: new Set([1]) }),
    record('odd_nulls', { experiments: `[${scheduleEntry({ resolution: null, fps: null, duration: null })}]` }),
    record('odd_proto', { parameters: '{"__proto__": {"version": "1.0"}, "constructor": null}' }),
    record('odd_deep', { experiments: '['.repeat(100_000) }),
  ];
  await here.put(...odd, record('good', { parameters: smallDocument(1) }));
  const before = await here.items();
  const { names } = await backfill(here.kiln());
  expect(names).toEqual({
    odd_method: 'not_procedural',
    odd_key: 'no_parameters',
    odd_entries: 'no_parameters',
    odd_types: 'not_procedural',
    odd_nulls: 'no_parameters',
    odd_proto: 'INVALID_DOCUMENT',
    odd_deep: 'not_procedural',
    good: 'regenerated',
  });
  const { 'good 1760000000': _, ...untouched } = before;
  expect(await here.items()).toMatchObject(untouched);
});

function noOutcomes() {
  const names = ['copied', 'current', 'relinked', 'planned', 'not_regenerable', 'invalid_document', 'failed'];
  return Object.fromEntries(names.map((name) => [name, 0]));
}
