// SPDX-License-Identifier: Apache-2.0
// `framekiln measure A B`: what it takes, what it prints, and how it ends.
import * as fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { ENDLESS, scheduled } from '../support/documents.js';
import { listing, temporaryFolder } from '../support/folder.js';
import { framekiln, MAIN, run, type StartOptions, start } from '../support/process.js';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const TEXT = JSON.stringify(scheduled(32, 24, 10, 10));

beforeAll(async () => {
  fs.writeFileSync(at('doc.json'), TEXT);
  fs.writeFileSync(at('wide.json'), JSON.stringify(scheduled(48, 24, 10, 10)));
  fs.writeFileSync(at('longer.json'), JSON.stringify(scheduled(32, 24, 12, 10)));
  fs.writeFileSync(at('tiny.json'), JSON.stringify(scheduled(6, 24, 10, 10)));
  fs.writeFileSync(at('endless.json'), JSON.stringify(ENDLESS));
  fs.mkdirSync(at('folder'));
  for (const [name, ...options] of [['b.mp4', '--crf', '40'], ['same.mkv', '--lossless'], ['same.rgb']] as const) {
    expect((await framekiln(['render', 'doc.json', '-o', name, '--quiet', ...options], { cwd: folder })).code).toBe(0);
  }
  // The eleventh byte of the fourth frame.
  const pixels = fs.readFileSync(at('same.rgb'));
  pixels[32 * 24 * 3 * 3 + 10] = (pixels[32 * 24 * 3 * 3 + 10] as number) ^ 1;
  fs.writeFileSync(at('one.rgb'), pixels);
  for (const name of ['b.mp4', 'same.mkv']) fs.copyFileSync(at(name), at(name.replace('.', '-')));
});

function measure(args: string, options: StartOptions = {}) {
  return framekiln(['measure', ...args.split(' ')], { cwd: folder, ...options });
}

/** What it prints; it must not complain. */
async function measured(args: string, options: StartOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await measure(args, options);
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' });
  return stdout.toString();
}

async function json(args: string, options: StartOptions = {}) {
  const text = await measured(`${args} --json`, options);
  expect(text.endsWith('}\n')).toBe(true);
  return JSON.parse(text);
}

const IDENTICAL = `10 frames of 32x24
PSNR            infinite (infinite to infinite; of all frames together infinite)
                every frame is identical
SSIM            1.000000 (1.000000 to 1.000000)
`;

describe('what the files are', () => {
  beforeAll(() => {
    fs.writeFileSync(at('marked'), `\ufeff \r\n\t${TEXT}`);
    fs.writeFileSync(at('spaced.txt'), ' '.repeat(300) + TEXT);
    fs.writeFileSync(at('zipped'), gzipSync(TEXT));
    fs.writeFileSync(at('zipped.JSON.GZ'), gzipSync(TEXT));
    fs.writeFileSync(at('plain.json.gz'), TEXT);
  });

  test.each([
    ...['doc.json', 'marked', 'spaced.txt', 'zipped', 'zipped.JSON.GZ', 'plain.json.gz', 'same.mkv', 'same-mkv'],
    'same.rgb --size 32x24',
  ])('%s', async (name) => {
    expect(await measured(`doc.json ${name}`)).toBe(IDENTICAL);
  });

  test('standard input is a document, on either side', async () => {
    const input = Buffer.from(TEXT);
    expect(await measured('- same.mkv', { input })).toBe(IDENTICAL);
    expect(await measured('same.mkv -', { input: gzipSync(TEXT) })).toBe(IDENTICAL);
  });

  test("a document from another program's output", async () => {
    const command = `"${process.execPath}" "${MAIN}" measure <(cat doc.json) same.mkv`;
    const { stdout, stderr } = await run('bash', ['-c', command], { cwd: folder });
    expect([stdout.toString(), stderr]).toEqual([IDENTICAL, '']);
  });
});

