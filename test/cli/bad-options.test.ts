// SPDX-License-Identifier: Apache-2.0
// Wrong use: exit 2, one message that names the option, what was expected and what came; nothing is written.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scheduled } from '../support/documents.js';
import { listing, temporaryFolder } from '../support/folder.js';
import { framekiln } from '../support/process.js';

const folder = temporaryFolder();
writeFileSync(join(folder, 'doc.json'), JSON.stringify(scheduled(64, 36, 10)));

/** Options after `render doc.json`, and what the message has. */
const CASES: [args: string, ...said: string[]][] = [
  ['-o out.avi', '--output', 'a file ending in .mp4', '"out.avi"'],
  ['-o out', '--output', 'or --format', '"out"'],
  ['-o -', '--output', 'or --format', '"-"'],
  ['-o out.mp4 --format webm', '--format', 'one of mp4, mkv', '"webm"'],
  ['-o out.mp4 --frames 10', '--frames', 'frames within 0:10', '"10"'],
  ['-o out.mp4 --frames 0:11', '--frames', 'frames within 0:10', '"0:11"'],
  ['-o out.mp4 --frames 5:5', '--frames', 'frames within 0:10', '"5:5"'],
  ['-o out.mp4 --frames 7:3', '--frames', 'frames within 0:10', '"7:3"'],
  ['-o out.mp4 --frames :', '--frames', 'A:B', '":"'],
  ['-o out.mp4 --frames=-3:', '--frames', 'A:B', '"-3:"'],
  ['-o out.mp4 --frames 1.5', '--frames', 'A:B', '"1.5"'],
  ['-o out.mp4 --frames 99999999999', '--frames', 'frames within 0:10', '"99999999999"'],
  ['-o out.rgb --frames 3:99', '--frames', 'frames within 0:10', '"3:99"'],
  ['-o out.png --frames 0:2', '--output', '%d', '"out.png"'],
  ['-o out.mp4 --threads 0', 'threads', 'an integer from 1 to 256', '0'],
  ['-o out.mp4 --threads many', '--threads', 'a number', '"many"'],
  ['-o out.mp4 --crf 0', 'crf', 'a number from 1 to 51', '0'],
  ['-o out.mp4 --crf 52', 'crf', 'a number from 1 to 51', '52'],
  ['-o out.mp4 --crf=', '--crf', 'a number', '""'],
  ['-o out.mp4 --chroma 444 --crf 52', 'crf', 'a number from 0 to 51', '52'],
  ['-o out.mp4 --preset quick', 'preset', 'one of ultrafast', '"quick"'],
  ['-o out.mp4 --chroma 422', '--chroma', '420 or 444', '"422"'],
  ['-o out.mp4 --segment 0.01', 'segment', 'a number from 0.04 to 60', '0.01'],
  ['-o out.mp4 --segment 1e9', 'segment', 'a number from 0.04 to 60', '1000000000'],
  ['-o out.mp4 --device gpu', 'device', 'auto, cpu, cuda or cuda:N', '"gpu"'],
  ['-o out.mp4 --device cuda:x', 'device', 'auto, cpu, cuda or cuda:N', '"cuda:x"'],
  ['-o out.rgb --device=', 'device', 'auto, cpu, cuda or cuda:N', '""'],
  ['-o out.mp4 --encoder x264', 'encoder', 'auto, software or nvenc', '"x264"'],
  ['-o out.mp4 --device cpu --encoder nvenc', 'encoder', 'auto or software (with device cpu)', '"nvenc"'],
  ['-o out.mp4 --chroma 444 --encoder nvenc', '--encoder', 'auto or software (NVENC makes 4:2:0 alone)', '"nvenc"'],
  ['-o out.mp4 --lossless --encoder nvenc', '--encoder', 'auto or software (NVENC makes 4:2:0 alone)', '"nvenc"'],
  ['-o out.mp4 --codec vp9', 'codec', 'one of h264, hevc, av1', '"vp9"'],
  ['-o out.mp4 --codec hevc --chroma 444', 'chroma', '420 (with codec hevc)', '"444"'],
  ['-o out.mp4 --codec hevc --encoder software', 'encoder', 'auto or nvenc (for hevc_420)', '"software"'],
  ['-o out.mp4 --codec av1 --device cpu', 'device', 'auto or cuda (for av1_420)', '"cpu"'],
  ['-o out.mp4 --codec av1 --crf 0', 'crf', 'a number from 1 to 51', '0'],
  ['-o out.mp4 --lossless --codec hevc', 'codec', 'nothing beside lossless', '"hevc"'],
  ['-o out.mp4 --lossless --constant-qp', 'constantQp', 'nothing beside lossless', 'true'],
  ['-o out.mp4 --as-recorded --constant-qp', 'constantQp', 'nothing beside asRecorded', 'true'],
  ['-o out.rgb --constant-qp', '--constant-qp', 'nothing (rgb24 is not encoded)', 'true'],
  ['-o out.mp4 --lossless --as-recorded', 'as-?[rR]ecorded', 'nothing beside', 'true'],
  ['-o out.mp4 --lossless --crf 3', 'crf', 'nothing beside', '3'],
  ['-o out.mp4 --lossless --chroma 444', 'chroma', 'nothing beside', '"444"'],
  ['-o out.mp4 --as-recorded --frames 0:3', '--frames', 'nothing', '"0:3"'],
  ['-o out.mp4 --as-recorded --preset slow', 'preset', 'nothing beside', '"slow"'],
  ['-o out.mkv --as-recorded', 'container', 'mp4', '"matroska"'],
  ['-o out.rgb --crf 20', '--crf', 'nothing (rgb24 is not encoded)', '"20"'],
  ['-o out.y4m --preset slow', '--preset', 'nothing (y4m is not encoded)', '"slow"'],
  ['-o out.png --frames 0 --lossless', '--lossless', 'nothing (png is not encoded)', 'true'],
  ['-o out.nv12 --as-recorded', '--as-recorded', 'nothing (nv12 is not encoded)', 'true'],
  ['-o out.yuv --segment 2', '--segment', 'nothing (i420 is not encoded)', '"2"'],
  ['-o out.yuv --chroma 444', '--chroma', 'nothing (i420 says it already)', '"444"'],
];

