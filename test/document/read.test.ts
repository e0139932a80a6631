// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { parseDocument } from '../../src/document/parse.js';
import { decodeDocument, MAX_DOCUMENT_BYTES, readDocument } from '../../src/document/read.js';
import { FramekilnError } from '../../src/errors.js';
import { goldenDocuments, oneFrame, refusal, schedule, stored } from './samples.js';

const decode = (text: string) => decodeDocument(Buffer.from(text)).value;

describe('readDocument', () => {
  const folder = mkdtempSync(join(tmpdir(), 'framekiln-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const failure = (source: string) =>
    readDocument(source).then(
      () => expect.fail('read'),
      (error) => error as FramekilnError,
    );

  it('reads a file', async () => {
    expect(Buffer.from(await readDocument(file('a.json', '{"a": 1}'))).toString()).toBe('{"a": 1}');
  });

  it('reads an empty file', async () => {
    expect(await readDocument(file('empty.json', ''))).toHaveLength(0);
  });

  it('reads standard input', async () => {
    const stdin = (async function* () {
      yield Buffer.from('{"a"');
      yield Buffer.from(': 1}');
    })();
    expect(Buffer.from(await readDocument('-', stdin)).toString()).toBe('{"a": 1}');
  });

  it.each([
    ['a missing file', join(folder, 'missing.json'), 'does not exist'],
    ['a directory', folder, 'is a directory'],
    ['a path with a null byte', 'a\0b', 'null bytes'],
    ['a path through a file', `${file('b.json', '')}/c`, 'ENOTDIR'],
  ])('refuses %s, with a remedy', async (_name, source, reason) => {
    const error = await failure(source);
    expect(error).toMatchObject({ name: 'FramekilnError', code: 'INPUT_UNREADABLE' });
    expect(error.message).toContain(source);
    expect(error.message).toContain(reason);
    expect(error.remedy).toBeTruthy();
  });

  it('refuses what it has no permission for', async () => {
    // Through a stream, because root may read everything.
    const denied = new Readable({ read: () => denied.destroy(Object.assign(new Error('denied'), { code: 'EACCES' })) });
    await expect(readDocument('-', denied)).rejects.toMatchObject({
      code: 'INPUT_UNREADABLE',
      message: 'Cannot read standard input: no permission',
      remedy: 'Give this user permission to read it.',
    });
  });

  it('refuses 64 MiB and a byte, and stops reading', async () => {
    let chunks = 0;
    const stdin = (async function* () {
      for (;;) {
        chunks++;
        yield new Uint8Array(1024 * 1024);
      }
    })();
    await expect(readDocument('-', stdin)).rejects.toMatchObject({
      code: 'INVALID_DOCUMENT',
      expected: 'up to 64 MiB',
    });
    expect(chunks).toBe(65);
    const large = file('large.json', '');
    truncateSync(large, MAX_DOCUMENT_BYTES + 1);
    expect((await failure(large)).code).toBe('INVALID_DOCUMENT');
    truncateSync(large, MAX_DOCUMENT_BYTES);
    expect(await readDocument(large)).toHaveLength(MAX_DOCUMENT_BYTES);
  });
});

describe('decodeDocument', () => {
  it.each(goldenDocuments)('%s is the same plain, with a byte order mark and as gzip', (_name, json) => {
    const plain = decodeDocument(Buffer.from(json));
    expect(plain).toEqual({ value: JSON.parse(json), jsonBytes: json.length });
    expect(decodeDocument(gzipSync(json))).toEqual(plain);
    expect(decode(`\uFEFF${json}`)).toEqual(plain.value);
  });

  it('refuses a gzip bomb, and takes 64 MiB exactly', () => {
    const padded = (size: number) =>
      gzipSync(Buffer.concat([Buffer.from('{}'), Buffer.alloc(size - 2, ' ')]), { level: 1 });
    expect(decodeDocument(padded(MAX_DOCUMENT_BYTES))).toEqual({ value: {}, jsonBytes: MAX_DOCUMENT_BYTES });
    const bomb = padded(4 * MAX_DOCUMENT_BYTES);
    expect(refusal(() => decodeDocument(bomb))).toMatchObject({ code: 'INVALID_DOCUMENT', expected: 'up to 64 MiB' });
  });

  it('refuses gzip truncated anywhere', () => {
    const whole = gzipSync(JSON.stringify(stored()));
    for (let length = 2; length < whole.length; length++) {
      const error = refusal(() => decodeDocument(whole.subarray(0, length)));
      expect(error.code, `${length} bytes`).toBe('INVALID_DOCUMENT');
      expect(error.message, `${length} bytes`).toContain('gzip data is damaged');
    }
  });

  it('refuses damaged gzip', () => {
    const whole = gzipSync(JSON.stringify(stored()));
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bytes = Uint8Array.from(whole);
        bytes[at] = (bytes[at] as number) ^ flip;
        try {
          decodeDocument(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(FramekilnError);
        }
      }),
    );
  });

  it('refuses JSON truncated anywhere, and says where', () => {
    const json = JSON.stringify(stored());
    for (let length = 1; length < json.length; length++) {
      const error = refusal(() => decode(json.slice(0, length)));
      expect(error.code).toBe('INVALID_DOCUMENT');
      expect(error.message).toMatch(new RegExp(`^The document is not JSON: .* at position ${length}\\b`));
    }
  });

  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(), 'The document is empty'],
    ['blanks', Buffer.from(' \n'), 'The document is empty'],
    ['text', Buffer.from('version: 1.0'), 'not JSON'],
    ['two values', Buffer.from('{} {}'), 'not JSON'],
    ['Latin-1', Buffer.from('{"a": "\xe9"}', 'latin1'), 'not UTF-8'],
    ['UTF-16', Buffer.from('\uFEFF{}', 'utf16le'), 'not UTF-8'],
    ['gzip in gzip', gzipSync(gzipSync('{}')), 'not UTF-8'],
    ['control characters', Buffer.from('\x1b[2J'), '\\u001b[2J'],
  ])('refuses %s', (_name, bytes, message) => {
    const error = refusal(() => decodeDocument(bytes));
    expect(error.code).toBe('INVALID_DOCUMENT');
    expect(error.message).toContain(message);
  });

  it('survives deep nesting', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    expect(refusal(() => parseDocument(decode(deep), schedule)).pointer).toBe('');
    expect(refusal(() => decode(deep.replace('[]', '[NaN]'))).code).toBe('INVALID_DOCUMENT');
    expect(refusal(() => decode('['.repeat(100_000))).code).toBe('INVALID_DOCUMENT');
  });
});

