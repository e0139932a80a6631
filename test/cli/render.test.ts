// SPDX-License-Identifier: Apache-2.0
// `framekiln render`: every kind of output, judged by FFmpeg and by the original generator's hashes.
import * as fs from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { differingFrames, golden, scheduled, sha256 } from '../support/documents.js';
import { decode, probe } from '../support/ffmpeg.js';
import { listing, temporaryFolder } from '../support/folder.js';
import { framekiln, type StartOptions } from '../support/process.js';

const folder = temporaryFolder();
const SMALL = golden('edges_320x200');
const ODD = golden('odd_641x359');
const at = (name: string): string => join(folder, name);

/** Runs it, expects success, and gives what it said. */
async function render(args: string, options: StartOptions = {}) {
  const said = await framekiln(['render', ...args.split(' ')], { cwd: folder, ...options });
  expect({ code: said.code, stderr: said.stderr }).toEqual({ code: 0, stderr: '' });
  return said.stdout;
}

describe('videos', () => {
  test.each([
    ['out.mp4', '', 'h264', 'High', 'mov,mp4,m4a,3gp,3g2,mj2'],
    ['OUT.MP4', '--crf 30 --preset ultrafast --segment 0.5', 'h264', 'Constrained Baseline', 'mov,mp4,m4a,3gp,3g2,mj2'],
    ['out.mkv', '--device cpu --encoder software --codec h264', 'h264', 'High', 'matroska,webm'],
    ['444.mp4', '--chroma 444', 'h264', 'High 4:4:4 Predictive', 'mov,mp4,m4a,3gp,3g2,mj2'],
    ['lossless.mkv', '--lossless', 'h264', 'High 4:4:4 Predictive', 'matroska,webm'],
    ['recorded.mp4', '--as-recorded', 'mpeg4', 'Simple Profile', 'mov,mp4,m4a,3gp,3g2,mj2'],
    ['odd.name', '--format mp4', 'h264', 'High', 'mov,mp4,m4a,3gp,3g2,mj2'],
  ])('%s %s', async (name, options, codec_name, profile, format_name) => {
    const said = await render(`${SMALL.path} -o ${name} ${options}`.trim());
    expect(said.toString()).toMatch(new RegExp(`^${name}: 24 frames, 320x200, .* frames/s`));
    const { stream, format } = await probe(at(name));
    expect(stream).toMatchObject({ codec_name, profile, width: 320, height: 200, nb_read_frames: '24' });
    expect(format.format_name).toBe(format_name);
  });

  test('an existing file is replaced, with no other left beside it', async () => {
    fs.writeFileSync(at('old.mp4'), 'old');
    const before = fs.readdirSync(folder);
    await render(`${SMALL.path} -o old.mp4 --quiet`);
    expect((await probe(at('old.mp4'))).stream.nb_read_frames).toBe('24');
    expect(fs.readdirSync(folder)).toEqual(before);
  });

  test.each([
    ['0:24', 24],
    ['3:9', 6],
    ['20:', 4],
    [':5', 5],
    ['23', 1],
    ['0', 1],
  ])('--frames %s', async (frames, count) => {
    await render(`${SMALL.path} -o part.mp4 --frames ${frames}`);
    expect((await probe(at('part.mp4'))).stream.nb_read_frames).toBe(String(count));
  });
});

describe('raw frames', () => {
  test.each([
    ['all.rgb', '', 0, 24],
    ['some.rgb', '--frames 5:17 --threads 3', 5, 17],
    ['any.raw', '--format rgb24 --frames 23', 23, 24],
  ])('%s %s: every frame is the original', async (name, options, start, end) => {
    await render(`${ODD.path} -o ${name} ${options}`.trim());
    const bytes = fs.readFileSync(at(name));
    expect(bytes.length).toBe((end - start) * 641 * 359 * 3);
    expect(differingFrames(bytes, ODD.sha256.slice(start, end), 641 * 359 * 3)).toEqual([]);
  });

  test('nv12, yuv and y4m are the same frames, in the layout that FFmpeg expects', async () => {
    for (const name of ['all.nv12', 'all.yuv', 'all.y4m']) await render(`${ODD.path} -o ${name}`);
    const i420 = fs.readFileSync(at('all.yuv'));
    expect(i420.length).toBe(24 * (641 * 359 + 2 * 321 * 180));
    const y4m = await decode(at('all.y4m'), 'yuv420p');
    expect(y4m.equals(i420)).toBe(true);
    expect((await decode(at('all.y4m'), 'nv12')).equals(fs.readFileSync(at('all.nv12')))).toBe(true);
    const { stream } = await probe(at('all.y4m'));
    expect(stream).toMatchObject({
      width: 641,
      height: 359,
      r_frame_rate: '30000/1001',
      pix_fmt: 'yuv420p',
      nb_read_frames: '24',
      color_range: 'tv',
      chroma_location: 'center',
    });
  });

  test('y4m 444 is what a lossless 444 video decodes to', async () => {
    await render(`${SMALL.path} -o full.y4m --chroma 444`);
    await render(`${SMALL.path} -o full.mp4 --chroma 444 --crf 0`);
    expect((await decode(at('full.y4m'), 'yuv444p')).equals(await decode(at('full.mp4'), 'yuv444p'))).toBe(true);
  });
});

