// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FramekilnError } from '../../src/errors.js';
import {
  checkId,
  checkTemplate,
  DOCUMENT_TEMPLATES,
  exactKey,
  expandTemplate,
  isExperimentId,
  keyInBucket,
  qualityKey,
  scheduleKey,
  videoKey,
} from '../../src/storage/keys.js';

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 250 }), fc.stringMatching(/^[\w.\-/ ]{0,210}$/));

/** What a call gives, or the code with which it refuses. */
function outcome(call: () => string): { key: string } | { code: string } {
  try {
    return { key: call() };
  } catch (error) {
    if (error instanceof FramekilnError) return { code: error.code };
    throw error;
  }
}

describe('ids', () => {
  test.each(['a', 'exp_1700000000', 'Run-7.b', '0', 'x'.repeat(200), 'a.b.c-'])('%j is one', (id) => {
    expect(isExperimentId(id)).toBe(true);
    expect(videoKey(id)).toBe(`reconstructed/${id}.mp4`);
  });

  test.each([
    ...[
      '',
      ' ',
      'a b',
      'a/b',
      '../a',
      '.a',
      'a..b',
      '..',
      '.',
      'a\n',
      '\na',
      'a\0',
      'é',
      'a\\b',
      'a%2fb',
      'x'.repeat(201),
    ],
    ...['a?b', 'a#b', 'a\u2024b', '{experiment_id}', '$&'],
  ])('%j is none', (id) => {
    expect(() => checkId(id)).toThrow(expect.objectContaining({ code: 'INVALID_ID' }));
    expect(() => videoKey(id)).toThrow(expect.objectContaining({ code: 'INVALID_ID' }));
    for (const template of DOCUMENT_TEMPLATES) {
      expect(() => expandTemplate(template, id)).toThrow(expect.objectContaining({ code: 'INVALID_ID' }));
    }
  });

  test('no id leads out of reconstructed/', () => {
    const check = (id: string) => {
      const made = outcome(() => videoKey(id));
      if ('code' in made) return made.code === 'INVALID_ID';
      const { pathname, search, hash } = new URL(`https://host/bucket/${made.key}`);
      return /^\/bucket\/reconstructed\/[^/%]+\.mp4$/.test(pathname) && search === '' && hash === '';
    };
    fc.assert(fc.property(text, check), { numRuns: 2000 });
  });

  test('two ids never share a key', () => {
    const id = fc.stringMatching(/^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,20}$/).filter(isExperimentId);
    const check = (a: string, b: string) => a === b || videoKey(a) !== videoKey(b);
    fc.assert(fc.property(id, id, check));
  });
});

test('the other keys of an experiment are no video of another one, but for ids that end in .exact', () => {
  const shape = { width: 32, height: 24, fps: 29.97, num: 30000, den: 1001, frames: 6 };
  expect(scheduleKey(shape, false)).toBe('reconstructed/.schedule/32x24-30000-1001-6-29.97.mp4');
  expect(scheduleKey({ ...shape, fps: 30, num: 30, den: 1 }, true)).toBe(
    'reconstructed/.schedule/32x24-30-1-6.exact.mp4',
  );
  expect(exactKey('a')).toBe(videoKey('a.exact'));
  const id = fc.stringMatching(/^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,20}(\.exact|\.json|)$/).filter(isExperimentId);
  const check = (a: string, b: string) => {
    const others = [qualityKey(a), scheduleKey(shape, true), ...(b.endsWith('.exact') ? [] : [exactKey(a)])];
    return !others.includes(videoKey(b)) && qualityKey(a) !== exactKey(b);
  };
  fc.assert(fc.property(id, id, check));
});

describe('templates', () => {
  test('the conventional ones', () => {
    for (const template of DOCUMENT_TEMPLATES) checkTemplate(template);
    expect(DOCUMENT_TEMPLATES.map((template) => expandTemplate(template, 'e1'))).toEqual([
      'parameters/e1.json',
      'parameters/e1.json.gz',
      'parameters/e1_params.json',
    ]);
  });

  test('the id may stand in several places', () => {
    checkTemplate('{experiment_id}/{experiment_id}_params.json');
    expect(expandTemplate('{experiment_id}/{experiment_id}_params.json', 'e1')).toBe('e1/e1_params.json');
  });

  test.each([
    ...[
      '',
      'parameters/x.json',
      '/{experiment_id}.json',
      '../{experiment_id}.json',
      'a/../{experiment_id}',
      'a/{experiment_id}/.',
    ],
    ...['a\n{experiment_id}', `${'x'.repeat(825)}{experiment_id}`, '{experiment_id}'.repeat(6), '{EXPERIMENT_ID}.json'],
  ])('%j is none', (template) => {
    const refusal = { code: 'INVALID_SETTING', setting: 'template' };
    expect(() => checkTemplate(template)).toThrow(expect.objectContaining(refusal));
  });
});

describe('keys of records', () => {
  test.each([
    ['a/b.json', 'a/b.json'],
    ['s3://bucket/a/b.json', 'a/b.json'],
    ['S3://bucket/a b/ü.json', 'a b/ü.json'],
    ['a..b/c...json', 'a..b/c...json'],
    ['http://other/x', 'http://other/x'],
  ])('%j', (written, key) => {
    expect(keyInBucket(written, 'bucket')).toBe(key);
  });

  test.each([
    ...[
      '',
      '/a',
      's3://bucket',
      's3://bucket/',
      's3://other/a.json',
      's3://bucket.evil/a',
      's3:///a',
      's3://bucket/../other/a',
    ],
    ...[
      '../other/a',
      'a/./b',
      'a/..',
      '.',
      'a\nb',
      'a\u0000',
      'a\u0085b',
      '\ud800',
      'x'.repeat(1025),
      'é'.repeat(513),
      's3://bucket//a',
    ],
  ])('%j is refused', (written) => {
    expect(() => keyInBucket(written, 'bucket')).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('a key in the bucket bucket'),
      }),
    );
  });

  test('none leads to another bucket', () => {
    const check = (written: string) => {
      const made = outcome(() => keyInBucket(written, 'bucket'));
      if ('code' in made) return made.code === 'INVALID_ARGUMENT';
      const path = made.key.split('/').map(encodeURIComponent).join('/');
      return new URL(`https://host/bucket/${path}`).pathname.startsWith('/bucket/');
    };
    const pieces = fc.array(fc.constantFrom('s3://', 'bucket', 'other', '/', '..', '.', 'a', '%2e', '\\'), {
      maxLength: 12,
    });
    const written = fc.oneof(
      text,
      pieces.map((parts) => parts.join('')),
    );
    fc.assert(fc.property(written, check), { numRuns: 2000 });
  });
});
