// SPDX-License-Identifier: Apache-2.0
// `framekiln sheet`: pictures of one and of two inputs, and what is refused.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { golden, scheduled } from '../support/documents.js';
import { make, PICTURE, probe, SOUND } from '../support/ffmpeg.js';
import { listing, temporaryFolder } from '../support/folder.js';
import { framekiln } from '../support/process.js';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const DOCUMENT = golden('edges_320x200');

beforeAll(async () => {
  writeFileSync(at('doc.json'), DOCUMENT.bytes);
  writeFileSync(at('other.json'), JSON.stringify(scheduled(160, 90, 30)));
  for (const [name, ...options] of [['b.mp4', '--crf', '40'], ['same.mkv', '--lossless'], ['raw.rgb']] as const) {
    const said = await framekiln(['render', 'doc.json', '-o', name, '--quiet', ...options], { cwd: folder });
    expect(said.code).toBe(0);
  }
  await make(at('ten.mp4'), ...PICTURE, ...SOUND, '-c:v', 'libx264', '-pix_fmt', 'yuv420p10le');
});

async function sheet(args: string): Promise<string> {
  const { code, stdout, stderr } = await framekiln(['sheet', ...args.split(' ')], { cwd: folder });
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' });
  return stdout.toString();
}

const json = async (args: string) => JSON.parse(await sheet(`${args} --json`));
const picture = async (name: string) => {
  const { codec_name, width, height } = (await probe(at(name))).stream;
  return { codec_name, width, height };
};

describe('one input', () => {
  test.each([
    ['doc.json', ''],
    ['b.mp4', ''],
    ['raw.rgb', '--size 320x200'],
  ])('%s: a contact sheet', async (input, options) => {
    const frames = Array.from({ length: 24 }, (_, i) => i);
    const [width, height] = [5 * 324 + 4, 5 * 204 + 4];
    const report = await json(`${input} -o contact.png ${options}`.trim());
    expect(report).toEqual({ output: 'contact.png', kind: 'contact', format: 'png', width, height, frames, notes: [] });
    expect(await picture('contact.png')).toEqual({ codec_name: 'png', width, height });
  });

  test('is the one that inspect draws', async () => {
    await sheet('doc.json -o contact.png');
    expect((await framekiln(['inspect', 'doc.json', '--sheet', 'inspect.png'], { cwd: folder })).code).toBe(0);
    expect(readFileSync(at('contact.png')).equals(readFileSync(at('inspect.png')))).toBe(true);
  });

  test('text says the frames, and what was done to them', async () => {
    const said = await sheet('ten.mp4 -o contact.png --columns 3 --rows 1 --frames 10:40 --threads 1');
    expect(said).toMatch(/^contact\.png: contact sheet, 496x98\n {2}frames 10, 20, 30\n {2}note: .*10-bit/);
    expect(await sheet('doc.json -o contact.png --quiet')).toBe('');
  });

  test('a document: its complexity as SVG', async () => {
    expect(await json('doc.json -o doc.SVG')).toEqual({
      output: 'doc.SVG',
      kind: 'document',
      format: 'svg',
      frames: 24,
    });
    const svg = readFileSync(at('doc.SVG'), 'utf8');
    expect(svg).toContain('>doc.json</text>');
    expect(svg).toContain('>320x200, 24 frames</text>');
    await sheet('doc.json -o doc.svg --frames 5:17');
    expect(readFileSync(at('doc.svg'), 'utf8')).toMatch(/>320x200, 12 frames<.*>6<.*>16</s);
  });
});

