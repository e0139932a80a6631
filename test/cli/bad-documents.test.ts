// SPDX-License-Identifier: Apache-2.0
// Documents that cannot be rendered: each is refused with what was expected where, and what came; nothing is written.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { listing, temporaryFolder } from '../support/folder.js';
import { framekiln } from '../support/process.js';

const folder = temporaryFolder();
const ENTRY = { time: 0, complexity: 0.5, color_palette: 'vibrant' };
const SOUND = { version: '1.0', resolution: [64, 36], fps: 30, total_frames: 2, parameters: [ENTRY, ENTRY] };
const withFields = (fields: object): string => JSON.stringify({ ...SOUND, ...fields });
const withEntry = (fields: object): string => withFields({ parameters: [ENTRY, { ...ENTRY, ...fields }] });
const literal = (text: string): string => withEntry({ time: 'HERE' }).replace('"HERE"', text);

const CASES: [name: string, document: string | Buffer, pointer: string, expected: string, received: string][] = [
  ['an array', '[1, 2]', 'the document', 'an object', '[1, 2]'],
  ['a string', '"text"', 'the document', 'an object', '"text"'],
  ['null', 'null', 'the document', 'an object', 'null'],
  ['no version', withFields({ version: undefined }), '/version', '"1.0"', 'nothing'],
  ['unknown version', withFields({ version: '2.0' }), '/version', '"1.0"', '"2.0"'],
  ['no resolution', withFields({ resolution: undefined }), '/resolution', 'two integers', 'nothing'],
  ['a word for resolution', withFields({ resolution: '64x36' }), '/resolution', 'two integers', '"64x36"'],
  ['three sides', withFields({ resolution: [1, 2, 3] }), '/resolution', 'two integers', '[1, 2, 3]'],
  ['half a pixel', withFields({ resolution: [64, 36.5] }), '/resolution/1', 'an integer from 1 to 8192', '36.5'],
  ['no width', withFields({ resolution: [0, 36] }), '/resolution/0', 'an integer from 1 to 8192', '0'],
  ['too wide', withFields({ resolution: [8193, 36] }), '/resolution/0', 'an integer from 1 to 8192', '8193'],
  ['too high', withFields({ resolution: [64, 8193] }), '/resolution/1', 'an integer from 1 to 8192', '8193'],
  ['too large', withFields({ resolution: [8192, 8192] }), '/resolution', '33.2 megapixels', '[8192, 8192]'],
  ['a word for fps', withFields({ fps: '30' }), '/fps', 'a number from 0.001 to 1000', '"30"'],
  ['no fps', withFields({ fps: undefined }), '/fps', 'a number from 0.001 to 1000', 'nothing'],
  ['fps 0', withFields({ fps: 0 }), '/fps', 'a number from 0.001 to 1000', '0'],
  ['negative fps', withFields({ fps: -30 }), '/fps', 'a number from 0.001 to 1000', '-30'],
  ['fps above 1000', withFields({ fps: 1000.5 }), '/fps', 'a number from 0.001 to 1000', '1000.5'],
  ['NaN fps', withFields({ fps: 'HERE' }).replace('"HERE"', 'NaN'), '/fps', 'a number from 0.001 to 1000', 'NaN'],
  ['wrong total_frames', withFields({ total_frames: 3 }), '/total_frames', '2 (the length of parameters)', '3'],
  ['no total_frames', withFields({ total_frames: undefined }), '/total_frames', '2 (the length', 'nothing'],
  ['no frames', withFields({ total_frames: 0, parameters: [] }), '/parameters', '1 to 10000000 frames', '[]'],
  ['no parameters', withFields({ parameters: undefined }), '/parameters', 'an array', 'nothing'],
  ['a word for a frame', withFields({ parameters: [ENTRY, 'x'] }), '/parameters/1', 'an object', '"x"'],
  ['no time', withEntry({ time: undefined }), '/parameters/1/time', 'a finite number', 'nothing'],
  ['a word for time', withEntry({ time: '0' }), '/parameters/1/time', 'a finite number', '"0"'],
  ['NaN for time', literal('NaN'), '/parameters/1/time', 'a finite number', 'NaN'],
  ['infinite time', literal('-Infinity'), '/parameters/1/time', 'a finite number', '-Infinity'],
  ['overflowing time', literal('1e999'), '/parameters/1/time', 'a finite number', 'Infinity'],
  ['no complexity', withEntry({ complexity: undefined }), '/parameters/1/complexity', 'a finite number', 'nothing'],
  ['null complexity', withEntry({ complexity: null }), '/parameters/1/complexity', 'a finite number', 'null'],
  ['palette unknown', withEntry({ color_palette: 'neon' }), '/parameters/1/color_palette', 'one of vibrant', '"neon"'],
  ['zoom 0', withEntry({ time: -2, complexity: 0.9 }), '/parameters/1/time', 'a number other than -2', '-2'],
  ['no schedule', withFields({ schedule: 'mine' }), '/schedule', '"default"', '"mine"'],
  [
    'both',
    withFields({ schedule: 'default', duration: 1 }),
    '/parameters',
    'nothing beside a schedule',
    'an array of 2',
  ],
];

