// SPDX-License-Identifier: Apache-2.0
// Records that anybody may have written: whatever they hold, verifying ends with a verdict that is JSON.
import { marshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { createKiln } from 'framekiln';
import { afterAll, expect, test } from 'vitest';
import { recordOf } from '../../src/catalog/record.js';
import { recordedOf } from '../../src/experiment/recorded.js';
import type { StoredVideo } from '../../src/experiment/stored-video.js';
import { VERDICTS } from '../../src/verify/evidence.js';
import type { Recorded } from '../../src/verify/recorded.js';
import { smallDocument } from '../support/records.js';
import { expectNothingUnhandled } from '../support/unhandled.js';

expectNothingUnhandled();
const kiln = createKiln({ threads: 2 });
afterAll(() => kiln[Symbol.asyncDispose]());
const DOCUMENT = smallDocument(1, { width: 8, height: 8, frames: 3 });
const OPENED = kiln.open(Buffer.from(JSON.stringify(DOCUMENT)));

const NAMES = [
  'file_size_bytes',
  'file_size_mb',
  'bitrate_mbps',
  'total_frames',
  'duration',
  'fps',
  'resolution',
].concat(['psnr_db', 'ssim', 'compression_method', 'real_metrics', 'experiment_type', 'status']);

/** As Python's json writes it: not a number, and infinities, too. */
function python(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, one]) => `${JSON.stringify(key)}: ${python(one)}`)
      .join(', ')}}`;
  }
  return typeof value === 'number' && Number.isNaN(value)
    ? 'NaN'
    : typeof value === 'number'
      ? String(value)
      : (JSON.stringify(value) ?? 'null');
}

const value = fc.oneof(
  fc.double(),
  fc.constantFrom(0, -0, 1, -1, 5e-324, 1e-300, 1e300, 2 ** 53, Number.NaN, Infinity, -Infinity, 3, 0.3, 10),
  fc.integer(),
  fc.constantFrom('8x8', '3', 'NaN', '', 'procedural_demoscene', 'x'.repeat(3000), '\u0000\ud800', true, null),
  fc.jsonValue({ maxDepth: 2 }),
  fc.array(fc.double(), { minLength: 2, maxLength: 2 }),
);
const fields = fc.dictionary(fc.oneof(fc.constantFrom(...NAMES), fc.string()), value, { maxKeys: 9 });
const entry = fc
  .tuple(fields, fc.oneof(fields, value))
  .map(([rest, metrics]) => ({ experiment_type: 'real_procedural_generation', ...rest, real_metrics: metrics }));

const video = fc.option(
  fc.record({ key: fc.constant('reconstructed/x.mp4'), framesDigest: fc.option(fc.string(), { nil: undefined }) }),
  { nil: undefined },
);

test('an entry of a record', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(entry, value)), video, fc.string(), async (entries, stored, digest) => {
      const record = recordOf(
        {
          ...{ experiment_id: { S: 'x' }, timestamp: { N: '1' }, experiments: { S: python(entries) } },
          reconstructed_frames_digest: { S: digest },
        },
        [],
      );
      const recorded = recordedOf(record, stored as StoredVideo | undefined);
      for (const number of [recorded.fileSizeBytes, recorded.fileSizeMb, recorded.bitrateMbps, recorded.duration]) {
        if (number !== undefined) expect(number > 0 && Number.isFinite(number)).toBe(true);
      }
      await expectVerdict(recorded);
    }),
    { numRuns: 300 },
  );
});

test('attributes of a record', async () => {
  const attributes = fc.dictionary(fc.constantFrom('resolution', 'fps', 'duration', 'total_frames'), value);
  await fc.assert(
    fc.asyncProperty(attributes, async (all) => {
      // DynamoDB has no infinity.
      const item = marshall(JSON.parse(JSON.stringify(all)), { allowImpreciseNumbers: true });
      const record = recordOf({ ...item, experiment_id: { S: 'x' }, timestamp: { N: '1' } }, []);
      await expectVerdict(recordedOf(record, undefined));
    }),
    { numRuns: 100 },
  );
});

/** Verifies against the default schedule; all of what comes out survives JSON. */
async function expectVerdict(recorded: Recorded): Promise<void> {
  for (const document of [OPENED, DOCUMENT]) {
    const verification = await kiln.verify(document, { recorded, source: 'schedule' });
    expect(VERDICTS).toContain(verification.verdict);
    expect(strange(verification)).toEqual([]);
  }
}

/** Everything within that JSON does not know. */
function strange(part: unknown): unknown[] {
  if (typeof part === 'object' && part !== null) return Object.values(part).flatMap(strange);
  return typeof part === 'string' || typeof part === 'boolean' || Number.isFinite(part) ? [] : [part];
}

test.each(NAMES.flatMap((name) => ['Infinity', '-Infinity', '-0.0', '1e-320', '1e308'].map((value) => [name, value])))(
  'a %s of %s',
  async (name, value) => {
    const members = { [name as string]: value, ...(name !== 'bitrate_mbps' && { bitrate_mbps: '1.5' }) };
    const text = Object.entries(members).map((member) => `"${member[0]}": ${member[1]}`);
    const experiments = `[{"experiment_type": "procedural", "compression_method": "x", ${text.join(', ')}}]`;
    const item = { experiment_id: { S: 'x' }, timestamp: { N: '1' }, experiments: { S: experiments } };
    await expectVerdict(recordedOf(recordOf(item, []), undefined));
  },
);

test('what is no number is not recorded', () => {
  const nothing = { digests: [] };
  for (const [name, wrong] of NAMES.flatMap((name) =>
    ['NaN', '"5"', 'null', '[5]', '{}', 'true'].map((w) => [name, w]),
  )) {
    if (['resolution', 'compression_method', 'real_metrics', 'experiment_type', 'status'].includes(name as string))
      continue;
    const experiments = `[{"experiment_type": "procedural", "real_metrics": {"${name}": ${wrong}}}]`;
    const item = { experiment_id: { S: 'x' }, timestamp: { N: '1' }, experiments: { S: experiments } };
    expect([name, wrong, recordedOf(recordOf(item, []), undefined)]).toEqual([name, wrong, nothing]);
  }
});

test('metrics come before the entry, and the entry before the record', () => {
  const places = (metrics: object, entry: object, record: Record<string, unknown>) => {
    const fields = { experiment_type: 'procedural', ...entry, real_metrics: metrics };
    const experiments = { S: JSON.stringify([{ fps: 99, experiment_type: 'neural' }, fields]) };
    const item = { ...marshall(record), experiment_id: { S: 'x' }, timestamp: { N: '1' }, experiments };
    return recordedOf(recordOf(item, []), undefined);
  };
  expect(places({ fps: 1 }, { fps: 2 }, { fps: 3 }).fps).toBe(1);
  expect(places({}, { fps: 2 }, { fps: 3 }).fps).toBe(2);
  expect(places({ fps: 'x' }, {}, { fps: 3 }).fps).toBe(3);
  expect(places({ resolution: [8, 6] }, {}, {}).resolution).toBe('8x6');
  expect(places({ resolution: '8x6' }, {}, {}).resolution).toBe('8x6');
  // What another kind of run measured is not of this video.
  expect(places({}, {}, {})).toEqual({ digests: [] });
});
