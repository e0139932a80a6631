// SPDX-License-Identifier: Apache-2.0
// Outputs that are no ordinary file, and readers that go away.
import * as fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ENDLESS, golden, scheduled } from '../support/documents.js';
import { probe } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/folder.js';
import { framekiln, MAIN, run, start } from '../support/process.js';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
fs.writeFileSync(at('doc.json'), JSON.stringify(scheduled(64, 36, 10)));
fs.writeFileSync(at('endless.json'), JSON.stringify(ENDLESS));

test.each(['mp4', 'rgb24', 'png'])('/dev/null stays a device (%s)', async (format) => {
  const before = fs.statSync('/dev/null');
  const args = ['render', 'doc.json', '-o', '/dev/null', '--format', format, '--frames', '3'];
  expect(await framekiln(args, { cwd: folder })).toMatchObject({ code: 0, stderr: '' });
  const after = fs.statSync('/dev/null');
  expect([after.isCharacterDevice(), after.rdev, after.ino]).toEqual([true, before.rdev, before.ino]);
});

test.each([
  ['mp4', 'link.mp4'],
  ['raw', 'link.rgb'],
])('through a symbolic link the file behind it is replaced: %s', async (_, name) => {
  fs.mkdirSync(at('behind'), { recursive: true });
  fs.writeFileSync(at(`behind/${name}`), 'old');
  fs.symlinkSync(join('behind', name), at(name));
  expect((await framekiln(['render', 'doc.json', '-o', name], { cwd: folder })).code).toBe(0);
  expect(fs.lstatSync(at(name)).isSymbolicLink()).toBe(true);
  expect(fs.readlinkSync(at(name))).toBe(join('behind', name));
  expect(fs.statSync(at(`behind/${name}`)).size).toBeGreaterThan(100);
  expect(fs.readdirSync(at('behind')).filter((file) => file.startsWith('.'))).toEqual([]);
});

test('a link to nothing', async () => {
  fs.symlinkSync('not-there-yet.mp4', at('dangling.mp4'));
  expect((await framekiln(['render', 'doc.json', '-o', 'dangling.mp4'], { cwd: folder })).code).toBe(0);
  expect((await probe(at('dangling.mp4'))).stream.nb_read_frames).toBe('10');
});

test('a folder reached through a link', async () => {
  fs.mkdirSync(at('real'));
  fs.symlinkSync('real', at('alias'));
  expect((await framekiln(['render', 'doc.json', '-o', 'alias/a.mp4'], { cwd: folder })).code).toBe(0);
  expect(fs.readdirSync(at('real'))).toEqual(['a.mp4']);
});

test.each(['mp4', 'rgb24'])('a FIFO gets what a file would (%s)', async (format) => {
  const fifo = at(`fifo-${format}`);
  expect((await run('mkfifo', [fifo])).code).toBe(0);
  const reader = run('cat', [fifo]);
  const args = ['render', 'doc.json', '--format', format, '-o'];
  expect(await framekiln([...args, fifo], { cwd: folder })).toMatchObject({ code: 0, stderr: '' });
  await framekiln([...args, 'plain'], { cwd: folder });
  expect((await reader).stdout.equals(fs.readFileSync(at('plain')))).toBe(true);
  expect(fs.statSync(fifo).isFIFO()).toBe(true);
});

test('a document from a FIFO', async () => {
  expect((await run('mkfifo', [at('in')])).code).toBe(0);
  const writer = run('cp', [golden('tiny_2x2').path, at('in')]);
  const said = await framekiln(['inspect', at('in'), '--json']);
  await writer;
  expect(JSON.parse(said.stdout.toString())).toMatchObject({ width: 2, frames: 8 });
});

test.each([
  ['rgb24', 100],
  ['y4m', 100_000],
  ['nv12', 5_000_000],
])('a reader of %s that leaves after %d bytes ends the work, without a stack trace', async (format, bytes) => {
  const shell = `"$0" "$1" render endless.json -o - --format ${format} | head -c ${bytes} | wc -c; echo \${PIPESTATUS[0]}`;
  const said = await run('bash', ['-c', shell, process.execPath, MAIN], { cwd: folder });
  const [count, code] = said.stdout.toString().trim().split('\n');
  expect([Number(count), Number(code)]).toEqual([bytes, expect.toBeOneOf([1, 2, 130])]);
  expect(said.stderr).not.toMatch(/^\s+at |EPIPE|Error:/m);
});

test('a reader of the report that leaves at once', async () => {
  for (const command of ['render doc.json -o out.mp4 --json', 'inspect doc.json', 'doctor', '--help']) {
    const { child, ended } = start(process.execPath, [MAIN, ...command.split(' ')], { cwd: folder });
    child.stdout?.destroy();
    const { signal, stderr } = await ended;
    expect([command, signal]).toEqual([command, null]);
    expect(stderr).not.toMatch(/^\s+at /m);
  }
  expect(fs.readdirSync(folder).filter((name) => name.startsWith('.framekiln'))).toEqual([]);
});
