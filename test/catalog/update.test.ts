// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { ExperimentRecord } from '../../src/catalog/record.js';
import { ExperimentsTable } from '../../src/catalog/table.js';
import { isOurs, type VideoChange } from '../../src/catalog/update.js';
import { withVideoUrl } from '../../src/catalog/video-url.js';
import { useStores } from '../support/stores.js';
import { expectNothingUnhandled, rejection } from '../support/unhandled.js';
import { dynamoDouble, THROTTLED } from './dynamo-double.js';
import { filledTable, type Item, item, realItems } from './items.js';

expectNothingUnhandled();
const stores = await useStores();

const LINK = { url: 'https://example.com/v.mp4?X-Amz-Date=1', key: 'reconstructed/exp.mp4', expiresAt: 1760577415 };
const VIDEO = { fingerprint: 'f1', framesDigest: 'd1', at: '2025-10-16T00:00:00.000Z' };
const CHANGE: VideoChange = { ...LINK, video: VIDEO };

/** The attributes that CHANGE writes. */
const WRITTEN: Item = {
  reconstructed_video_url: { S: LINK.url },
  reconstructed_video_s3_key: { S: LINK.key },
  video_expires_at: { N: '1760577415' },
  reconstructed_fingerprint: { S: 'f1' },
  reconstructed_frames_digest: { S: 'd1' },
  reconstructed_at: { S: VIDEO.at },
};

/** Attributes of every type, beside those that framekiln knows. */
const OTHERS: Item = {
  status: { S: 'completed' },
  text: { S: '' },
  number: { N: '1760577415.1234567890123456789' },
  binary: { B: new Uint8Array([0, 255]) },
  nothing: { NULL: true },
  flag: { BOOL: false },
  names: { SS: ['a', 'b'] },
  map: { M: { list: { L: [{ N: '1' }, { M: {} }] } } },
};

let tables = 0;
const withItems = (...items: Item[]) => filledTable(stores, `update-${tables++}`, items);

async function only(table: ExperimentsTable, id: string): Promise<ExperimentRecord> {
  const [record, ...others] = await table.query(id);
  if (!record || others.length > 0) return expect.fail(`${others.length} more`);
  return record;
}