describe('pictures', () => {
  test('one', async () => {
    await render(`${SMALL.path} -o one.png --frames 7`);
    expect(sha256(await decode(at('one.png'), 'rgb24'))).toBe(SMALL.sha256[7]);
  });

  test.each([
    ['%d', (i: number) => `${i}`],
    ['%04d', (i: number) => String(i).padStart(4, '0')],
  ])('numbered by %s', async (pattern, number) => {
    await render(`${SMALL.path} -o p-${pattern}.png --frames 8:12`);
    const wrong: number[] = [];
    for (let i = 8; i < 12; i++) {
      const picture = await decode(at(`p-${number(i)}.png`), 'rgb24');
      if (sha256(picture) !== SMALL.sha256[i]) wrong.push(i);
    }
    expect(wrong).toEqual([]);
  });
});

describe('standard input and output', () => {
  test.each([
    ['json', SMALL.bytes],
    ['gzip', gzipSync(SMALL.bytes)],
  ])('%s in, raw frames out', async (_, input) => {
    const before = listing(folder);
    const said = await framekiln(['render', '-', '-o', '-', '--format', 'rgb24'], { cwd: folder, input });
    expect(said.code).toBe(0);
    expect(differingFrames(said.stdout, SMALL.sha256, 320 * 200 * 3)).toEqual([]);
    expect(said.stdout.length).toBe(24 * 320 * 200 * 3);
    expect(said.stderr).toMatch(/^-: 24 frames, 320x200/);
    expect(listing(folder)).toEqual(before);
  });

  test.each(['mp4', 'mkv', 'y4m', 'nv12', 'i420', 'png'])('%s out: the same bytes as to a file', async (format) => {
    const options = format === 'png' ? ['--frames', '3'] : [];
    const args = ['render', SMALL.path, '--format', format, '--quiet', ...options];
    const said = await framekiln([...args, '-o', '-'], { cwd: folder });
    expect({ code: said.code, stderr: said.stderr }).toEqual({ code: 0, stderr: '' });
    await framekiln([...args, '-o', 'same.bytes'], { cwd: folder });
    expect(said.stdout.equals(fs.readFileSync(at('same.bytes')))).toBe(true);
  });
});

describe('the report', () => {
  test.each(['r.mp4', 'r.rgb'])('--json for %s', async (name) => {
    const said = await render(`${SMALL.path} -o ${name} --json --threads 2`);
    const report = JSON.parse(said.toString());
    expect(said.toString().split('\n').length).toBe(2);
    expect(report).toMatchObject({ output: name, frames: 24, width: 320, height: 200, threads: 2 });
    expect(report.bytes).toBe(fs.statSync(at(name)).size);
    expect(report.framesDigest).toMatch(/^(nv12|rgb24)-xxh3-sha256:[0-9a-f]{64}$/);
    expect(report.renderer).toMatch(/^cpu-/);
    expect(report.seconds).toBeGreaterThan(0);
    expect(report.framesPerSecond).toBeCloseTo(24 / report.seconds, 3);
    if (name.endsWith('.rgb')) return expect(report.format).toBe('rgb24');
    expect(report).toMatchObject({ rate: '30/1', duration: 0.8, container: 'mp4', codec: 'h264_420', crf: 23 });
    expect(report).toMatchObject({ preset: 'veryfast', segments: 1, colour: { chroma: '4:2:0' } });
  });

  test('--json beside frames on standard output goes to standard error', async () => {
    const args = ['render', SMALL.path, '-o', '-', '--format', 'nv12', '--json'];
    const said = await framekiln(args);
    expect(JSON.parse(said.stderr)).toMatchObject({ output: '-', bytes: said.stdout.length });
  });

  test('--quiet says nothing; FRAMEKILN_CPU chooses the level, not the bytes', async () => {
    fs.writeFileSync(at('doc.json'), JSON.stringify(scheduled(64, 36, 20)));
    expect((await render('doc.json -o q.mp4 --quiet')).toString()).toBe('');
    const env = { ...process.env, FRAMEKILN_CPU: 'reference' };
    const report = JSON.parse((await render('doc.json -o c.mp4 --json', { env })).toString());
    expect(report.renderer).toBe('cpu-reference');
    expect(fs.readFileSync(at('q.mp4')).equals(fs.readFileSync(at('c.mp4')))).toBe(true);
  });
});