describe('what it prints', () => {
  test('text', async () => {
    const number = String.raw`\d+\.\d{4} dB`;
    const ratio = String.raw`[01]\.\d{6}`;
    expect(await measured('doc.json b.mp4 --luma bt709')).toMatch(
      new RegExp(
        `^10 frames of 32x24\n` +
          `PSNR {12}${number} \\(${number} to ${number}; of all frames together ${number}\\)\n` +
          `SSIM {12}${ratio} \\(${ratio} to ${ratio}\\)\n` +
          `PSNR bt709 {6}${number} \\(${number} to ${number}; together ${number}\\)\n` +
          `SSIM bt709 {6}${ratio} \\(${ratio} to ${ratio}\\)\n$`,
      ),
    );
  });

  test('text, when some frames are identical', async () => {
    const decibels = (10 * Math.log10(255 * 255 * 32 * 24 * 3)).toFixed(4);
    const pooled = (10 * Math.log10(255 * 255 * 32 * 24 * 3 * 10)).toFixed(4);
    expect(await measured('doc.json one.rgb --size 32x24')).toContain(
      `PSNR            infinite (${decibels} dB to infinite; of all frames together ${pooled} dB)\n` +
        `                9 identical frames; the others have ${decibels} dB on average\n`,
    );
  });

  test('JSON, without anything infinite', async () => {
    const report = await json('doc.json one.rgb --size 32x24');
    expect(report).toMatchObject({
      ...{ frames: 10, width: 32, height: 24, notes: [] },
      psnr: { mean: null, max: null, identicalFrames: 9 },
      ssim: { max: 1 },
    });
    expect(report.psnr.perFrame.map((value: number | null) => value === null)).toEqual([
      ...[true, true, true, false, true, true, true, true, true, true],
    ]);
    expect(report.ssim.perFrame).toHaveLength(10);
  });

  test('every frame as CSV', async () => {
    await measured('doc.json one.rgb --size 32x24 --per-frame all.csv --luma bt601');
    const { psnr, ssim, luma } = await json('doc.json one.rgb --size 32x24 --luma bt601');
    const [head, ...rows] = fs.readFileSync(at('all.csv'), 'utf8').split('\n');
    expect(head).toBe('frame,psnr_db,ssim,psnr_bt601_luma_db,ssim_bt601_luma');
    expect(rows.pop()).toBe('');
    const wanted = psnr.perFrame.map((_: unknown, i: number) => [
      ...[i, psnr.perFrame[i] ?? 'inf', ssim.perFrame[i]],
      ...[luma.psnr.perFrame[i] ?? 'inf', luma.ssim.perFrame[i]],
    ]);
    expect(rows).toEqual(wanted.map((row: unknown[]) => row.join(',')));
    expect(rows.filter((row) => row.includes('inf'))).not.toHaveLength(0);
  });

  test('CSV on standard output; the rest then goes where errors go', async () => {
    const { code, stdout, stderr } = await measure('doc.json b.mp4 --frames 2:5 --per-frame - --quiet');
    expect(code).toBe(0);
    expect(stdout.toString()).toMatch(/^frame,psnr_db,ssim\n2,[\d.]+,[\d.]+\n3,[\d.]+,[\d.]+\n4,[\d.]+,[\d.]+\n$/);
    expect(stderr).toMatch(/^3 frames of 32x24\nPSNR /);
  });

  test('parts, and clips of several lengths', async () => {
    const all = await json('doc.json b.mp4');
    expect((await json('doc.json b.mp4 --frames 2:5')).psnr.perFrame).toEqual(all.psnr.perFrame.slice(2, 5));
    expect((await json('doc.json b.mp4 --frames :4')).psnr.perFrame).toEqual(all.psnr.perFrame.slice(0, 4));
    expect((await json('doc.json b.mp4 --frames 7')).psnr.perFrame).toEqual(all.psnr.perFrame.slice(7, 8));
    expect(await json('doc.json longer.json --frames 0:10')).toMatchObject({ frames: 10 });
  });

  test('scaled, and says so', async () => {
    expect(await measured('doc.json wide.json --resize')).toContain(
      'note            wide.json is scaled from 48x24 to 32x24 (OpenCV INTER_LINEAR).\n',
    );
  });

  test('the same with any number of threads', async () => {
    const one = await json('doc.json b.mp4 --threads 1');
    expect(await json('doc.json b.mp4 --threads 4')).toEqual(one);
    const env = { ...process.env, FRAMEKILN_THREADS: '2' };
    expect(await json('doc.json b.mp4', { env })).toEqual(one);
  });
});