describe('update', () => {
  it('sets its attributes and leaves all others, on this item alone', async () => {
    const before = [item('exp', 1, OTHERS), item('exp', 2, OTHERS), item('other', 1, OTHERS)];
    const { table, items } = await withItems(...before);
    const [newest] = await table.query('exp');
    expect(await table.update(newest as ExperimentRecord, CHANGE)).toBe('written');
    const after = await items();
    expect(after).toHaveLength(3);
    expect(after).toEqual(expect.arrayContaining([before[0], { ...before[1], ...WRITTEN }, before[2]]));
    expect((await table.query('exp'))[0]?.reconstructed).toEqual({ ...LINK, ...VIDEO });
  });

  it('renews a link and leaves what is known of the video', async () => {
    const { table, items } = await withItems(item('exp', 1, { ...OTHERS, ...WRITTEN }));
    const link = { url: 'https://example.com/new', key: LINK.key, expiresAt: 1760580000 };
    expect(await table.update(await only(table, 'exp'), link)).toBe('written');
    const renewed = { reconstructed_video_url: { S: link.url }, video_expires_at: { N: '1760580000' } };
    expect(await items()).toEqual([item('exp', 1, { ...OTHERS, ...WRITTEN, ...renewed })]);
  });

  it('removes the digest when the new video has none', async () => {
    const { table, items } = await withItems(item('exp', 1, { ...OTHERS, ...WRITTEN }));
    const change = { ...CHANGE, video: { ...VIDEO, framesDigest: undefined } };
    expect(await table.update(await only(table, 'exp'), change)).toBe('written');
    const { reconstructed_frames_digest: _, ...rest } = WRITTEN;
    expect(await items()).toEqual([item('exp', 1, { ...OTHERS, ...rest })]);
    const now = await only(table, 'exp');
    expect([isOurs(now, change), isOurs(now, CHANGE)]).toEqual([true, false]);
  });

  it('sets the video_url in every real record, byte for byte the same otherwise', async () => {
    const { table, items } = await withItems(...realItems);
    for (const { experiment_id } of realItems) {
      const record = await only(table, experiment_id?.S as string);
      expect(await table.update(record, { ...CHANGE, entry: record.entries.at(-1)?.index })).toBe('written');
    }
    const after = await items();
    expect(after).toHaveLength(60);
    for (const before of realItems) {
      const text = before.experiments?.S as string;
      const last = JSON.parse(text).length - 1;
      const experiments = { S: last < 0 ? text : withVideoUrl(text, last, LINK.url) };
      expect(after).toContainEqual({ ...before, ...WRITTEN, experiments });
    }
  });

  it('leaves a native list alone', async () => {
    const experiments = { L: [{ M: { experiment_type: { S: 'procedural' } } }] };
    const { table, items } = await withItems(item('exp', 1, { experiments }));
    expect(await table.update(await only(table, 'exp'), { ...CHANGE, entry: 0 })).toBe('written');
    expect(await items()).toEqual([item('exp', 1, { experiments, ...WRITTEN })]);
  });

  it('knows a timestamp by its exact digits', async () => {
    const digits = '1760577415.1234567890123456789';
    const { table, items } = await withItems(item('exp', digits), item('exp', digits.replace(/9$/, '8')));
    const records = await table.query('exp');
    expect(records.map(({ timestamp }) => timestamp)).toEqual([digits, digits.replace(/9$/, '8')]);
    expect(await table.update(records[0] as ExperimentRecord, CHANGE)).toBe('written');
    expect(await items()).toEqual(
      expect.arrayContaining([item('exp', digits, WRITTEN), item('exp', digits.replace(/9$/, '8'))]),
    );
  });

  it('is written by one of two that read the same', async () => {
    const { table, items } = await withItems(item('exp', 1));
    const record = await only(table, 'exp');
    const second = { ...CHANGE, url: 'second', video: { ...VIDEO, at: '2025-10-16T00:00:00.001Z' } };
    const outcomes = await Promise.all([table.update(record, CHANGE), table.update(record, second)]);
    expect(outcomes.toSorted()).toEqual(['changed', 'written']);
    const now = await only(table, 'exp');
    expect([isOurs(now, CHANGE), isOurs(now, second)]).toEqual(outcomes.map((outcome) => outcome === 'written'));
    // And again, from what the first of them wrote.
    expect(await table.update(now, { ...CHANGE, video: { ...VIDEO, at: 'later' } })).toBe('written');
    expect(await table.update(now, LINK)).toBe('changed');
    expect((await items())[0]?.reconstructed_at).toEqual({ S: 'later' });
  });

  it('gives way when the experiments were rewritten meanwhile, unless it does not touch them', async () => {
    const { table, put, items } = await withItems(item('exp', 1, { experiments: { S: '[{"a": 1}]' } }));
    const record = await only(table, 'exp');
    const rewritten = item('exp', 1, { experiments: { S: '[{"a": 2}]' } });
    await put(rewritten);
    expect(await table.update(record, { ...CHANGE, entry: 0 })).toBe('changed');
    expect(await items()).toEqual([rewritten]);
    expect(await table.update(record, CHANGE)).toBe('written');
    expect(await items()).toEqual([{ ...rewritten, ...WRITTEN }]);
  });

  it('makes no item of a record that is gone', async () => {
    const { table, items } = await withItems();
    const { table: elsewhere } = await withItems(item('exp', 1));
    expect(await table.update(await only(elsewhere, 'exp'), CHANGE)).toBe('changed');
    expect(await items()).toEqual([]);
  });

  it('replaces attributes of its own that have a wrong type', async () => {
    const wrong: Item = { reconstructed_fingerprint: { N: '1' }, reconstructed_at: { NULL: true } };
    const { table, items } = await withItems(item('exp', 1, wrong));
    expect(await table.update(await only(table, 'exp'), CHANGE)).toBe('written');
    expect(await items()).toEqual([item('exp', 1, WRITTEN)]);
  });

  it('says when the item has no room left', async () => {
    const { table } = await withItems(item('exp', 1, { parameters: { B: new Uint8Array(409_000) } }));
    const failure = await rejection(table.update(await only(table, 'exp'), { ...CHANGE, url: 'u'.repeat(1000) }));
    expect(failure).toMatchObject({ code: 'RECORD_TOO_LARGE', remedy: expect.stringContaining('parameters_s3_key') });
  });

  it('knows its own change again when the answer to it was lost', async () => {
    const { table: direct } = await withItems(item('exp', 1));
    const record = await only(direct, 'exp');
    await using double = await dynamoDouble(stores.dynamoUrl, (_, count) => (count === 1 ? 'lost answer' : undefined));
    expect(await new ExperimentsTable(direct.name).update(record, CHANGE)).toBe('changed');
    expect(double.requests).toHaveLength(2);
    const now = await only(direct, 'exp');
    expect(isOurs(now, CHANGE)).toBe(true);
    expect(isOurs(now, LINK)).toBe(true);
    expect(isOurs(now, { ...CHANGE, video: { ...VIDEO, at: 'another time' } })).toBe(false);
    expect(isOurs(record, LINK)).toBe(false);
  });

  it('bears throttling and stops with the reason of the signal', async () => {
    const { table: direct, items } = await withItems(item('exp', 1));
    const record = await only(direct, 'exp');
    const stop = new AbortController();
    await using double = await dynamoDouble(stores.dynamoUrl, (_, count) => {
      if (count === 5) stop.abort('enough');
      return count < 3 || count > 3 ? THROTTLED : undefined;
    });
    const table = new ExperimentsTable(direct.name);
    expect(await table.update(record, CHANGE)).toBe('written');
    expect(await items()).toEqual([item('exp', 1, WRITTEN)]);
    expect(await rejection(table.update(record, CHANGE, stop.signal))).toBe('enough');
    expect(double.requests).toHaveLength(5);
  });
});

