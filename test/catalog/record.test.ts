// SPDX-License-Identifier: Apache-2.0
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attributesOf, KEY_ATTRIBUTES, proceduralEntry, recordOf } from '../../src/catalog/record.js';
import { type Item, item, realItems } from './items.js';

const read = (attributes: Item, names: readonly string[] = KEY_ATTRIBUTES) =>
  recordOf(item('exp_1', '1.5', attributes), names);

describe('recordOf', () => {
  it('reads the real records without a fault', () => {
    expect(realItems).toHaveLength(60);
    for (const real of realItems) {
      const record = recordOf(real, KEY_ATTRIBUTES);
      expect(record).toMatchObject({
        id: real.experiment_id?.S,
        timestamp: real.timestamp?.N,
        status: real.status?.S,
        experiments: real.experiments?.S,
        parameters: undefined,
        clip: {},
        documentKeys: [],
        reconstructed: {},
        faults: [],
      });
      expect(record.entries.map(({ fields }) => fields)).toEqual(JSON.parse(real.experiments?.S as string));
    }
  });

  it('reads all that framekiln writes and needs', () => {
    const record = read({
      status: { S: 'completed' },
      parameters: { L: [{ M: { time: { N: '0.5' }, frame: { N: '9007199254740993' } } }] },
      resolution: { L: [{ N: '640' }, { N: '360' }] },
      fps: { N: '29.97' },
      duration: { N: '10' },
      total_frames: { N: '300' },
      reconstructed_video_url: { S: 'https://example.com/v' },
      reconstructed_video_s3_key: { S: 'reconstructed/exp_1.mp4' },
      video_expires_at: { N: '1760577415' },
      reconstructed_fingerprint: { S: 'f' },
      reconstructed_frames_digest: { S: 'd' },
      reconstructed_at: { S: '2025-10-16T00:00:00.000Z' },
      reconstructed_verified: { S: 'proven' },
    });
    expect(record).toEqual({
      id: 'exp_1',
      timestamp: '1.5',
      status: 'completed',
      experiments: undefined,
      entries: [],
      parameters: [{ time: 0.5, frame: 2 ** 53 }],
      clip: { resolution: [640, 360], fps: 29.97, duration: 10, total_frames: 300 },
      source: undefined,
      said: {},
      documentKeys: [],
      reconstructed: {
        url: 'https://example.com/v',
        key: 'reconstructed/exp_1.mp4',
        expiresAt: 1760577415,
        fingerprint: 'f',
        framesDigest: 'd',
        at: '2025-10-16T00:00:00.000Z',
        verified: 'proven',
      },
      faults: [],
    });
  });

  it.each<[string, AttributeValue, unknown]>([
    ['map', { M: { version: { S: '1.0' } } }, { version: '1.0' }],
    ['list', { L: [] }, []],
    ['string', { S: '{}' }, '{}'],
    ['binary', { B: new Uint8Array([31, 139]) }, new Uint8Array([31, 139])],
  ])('takes parameters that are a %s', (_, parameters, plain) => {
    const { parameters: value, faults } = read({ parameters });
    expect({ value, faults }).toEqual({ value: plain, faults: [] });
  });

  it('names documents in the order of the configured attributes, each once', () => {
    const keys = { b: { S: 'two' }, parameters_s3_key: { S: 'one' }, 'a.b c': { S: '' } };
    expect(read(keys, ['parameters_s3_key', 'none', 'b', 'a.b c', 'b']).documentKeys).toEqual([
      { attribute: 'parameters_s3_key', key: 'one' },
      { attribute: 'b', key: 'two' },
      { attribute: 'a.b c', key: '' },
    ]);
  });

  it.each<[string, AttributeValue, string]>([
    ['status', { N: '1' }, 'Expected a string for status but received 1'],
    ['status', { NULL: true }, 'Expected a string for status but received null'],
    ['experiments', { N: '1' }, 'Expected a JSON string of a list for experiments but received 1'],
    ['experiments', { BOOL: true }, 'Expected a JSON string of a list for experiments but received true'],
    ['experiments', { B: new Uint8Array(3) }, 'Expected a JSON string of a list for experiments but received'],
    ['experiments', { M: {} }, 'Expected a JSON string of a list for experiments but received an object'],
    ['experiments', { S: '' }, 'Expected a JSON string of a list for experiments but received ""'],
    [
      'experiments',
      { S: '[{"a": 1}' },
      'Expected a JSON string of a list for experiments but received "[{\\"a\\": 1}"',
    ],
    ['experiments', { S: '{}' }, 'Expected a JSON string of a list for experiments but received an object'],
    ['experiments', { S: '[1]' }, 'Expected an object for experiments[0] but received 1'],
    ['experiments', { L: [{ S: '{}' }] }, 'Expected an object for experiments[0] but received "{}"'],
    ['parameters', { N: '1e100' }, 'Expected a map, list, string or binary for parameters but received 1e+100'],
    ['parameters', { BOOL: false }, 'Expected a map, list, string or binary for parameters but received false'],
    ['parameters', { NULL: true }, 'Expected a map, list, string or binary for parameters but received null'],
    ['parameters', { SS: ['a'] }, 'Expected a map, list, string or binary for parameters but received an object'],
    ['parameters', { NS: ['1'] }, 'Expected a map, list, string or binary for parameters but received an object'],
    ['parameters_s3_key', { L: [] }, 'Expected a string for parameters_s3_key but received []'],
    ['reconstructed_video_url', { N: '1' }, 'Expected a string for reconstructed_video_url but received 1'],
    ['reconstructed_at', { N: '1' }, 'Expected a string for reconstructed_at but received 1'],
    ['reconstructed_verified', { BOOL: true }, 'Expected a string for reconstructed_verified but received true'],
    ['video_expires_at', { S: '1' }, 'Expected a number for video_expires_at but received "1"'],
  ])('names a wrong %s %j', (name, value, fault) => {
    const { id, timestamp, faults, ...rest } = read({ [name]: value });
    expect(faults).toEqual([expect.stringContaining(fault)]);
    expect({ ...rest, experiments: undefined }).toEqual({
      ...{ status: undefined, experiments: undefined, entries: [], parameters: undefined },
      ...{ clip: {}, documentKeys: [], reconstructed: {}, source: undefined, said: {} },
    });
  });

  it('keeps the good entries and their places', () => {
    const { entries, faults } = read({ experiments: { S: '[null, {"a": NaN}, [], {"b": 2}]' } });
    expect(entries).toEqual([
      { index: 1, fields: { a: Number.NaN } },
      { index: 3, fields: { b: 2 } },
    ]);
    expect(faults).toHaveLength(2);
  });

  it('reads native lists', () => {
    const list: AttributeValue = { L: [{ M: { experiment_type: { S: 'x' }, n: { N: '1' } } }, { M: {} }] };
    expect(read({ experiments: list })).toMatchObject({
      experiments: undefined,
      entries: [
        { index: 0, fields: { experiment_type: 'x', n: 1 } },
        { index: 1, fields: {} },
      ],
      faults: [],
    });
  });

  it.each(['[{"a": ', '[NaN, {"a": '])('survives nesting as deep as an item can hold: %s...', (start) => {
    const depth = 190_000;
    const text = `${start}${'['.repeat(depth)}${']'.repeat(depth)}}]`;
    const { entries, faults } = read({ experiments: { S: text } });
    expect(entries.length + faults.length).toBeGreaterThan(0);
  });

  it('never throws, whatever the attributes are', () => {
    const leaf: fc.Arbitrary<AttributeValue> = fc.oneof(
      fc.string().map((S) => ({ S })),
      fc.json().map((S) => ({ S })),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => ({ N: `${n}` })),
      fc.boolean().map((BOOL) => ({ BOOL })),
      fc.constant<AttributeValue>({ NULL: true }),
      fc.uint8Array().map((B) => ({ B })),
      fc.array(fc.string(), { minLength: 1 }).map((SS) => ({ SS })),
      fc.constant<AttributeValue>({ NS: ['1', '1e125'] }),
    );
    const { value } = fc.letrec<{ value: AttributeValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie('value'), { maxLength: 3 }).map((L) => ({ L })),
        fc.dictionary(fc.string(), tie('value'), { maxKeys: 3 }).map((M) => ({ M })),
      ),
    }));
    const names = attributesOf(KEY_ATTRIBUTES).slice(2);
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value), (attributes) => {
        const record = read(attributes);
        for (const fault of record.faults) expect(fault).toMatch(/^Expected .+ for .+ but received /);
        proceduralEntry(record);
      }),
      { numRuns: 500 },
    );
  });
});

describe('proceduralEntry', () => {
  const pick = (...entries: object[]) => proceduralEntry(read({ experiments: { S: JSON.stringify(entries) } }))?.index;
  const neural = { experiment_type: 'real_ai_neural_networks', status: 'completed' };

  it.each<[string, object]>([
    ['type', { experiment_type: 'real_procedural_generation' }],
    ['method', { compression_method: 'procedural_demoscene' }],
    ['measured method', { real_metrics: { compression_method: 'procedural' } }],
  ])('knows it by its %s', (_, entry) => expect(pick(neural, entry)).toBe(1));

  it('prefers a completed one, then the first', () => {
    const failed = { experiment_type: 'procedural', status: 'failed' };
    expect(pick(failed, failed, { ...failed, status: 'completed' })).toBe(2);
    expect(pick(neural, failed, failed)).toBe(1);
  });

  it('is not there when none is procedural', () => {
    expect(pick()).toBeUndefined();
    expect(pick(neural, { experiment_type: 5, compression_method: {}, real_metrics: [] })).toBeUndefined();
    expect(pick({ compression_method: 'not procedural', real_metrics: null })).toBeUndefined();
  });
});