test.each(CASES)('render doc.json %s', async (args, name, expected, received) => {
  const before = listing(folder);
  const said = await framekiln(['render', 'doc.json', ...args.split(' ')], { cwd: folder });
  expect(said).toMatchObject({ code: 2, signal: null });
  expect(said.stdout.toString()).toBe('');
  expect(said.stderr).toMatch(/^framekiln: Expected [^\n]*\n$/);
  expect(said.stderr).toContain(expected);
  expect(said.stderr).toMatch(new RegExp(` for (?:--)?${name.replace(/^--/, '')}\\w* but received `));
  expect(said.stderr).toContain(`but received ${received}\n`);
  expect(listing(folder)).toEqual(before);
});

test.each([
  ['', /Usage: framekiln/],
  ['rendre doc.json', /unknown command 'rendre'.*render/s],
  ['render', /missing required argument 'document'|required option/],
  ['render doc.json', /required option '-o, --output <file>' not specified/],
  ['render doc.json -o out.mp4 extra', /too many arguments/],
  ['render doc.json -o out.mp4 --qiet', /unknown option '--qiet'.*--quiet/s],
  ['render doc.json -o', /argument missing/],
  ['inspect', /missing required argument 'document'/],
  ['doctor now', /too many arguments/],
  ['doctor --selftest --seed x', /Expected a number for --seed but received "x"/],
])('framekiln %s', async (args, message) => {
  const before = listing(folder);
  const said = await framekiln(args.split(' ').filter(Boolean), { cwd: folder });
  expect(said).toMatchObject({ code: 2, signal: null });
  expect(said.stderr).toMatch(message);
  expect(said.stderr).not.toMatch(/^\s+at /m);
  expect(said.stdout.toString()).toBe('');
  expect(listing(folder)).toEqual(before);
});

test('FRAMEKILN_CPU must be a level', async () => {
  const env = { ...process.env, FRAMEKILN_CPU: 'turbo' };
  for (const args of ['render doc.json -o out.mp4', 'inspect doc.json', 'doctor']) {
    const said = await framekiln(args.split(' '), { cwd: folder, env });
    expect([args, said.code]).toEqual([args, 2]);
    expect(said.stderr).toBe(
      'framekiln: Expected one of reference, baseline, avx2, avx512 for FRAMEKILN_CPU but received "turbo"\n',
    );
  }
});
