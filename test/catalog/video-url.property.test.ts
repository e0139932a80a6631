// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withVideoUrl } from '../../src/catalog/video-url.js';
import { parseJson } from '../../src/document/json.js';
import { FramekilnError } from '../../src/errors.js';
import { realItems } from './items.js';

/** How a text is written: what JSON leaves to the writer. */
interface Style {
  colon: string;
  comma: string;
  /** Around brackets. */
  space: string;
  /** Non-ASCII as \u escapes. */
  ascii: boolean;
  /** Keys wholly as \u escapes. */
  escapedKeys: boolean;
}

const style: fc.Arbitrary<Style> = fc.record({
  colon: fc.constantFrom(':', ': ', ' :\t'),
  comma: fc.constantFrom(',', ', ', ',\n  ', ' ,\r\n'),
  space: fc.constantFrom('', ' ', '\n    '),
  ascii: fc.boolean(),
  escapedKeys: fc.boolean(),
});

/** An object as its members, so that a key may come twice; with a URL that stands at its end as the splice writes it. */
class Members {
  constructor(
    readonly members: [key: string, value: unknown][],
    readonly insertedUrl?: string,
  ) {}
}

/** A URL as the splice writes it, whatever the style of the rest. */
class SplicedUrl {
  constructor(readonly url: string) {}
}

const codeUnit = (c: string) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
const ascii = (json: string) => json.replace(/[\u007f-\uffff]/g, codeUnit);

function print(value: unknown, how: Style): string {
  const { space, comma, colon } = how;
  if (Array.isArray(value)) return `[${space}${value.map((part) => print(part, how)).join(comma)}${space}]`;
  if (value instanceof SplicedUrl) return ascii(JSON.stringify(value.url));
  if (value instanceof Members) {
    const { members, insertedUrl } = value;
    const all = members.map(([name, part]) => `${printKey(name, how)}${colon}${print(part, how)}`).join(comma);
    if (insertedUrl === undefined) return `{${space}${all}${space}}`;
    const inserted = `"video_url": ${ascii(JSON.stringify(insertedUrl))}`;
    return all === '' ? `{${inserted}${space}${space}}` : `{${space}${all}, ${inserted}${space}}`;
  }
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return printText(JSON.stringify(value), how);
}

const printText = (json: string, how: Style) => (how.ascii ? ascii(json) : json);

function printKey(name: string, how: Style): string {
  return how.escapedKeys ? `"${name.replace(/[\s\S]/g, codeUnit)}"` : printText(JSON.stringify(name), how);
}

const key = fc.oneof(fc.constantFrom('video_url', 'status', 'video_url ', '', '"', '\\', '{', ':'), fc.string());
const leaf = fc.oneof(
  fc.constantFrom(null, true, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 'NaN', '"video_url": 1'),
  fc.double(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\\', '\\"', '}', '[{', 'é\u2028\u{1f600}'),
);
const { value, object } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, leaf, fc.array(tie('value'), { maxLength: 3 }), tie('object')),
  object: fc.array(fc.tuple(key, tie('value')), { maxLength: 5 }).map((members) => new Members(members)),
}));

/** A list with other things between its objects, and the index of one of the objects. */
const list = fc
  .tuple(fc.array(value, { maxLength: 3 }), object as fc.Arbitrary<Members>, fc.array(value, { maxLength: 3 }))
  .map(([before, entry, after]) => ({ index: before.length, all: [...before, entry, ...after] }));
const url = fc.oneof(fc.webUrl({ withQueryParameters: true }), fc.string({ unit: 'binary' }));

/** The object with the URL where it belongs: in its last `video_url`, or behind everything. */
function withUrl({ members }: Members, link: string): Members {
  const at = members.findLastIndex(([name]) => name === 'video_url');
  if (at === -1) return new Members(members, link);
  return new Members(members.with(at, ['video_url', new SplicedUrl(link)]));
}

describe('withVideoUrl', () => {
  it('changes the one value, however the text is written', () => {
    fc.assert(
      fc.property(list, style, url, ({ all, index }, how, link) => {
        const text = print(all, how);
        const spliced = withVideoUrl(text, index, link);
        expect(spliced).toBe(print(all.with(index, withUrl(all[index] as Members, link)), how));

        const values = parseJson(text) as unknown[];
        (values[index] as Record<string, unknown>).video_url = link;
        expect(parseJson(spliced)).toEqual(values);
      }),
      { numRuns: 2000 },
    );
  });

  it('reads as Python wrote it', () => {
    const text = '[{"a": NaN, "b": [-Infinity, {"video_url": 1}]}, {"video_url": null, "psnr": Infinity}, {}]';
    expect(withVideoUrl(text, 0, 'u')).toBe(text.replace(']}', '], "video_url": "u"}'));
    expect(withVideoUrl(text, 1, 'u')).toBe(text.replace('null', '"u"'));
    expect(withVideoUrl(text, 2, 'u')).toBe(text.replace('{}', '{"video_url": "u"}'));
  });

  it('sets every entry of the real records and nothing else', () => {
    for (const text of realItems.map(({ experiments }) => experiments?.S as string)) {
      for (const [index, entry] of JSON.parse(text).entries()) {
        const spliced = withVideoUrl(text, index, 'https://example.com/v.mp4?a=b&c=%20');
        const values = JSON.parse(text);
        values[index] = { ...entry, video_url: 'https://example.com/v.mp4?a=b&c=%20' };
        expect(JSON.parse(spliced)).toEqual(values);
        expect(withVideoUrl(spliced, index, 'x')).toBe(withVideoUrl(text, index, 'x'));
      }
    }
  });

  it.each([
    ['nested deep', `[{"deep": ${'['.repeat(190_000)}${']'.repeat(190_000)}}]`],
    ['of many keys', `[{${'"video_url":0,'.repeat(28_000)}"video_url":0}]`],
    ['of backslashes', `[{"${'\\'.repeat(190_000)}": "${'\\"'.repeat(100_000)}"}]`],
    ['of white space', `[{${' '.repeat(390_000)}}]`],
  ])('takes a text of 400 KB %s', (_, text) => {
    const spliced = withVideoUrl(text, 0, 'u');
    expect(JSON.parse(spliced)[0].video_url).toBe('u');
  });

  it.each([
    ['[]', 0],
    ['[{}]', 1],
    ['[1, {}]', 0],
    ['[[{"video_url": 1}]]', 0],
    ['', 0],
  ])('refuses %j, which has no object at %i', (text, index) => {
    expect(() => withVideoUrl(text, index, 'u')).toThrow(FramekilnError);
  });
});
