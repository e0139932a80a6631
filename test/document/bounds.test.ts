// SPDX-License-Identifier: Apache-2.0
// Documents that would take gigabytes once parsed are refused before they are.
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { checkBounds, MAX_CONTAINERS, MAX_VALUES } from '../../src/document/bounds.js';
import { decodeDocument, MAX_DOCUMENT_BYTES } from '../../src/document/read.js';
import { FramekilnError } from '../../src/errors.js';

const MEGABYTES_60 = 60_000_000;
const filled = (unit: string) => Buffer.alloc(MEGABYTES_60, unit);

describe('refused', () => {
  test.each([
    ['[', /more than \d+ objects and arrays$/],
    ['{},', /more than \d+ objects and arrays$/],
    ['{"a":', /more than \d+ objects and arrays$/],
    ['[[]],', /more than \d+ objects and arrays$/],
    ['0,', /more than \d+ values$/],
    ['NaN,', /more than \d+ values$/],
    ['"k":0,', /more than \d+ values$/],
  ])('60 MB of %s', (unit, message) => {
    const bytes = filled(unit);
    for (const document of [bytes, gzipSync(bytes, { level: 1 })]) {
      expect(() => decodeDocument(document)).toThrow(
        expect.objectContaining({
          code: 'INVALID_DOCUMENT',
          message: expect.stringMatching(message),
          expected: expect.stringMatching(/^up to \d+ /),
          received: expect.stringMatching(/^\d+$/),
        }),
      );
    }
  });

  test('one more than may be', () => {
    expect(() => checkBounds(Buffer.alloc(MAX_CONTAINERS, '['))).not.toThrow();
    expect(() => checkBounds(Buffer.alloc(MAX_CONTAINERS + 1, '['))).toThrow(FramekilnError);
    expect(() => checkBounds(Buffer.alloc(MAX_VALUES, ','))).not.toThrow();
    expect(() => checkBounds(Buffer.alloc(MAX_VALUES + 1, ','))).toThrow(FramekilnError);
  });
});

describe('not refused', () => {
  test('the longest document of the shortest frames', () => {
    const frame = '{"time":0,"complexity":0,"color_palette":"pastel"},';
    expect(() => checkBounds(Buffer.alloc(MAX_DOCUMENT_BYTES, frame))).not.toThrow();
  });

  test('one long string of brackets and commas, with quotes in it', () => {
    for (const text of ['[{,', '\\"[', '\\\\\\",', '[,é']) {
      const json = Buffer.concat([Buffer.from('["'), Buffer.alloc(9_000_000, text), Buffer.from('"]')]);
      expect(() => checkBounds(json), text).not.toThrow();
    }
  });
});