describe('a verdict', () => {
  const VERIFIED: Item = { reconstructed_verified: { S: 'proven' } };
  const VERDICT = { verified: 'different', fingerprint: VIDEO.fingerprint };

  it('comes with its video', async () => {
    const { table, items } = await withItems(item('exp', 1, OTHERS));
    const change = { ...CHANGE, video: { ...VIDEO, verified: 'proven' } };
    expect(await table.update(await only(table, 'exp'), change)).toBe('written');
    expect(await items()).toEqual([item('exp', 1, { ...OTHERS, ...WRITTEN, ...VERIFIED })]);
    const now = await only(table, 'exp');
    expect(now.reconstructed).toEqual({ ...LINK, ...VIDEO, verified: 'proven' });
    const other = { ...change, video: { ...change.video, verified: 'different' } };
    expect([isOurs(now, change), isOurs(now, other)]).toEqual([true, false]);
    // Somebody verified it after we recorded it without a verdict.
    expect(isOurs(now, CHANGE)).toBe(true);
  });

  it('goes with its video, and stays when only the link is renewed', async () => {
    const verified = { ...OTHERS, ...WRITTEN, ...VERIFIED };
    const { table, items } = await withItems(item('exp', 1, verified));
    expect(await table.update(await only(table, 'exp'), LINK)).toBe('written');
    expect(await items()).toEqual([item('exp', 1, verified)]);
    for (const video of [VIDEO, { ...VIDEO, verified: undefined }]) {
      expect(await table.update(await only(table, 'exp'), { ...LINK, video })).toBe('written');
      expect(await items()).toEqual([item('exp', 1, { ...OTHERS, ...WRITTEN })]);
    }
  });

  it('is written alone, over an older one or one that is no string', async () => {
    for (const before of [{}, VERIFIED, { reconstructed_verified: { BOOL: true } }]) {
      const { table, items } = await withItems(item('exp', 1, { ...OTHERS, ...WRITTEN, ...before }), item('exp', 2));
      const record = (await table.query('exp'))[1] as ExperimentRecord;
      expect(await table.update(record, VERDICT)).toBe('written');
      const after = item('exp', 1, { ...OTHERS, ...WRITTEN, reconstructed_verified: { S: 'different' } });
      expect(await items()).toEqual(expect.arrayContaining([after, item('exp', 2)]));
      expect(await items()).toHaveLength(2);
    }
  });

  it('is of the video that was verified, whatever was read, and of no other', async () => {
    const { table, put, items } = await withItems(item('exp', 1, WRITTEN));
    const record = await only(table, 'exp');
    // Recorded again meanwhile: the same video, another one, none.
    await put(item('exp', 1, { ...WRITTEN, reconstructed_at: { S: 'later' } }));
    expect(await table.update(record, VERDICT)).toBe('written');
    for (const other of [{ ...WRITTEN, reconstructed_fingerprint: { S: 'f2' } }, {}]) {
      await put(item('exp', 1, other));
      expect(await table.update(record, VERDICT)).toBe('changed');
      expect(await items()).toEqual([item('exp', 1, other)]);
      expect(isOurs(await only(table, 'exp'), VERDICT)).toBe(false);
    }
    // Somebody found the same of another video.
    await put(item('exp', 1, { reconstructed_fingerprint: { S: 'f2' }, reconstructed_verified: { S: 'different' } }));
    expect(isOurs(await only(table, 'exp'), VERDICT)).toBe(false);
  });

  it('makes no item of a record that is gone', async () => {
    const { table, items } = await withItems();
    const { table: elsewhere } = await withItems(item('exp', 1, WRITTEN));
    expect(await table.update(await only(elsewhere, 'exp'), VERDICT)).toBe('changed');
    expect(await items()).toEqual([]);
  });

  it('is known again when the answer to it was lost', async () => {
    const { table: direct } = await withItems(item('exp', 1, WRITTEN));
    const record = await only(direct, 'exp');
    await using double = await dynamoDouble(stores.dynamoUrl, (_, count) => (count === 1 ? 'lost answer' : undefined));
    // Unlike a video's, its condition still holds when it is sent again.
    expect(await new ExperimentsTable(direct.name).update(record, VERDICT)).toBe('written');
    expect(double.requests).toHaveLength(2);
    expect(isOurs(await only(direct, 'exp'), VERDICT)).toBe(true);
    expect(isOurs(record, VERDICT)).toBe(false);
  });
});