describe("Python's NaN and Infinity", () => {
  it.each(['NaN', 'Infinity', '-Infinity'])('%s is named where a number is needed', (literal) => {
    const json = JSON.stringify(oneFrame({ time: 'HERE' })).replace('"HERE"', literal);
    const error = refusal(() => parseDocument(decode(json), schedule));
    expect(error).toMatchObject({ pointer: '/parameters/0/time', received: literal });
  });

  it('pass in keys that do not reach the pixels', () => {
    const json = JSON.stringify(oneFrame({ motion_intensity: 'HERE' })).replace('"HERE"', 'NaN');
    expect(() => parseDocument(decode(json), schedule)).not.toThrow();
  });

  it('stay as they are inside strings', () => {
    const strings = fc.array(fc.stringMatching(/^(NaN|-?Infinity|["\\ ,:]){0,6}$/));
    fc.assert(
      fc.property(strings, (texts) => {
        expect(decode(`[NaN, ${JSON.stringify(texts)}, -Infinity]`)).toEqual([Number.NaN, texts, -Infinity]);
      }),
    );
  });

  it.each([
    '{NaN: 1}',
    '1NaN',
    'NaN1',
    'NaNNaN',
    '-NaN',
    '1Infinity',
    'Infinity1',
    '- Infinity',
    '{Infinity: 1}',
    '"NaN',
  ])('are not JSON elsewhere: %s', (text) => {
    expect(refusal(() => decode(text)).message).toContain('not JSON');
  });
});