describe('two inputs', () => {
  test('a difference sheet', async () => {
    const frames = [0, 4, 8, 12, 16, 20];
    const size = { width: 3 * 324 + 4, height: 6 * 204 + 4 };
    const report = await json('doc.json b.mp4 -o d.png --gain 8');
    expect(report).toMatchObject({ kind: 'difference', format: 'png', frames, gain: 8, ...size });
    expect(await picture('d.png')).toEqual({ codec_name: 'png', ...size });
    const said = await sheet('doc.json b.mp4 -o d.png --rows 2');
    expect(said).toMatch(/^d\.png: difference sheet, 976x412\n {2}frames 0, 12: of each A, B, \|A - B\| x 4\n/);
  });

  test('PSNR and SSIM as SVG', async () => {
    const report = await json('doc.json b.mp4 -o m.svg');
    expect(report).toMatchObject({ output: 'm.svg', kind: 'metrics', format: 'svg', frames: 24, identicalFrames: 0 });
    expect(report.psnr).toBeGreaterThan(10);
    const svg = readFileSync(at('m.svg'), 'utf8');
    expect(svg).toContain('>doc.json</text>');
    expect(svg).toContain('>b.mp4 (h264 yuv420p)</text>');
    expect(svg).toContain(`>mean ${report.psnr.toFixed(2)} dB</text>`);
  });

  test('identical clips', async () => {
    expect(await sheet('doc.json same.mkv -o m.svg')).toMatch(
      /^m\.svg: .* 24 frames, on average infinite and 1\.000000\n/,
    );
    expect(readFileSync(at('m.svg'), 'utf8')).toContain('>identical: 24</text>');
  });

  test('different sizes with --resize, different lengths with --frames', async () => {
    for (const output of ['x.png', 'x.svg']) {
      const { frames, notes } = await json(`doc.json other.json -o ${output} --resize --frames 2:8`);
      expect(frames).toEqual(output === 'x.png' ? [2, 3, 4, 5, 6, 7] : 6);
      expect(notes.join()).toContain('other.json is scaled from 160x90 to 320x200');
    }
  });
});

test('standard output takes the picture, standard error the rest', async () => {
  for (const [format, start] of [
    ['png', '\x89PNG'],
    ['svg', '<svg '],
  ] as const) {
    const said = await framekiln(['sheet', 'doc.json', '-o', '-', '--format', format], { cwd: folder });
    expect([said.code, said.stdout.toString('latin1', 0, start.length)]).toEqual([0, start]);
    expect(said.stderr).toMatch(/^-: /);
  }
});

/** Options after `sheet`, and what the message has. */
const REFUSED: [args: string, ...said: string[]][] = [
  ['doc.json -o x.gif', '--output', '.png or .svg', 'x.gif'],
  ['doc.json -o -', '--output', '--format'],
  ['doc.json -o x.png --format pdf', '--format', 'png or svg'],
  ['doc.json -o x.png --gain 4', '--gain', 'two inputs'],
  ['doc.json b.mp4 -o x.svg --gain 4', '--gain', 'PNG'],
  ['doc.json b.mp4 -o x.png --gain 0', 'gain', 'above 0'],
  ['doc.json b.mp4 -o x.png --gain much', '--gain', 'a number'],
  ['doc.json -o x.svg --columns 4', '--columns', 'no columns'],
  ['doc.json -o x.png --columns 21', 'columns', 'from 1 to 20'],
  ['doc.json b.mp4 -o x.svg --rows 4', '--rows', 'no rows'],
  ['doc.json -o x.png --resize', '--resize', 'two inputs'],
  ['doc.json -o x.png --frames 9:3', '--frames', '9:3'],
  ['doc.json -o x.png --frames 20:30', 'range.end', '30'],
  ['raw.rgb -o x.png', '--size', 'WIDTHxHEIGHT'],
  ['b.mp4 -o x.svg', 'a document, or two clips', 'b.mp4', 'contact sheet'],
  ['raw.rgb -o x.svg --size 320x200', 'a document, or two clips', 'raw.rgb'],
  ['doc.json other.json -o x.png', '320x200', '160x90', '--resize'],
  ['doc.json other.json -o x.svg --resize', '24 frames', '30 frames', '--frames'],
  ['none.json -o x.png', 'none.json'],
  ['doc.json -o none/x.png', 'none', 'does not exist'],
];

test.each(REFUSED)('sheet %s', async (args, ...parts) => {
  const before = listing(folder);
  const said = await framekiln(['sheet', ...args.split(' ')], { cwd: folder });
  expect(said).toMatchObject({ code: 2, signal: null });
  expect(said.stdout.toString()).toBe('');
  for (const part of parts) expect(said.stderr).toContain(part);
  expect(listing(folder)).toEqual(before);
});
