// SPDX-License-Identifier: Apache-2.0
// Inputs that cannot be read and outputs that cannot be written.
import * as fs from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scheduled } from '../support/documents.js';
import { listing, temporaryFolder } from '../support/folder.js';
import { type Ended, framekiln, MAIN, run } from '../support/process.js';

const folder = temporaryFolder();
const ROOT_USER = process.getuid?.() === 0;

beforeAll(() => {
  fs.writeFileSync(join(folder, 'doc.json'), JSON.stringify(scheduled(320, 180, 60)));
  fs.writeFileSync(join(folder, 'secret.json'), '{}', { mode: 0o600 });
  fs.mkdirSync(join(folder, 'locked'), { mode: 0o755 });
  fs.mkdirSync(join(folder, 'folder.mp4'));
  fs.chmodSync(folder, 0o755);
  if (ROOT_USER) return;
  fs.chmodSync(join(folder, 'secret.json'), 0);
  fs.chmodSync(join(folder, 'locked'), 0o555);
});
afterAll(() => fs.chmodSync(join(folder, 'locked'), 0o755));

/** As a user that owns none of the files. */
function asNobody(args: string[]): Promise<Ended> {
  if (!ROOT_USER) return framekiln(args, { cwd: folder });
  const user = ['--reuid=65534', '--regid=65534', '--clear-groups'];
  return run('setpriv', [...user, process.execPath, MAIN, ...args], { cwd: folder });
}

function expectRefused(said: Ended, message: RegExp): void {
  expect(said).toMatchObject({ code: 2, signal: null });
  expect(said.stderr).toMatch(message);
  expect(said.stderr).toMatch(/^framekiln: [^\n]*\n {2}[A-Z][^\n]*\.\n$/);
  expect(said.stdout.toString()).toBe('');
}

test.each([
  ['missing.json', /Cannot read missing\.json: it does not exist/],
  ['locked', /Cannot read locked: it is a directory/],
  ['doc.json/x', /Cannot read doc\.json\/x: /],
])('the input %s', async (input, message) => {
  const before = listing(folder);
  expectRefused(await framekiln(['render', input, '-o', 'out.mp4'], { cwd: folder }), message);
  expectRefused(await framekiln(['inspect', input], { cwd: folder }), message);
  expect(listing(folder)).toEqual(before);
});

test('an input without permission', async () => {
  const said = await asNobody(['inspect', 'secret.json']);
  expectRefused(said, /Cannot read secret\.json: no permission/);
});

test.each([
  ['nowhere/out.mp4', /Cannot write nowhere\/out\.mp4: the folder .*nowhere does not exist/],
  ['doc.json/out.mp4', /Cannot write doc\.json\/out\.mp4: /],
  ['folder.mp4', /Cannot write folder\.mp4: it is a directory/],
  [`${'n'.repeat(300)}.mp4`, /Cannot write n+\.mp4: .*long/],
])('the output %s is refused before any work', async (output, message) => {
  const before = listing(folder);
  expectRefused(await framekiln(['render', 'doc.json', '-o', output], { cwd: folder }), message);
  expect(listing(folder)).toEqual(before);
});

test.each(['locked/out.mp4', 'locked/out.rgb', 'locked/%d.png', 'locked/sheet.png'])(
  'an output without permission: %s',
  async (output) => {
    const before = listing(folder);
    const sheet = output.includes('sheet');
    const args = sheet ? ['inspect', 'doc.json', '--sheet', output] : ['render', 'doc.json', '-o', output];
    expectRefused(await asNobody(args), /Cannot write locked\/.*: no permission to write in .*locked/);
    expect(listing(folder)).toEqual(before);
  },
);

describe('a full disk', () => {
  const disk = join(folder, 'disk');
  let reason: string | undefined;

  beforeAll(async () => {
    fs.mkdirSync(disk);
    const mounted = ROOT_USER && (await run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]));
    if (!mounted) reason = 'only root may mount a small file system';
    else if (mounted.code !== 0) reason = `mounting is not allowed here: ${mounted.stderr.trim()}`;
  });
  afterAll(async () => {
    if (reason === undefined) await run('umount', [disk]);
  });

  test.each(['disk/out.mp4', 'disk/out.rgb', 'disk/out.y4m', 'disk/%d.png'])('%s', async (output) => {
    if (reason !== undefined) return expectNoSpace(['render', 'doc.json', '-o', '/dev/full', '--format', 'rgb24']);
    fs.writeFileSync(join(disk, 'out.mp4'), 'mine');
    await expectNoSpace(['render', 'doc.json', '-o', output]);
    const left = fs.readdirSync(disk).filter((name) => !name.endsWith('.png'));
    expect(left).toEqual(['out.mp4']);
    expect(fs.readFileSync(join(disk, 'out.mp4'), 'utf8')).toBe('mine');
    for (const name of fs.readdirSync(disk)) fs.rmSync(join(disk, name));
  });

  test.each(['rgb24', 'mp4'])('/dev/full as %s', async (format) => {
    await expectNoSpace(['render', 'doc.json', '-o', '/dev/full', '--format', format]);
    expect(fs.statSync('/dev/full').isCharacterDevice()).toBe(true);
  });

  async function expectNoSpace(args: string[]): Promise<void> {
    const said = await framekiln(args, { cwd: folder });
    expect(said.code === 1 || said.code === 2, `exit code ${said.code}`).toBe(true);
    // An error of ours, in one sentence: neither the bare `Error:` of somebody else's nor its stack.
    expect(said.stderr).toMatch(/^framekiln: (?!\w*Error:)[^\n]*(ENOSPC|no space left)/i);
    expect(said.stderr).not.toMatch(/^\s+at /m);
    const { stderr } = await framekiln([...args, '--json'], { cwd: folder });
    expect(JSON.parse(stderr).error).toMatchObject({ code: 'IO' });
  }
});
