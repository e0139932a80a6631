// SPDX-License-Identifier: Apache-2.0
// inspect, doctor, help and version.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { golden, SMALL_GOLDENS } from '../support/documents.js';
import { probe } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/folder.js';
import { framekiln, ROOT } from '../support/process.js';

const folder = temporaryFolder();
const FAMILIES = golden('families_640x360');

async function say(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await framekiln(args, { cwd: folder });
  expect([args, code, stderr]).toEqual([args, 0, '']);
  return stdout.toString();
}

describe('inspect', () => {
  test('text', async () => {
    const text = await say('inspect', FAMILIES.path);
    expect(text).toMatch(/^size +640x360$/m);
    expect(text).toMatch(/^length +60 frames, 2\.0 s at 30\/1 frames\/s$/m);
    expect(text).toMatch(/^families +geometric \d+ .*fractal \d+ .*plasma \d+ .*mandelbrot \d+/m);
    expect(text).toMatch(/^palettes +vibrant 20, pastel 20, monochrome 20$/m);
    expect(text).toMatch(/^parameters +\d+\.\d kbit\/s$/m);
    expect(text).toMatch(/^colour +RGB PSNR before compression: 4:2:0 \d+\.\d dB, 4:4:4 \d+\.\d dB$/m);
  });

  test.each(SMALL_GOLDENS)('--json of %s', async (name) => {
    const { path, width, height, frames, bytes } = golden(name);
    const report = JSON.parse(await say('inspect', path, '--json'));
    expect(report).toMatchObject({ width, height, frames, rawBytes: width * height * 3 * frames });
    expect(report.families.reduce((sum: number, family: { frames: number }) => sum + family.frames, 0)).toBe(frames);
    expect(report.parameterBitsPerSecond).toBeCloseTo((bytes.length * 8) / report.duration, 3);
    expect(report.notes).toBeInstanceOf(Array);
  });

  test.each([
    ['families_640x360', 5 * (320 + 4) + 4, 5 * (180 + 4) + 4, 25],
    ['tiny_17x3', 5 * (17 + 4) + 4, 2 * (3 + 4) + 4, 8],
  ])('--sheet of %s', async (name, width, height, frames) => {
    const file = `${name}.png`;
    const report = JSON.parse(await say('inspect', golden(name).path, '--sheet', file, '--json'));
    expect(report.sheet).toMatchObject({ file, width, height });
    expect(report.sheet.frames.length).toBe(frames);
    expect((await probe(join(folder, file))).stream).toMatchObject({ codec_name: 'png', width, height });
    expect(await say('inspect', golden(name).path, '--sheet', file)).toMatch(/^contact sheet +\S+\.png \(frames 0, /m);
  });

  test('--sheet - writes the picture to standard output, and the rest to standard error', async () => {
    const said = await framekiln(['inspect', FAMILIES.path, '--sheet', '-']);
    expect(said.code).toBe(0);
    expect(said.stdout.toString('latin1', 1, 4)).toBe('PNG');
    expect(said.stderr).toMatch(/^size +640x360$/m);
  });
});

describe('doctor', () => {
  test('text', async () => {
    const text = await say('doctor');
    for (const name of ['framekiln', 'cpu', 'levels', 'gpu', 'libraries', 'encoder']) {
      expect(text).toMatch(new RegExp(`^${name} +\\S`, 'm'));
    }
    expect(text).toMatch(/^encoder +libx264: one frame encoded$/m);
  });

  test('--selftest --json: every level draws every frame', async () => {
    const report = JSON.parse(await say('doctor', '--selftest', '--seed', '7', '--json'));
    expect(report.cpu.levels).toContain(report.cpu.used);
    const gpus = report.gpus.devices.map(({ index }: { index: number }) => `cuda:${index}`);
    expect(report.selftest.map(({ backend }: { backend: string }) => backend)).toEqual([...report.cpu.levels, ...gpus]);
    for (const { backend, golden: original, random, failure } of report.selftest) {
      expect([backend, original.equal, random.equal, failure]).toEqual([
        backend,
        original.tried,
        random.tried,
        undefined,
      ]);
      expect(random.tried).toBeGreaterThanOrEqual(100);
    }
    expect(report.encoder).toEqual({ works: true });
    expect(report.libraries).toHaveProperty('libavcodec');
  });

  test('FRAMEKILN_CPU caps the level', async () => {
    const { stdout } = await framekiln(['doctor', '--json'], { env: { ...process.env, FRAMEKILN_CPU: 'reference' } });
    expect(JSON.parse(stdout.toString()).cpu.used).toBe('reference');
  });
});

const COMMANDS = [
  ...['render', 'inspect', 'measure', 'sheet', 'verify'],
  ...['backfill', 'regenerate', 'publish', 'link', 'doctor', 'demo'],
];

describe('help', () => {
  test.each(COMMANDS)('%s --help, and help %s', async (command) => {
    const text = await say(command, '--help');
    expect(text).toMatch(new RegExp(`^Usage: framekiln ${command} `));
    expect(text).toContain('--json');
    expect(text.split('\n').filter((line) => line.length > 120)).toEqual([]);
    expect(await say('help', command)).toBe(text);
  });

  test('--help lists the commands', async () => {
    const text = await say('--help');
    for (const command of COMMANDS) expect(text).toMatch(new RegExp(`^ +${command} `, 'm'));
  });
});

test('--version', async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(await say('--version')).toBe(`${version}\n`);
});