test.each(CASES)('%s', async (_, document, pointer, expected, received) => {
  writeFileSync(join(folder, 'doc.json'), document);
  const before = listing(folder);
  const said = await framekiln(['render', 'doc.json', '-o', 'out.mp4'], { cwd: folder });
  expect(said).toMatchObject({ code: 2, signal: null });
  expect(said.stdout.toString()).toBe('');
  expect(said.stderr).toMatch(/^framekiln: Expected [^\n]*\n$/);
  expect(said.stderr).toContain(` for ${pointer} but received `);
  expect(said.stderr).toContain(`Expected ${expected}`);
  expect(said.stderr).toContain(`but received ${received}\n`);
  expect(listing(folder)).toEqual(before);
});

const GZIP = gzipSync(JSON.stringify(SOUND));
const DAMAGED: [name: string, document: string | Buffer, message: RegExp][] = [
  ['empty', '', /empty/],
  ['not JSON', 'hello', /not JSON/],
  ['half a document', JSON.stringify(SOUND).slice(0, 60), /not JSON/],
  ['not UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22]), /not JSON: it is not UTF-8/],
  ['control characters', '{"a": \u001b[31mred}', /not JSON\P{Cc}*\n$/u],
  ['half a gzip file', GZIP.subarray(0, 40), /gzip data is damaged/],
  ['a damaged gzip file', Buffer.concat([GZIP.subarray(0, 20), Buffer.alloc(30, 7)]), /gzip data is damaged/],
  ['a gzip bomb', gzipSync(Buffer.alloc(80 * 1024 * 1024, 0x20)), /larger than 64 MiB/],
  ['too much text', Buffer.alloc(65 * 1024 * 1024, 0x20), /larger than 64 MiB/],
];

test.each(DAMAGED)('%s', async (_, document, message) => {
  writeFileSync(join(folder, 'damaged.json'), document);
  const before = listing(folder);
  for (const args of [
    ['render', 'damaged.json', '-o', 'out.mp4'],
    ['inspect', 'damaged.json'],
  ]) {
    const said = await framekiln(args, { cwd: folder });
    expect(said).toMatchObject({ code: 2, signal: null });
    expect(said.stderr).toMatch(/^framekiln: [^\n]*\n$/);
    expect(said.stderr).toMatch(message);
    expect(listing(folder)).toEqual(before);
  }
});

test('--json says the same in fields', async () => {
  writeFileSync(join(folder, 'doc.json'), withEntry({ complexity: 'high' }));
  const said = await framekiln(['render', 'doc.json', '-o', 'out.mp4', '--json'], { cwd: folder });
  expect(said).toMatchObject({ code: 2, stdout: Buffer.alloc(0) });
  expect(JSON.parse(said.stderr).error).toEqual({
    code: 'INVALID_DOCUMENT',
    message: 'Expected a finite number for /parameters/1/complexity but received "high"',
    pointer: '/parameters/1/complexity',
    expected: 'a finite number',
    received: '"high"',
  });
});