describe('what it refuses', () => {
  beforeAll(() => {
    fs.writeFileSync(at('no.json'), 'no JSON');
    fs.writeFileSync(at('hollow'), '');
    fs.writeFileSync(at('empty.rgb'), '');
    fs.writeFileSync(at('broken.json'), '{"version": "1.0", ');
    fs.writeFileSync(at('cut.mp4'), fs.readFileSync(at('b.mp4')).subarray(0, -100));
  });

  test.each<[string, RegExp]>([
    ['doc.json missing.mp4', /^framekiln: Cannot read missing\.mp4: it does not exist\n/],
    ['missing.json doc.json', /^framekiln: Cannot read missing\.json: it does not exist\n/],
    ['doc.json folder', /^framekiln: Cannot read folder: it is a directory\n/],
    ['doc.json no.json', /^framekiln: no.json: The document is not JSON/],
    ['doc.json broken.json', /^framekiln: broken.json: The document is not JSON/],
    ['doc.json hollow', /^framekiln: .*empty/],
    ['doc.json cut.mp4', /^framekiln: .*(cut short|no index)/],
    ['doc.json wide.json', /^framekiln: The sizes differ: doc\.json has .* of 32x24, wide\.json has .* of 48x24\n/],
    ['doc.json longer.json', /^framekiln: The lengths differ: doc\.json has 10 frames .*, longer\.json has 12 frames/],
    ['tiny.json tiny.json', /^framekiln: Frames of 6x24 are too small for SSIM, whose window is 7x7\n/],
    ['doc.json same.rgb', /^framekiln: Expected WIDTHxHEIGHT.* for --size but received nothing\n/],
    ['doc.json same.rgb --size 32', /--size but received "32"\n/],
    ['doc.json same.mkv --opencv --matrix bt709', /nothing beside --opencv, which always takes BT.601 for --matrix/],
    ['doc.json same.mkv --matrix bt2020', /Expected one of bt709, bt601 for matrix but received "bt2020"/],
    ['doc.json same.rgb --size 31x24', /23040 bytes, which are no whole frames of 31x24\n/],
    ['doc.json empty.rgb --size 32x24', /empty\.rgb has 0 bytes/],
    ['doc.json b.mp4 --luma bt2020', /^framekiln: Expected one of bt709, bt601 for .*luma but received "bt2020"\n/],
    ['doc.json b.mp4 --frames 5:5', /--frames/],
    ['doc.json b.mp4 --frames 3:900', /received 900\n/],
    ['doc.json b.mp4 --frames 3:', /for --frames but received "3:"\n/],
    ['doc.json b.mp4 --frames x', /--frames but received "x"\n/],
    ['doc.json b.mp4 --threads 0', /threads but received 0\n/],
    ['doc.json b.mp4 --per-frame folder', /^framekiln: Cannot write folder: it is a directory\n/],
    ['doc.json b.mp4 --per-frame no/where.csv', /^framekiln: Cannot write no\/where\.csv: /],
    ['- -', /standard input/],
    ['doc.json', /missing required argument 'B'/],
    ['doc.json b.mp4 c.mp4', /too many arguments/],
  ])('%s', async (args, message) => {
    const before = listing(folder);
    const { code, stdout, stderr } = await measure(args);
    expect({ args, code, stdout: stdout.toString() }).toEqual({ args, code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(listing(folder)).toEqual(before);
  });

  test('which of two files it is', async () => {
    for (const bad of ['hollow', 'no.json', 'cut.mp4']) {
      for (const args of [`${bad} b.mp4`, `b.mp4 ${bad}`]) expect((await measure(args)).stderr).toContain(bad);
    }
  });

  test('in JSON, on demand', async () => {
    const { code, stderr } = await measure('doc.json wide.json --json');
    expect([code, JSON.parse(stderr)]).toEqual([2, { error: expect.objectContaining({ code: 'NOT_COMPARABLE' }) }]);
  });
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s: exit 130, and no CSV', async (signal) => {
  const before = listing(folder);
  const args = ['measure', 'endless.json', 'endless.json', '--per-frame', 'half.csv'];
  const { child, ended } = start(process.execPath, [MAIN, ...args], { cwd: folder });
  // The addon is loaded after the command has begun to listen to signals.
  while (!fs.readFileSync(`/proc/${child.pid}/maps`, 'utf8').includes('framekiln.node')) await wait(10);
  child.kill(signal);
  const { code, stdout, stderr } = await ended;
  expect({ code, stdout: stdout.toString(), stderr }).toEqual({
    ...{ code: 130, stdout: '', stderr: 'framekiln: interrupted\n' },
  });
  expect(listing(folder)).toEqual(before);
});
