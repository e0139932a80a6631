// SPDX-License-Identifier: Apache-2.0
// On a terminal a progress line is drawn, and gone at the end.
import * as fs from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { ENDLESS, scheduled } from '../support/documents.js';
import { temporaryFolder } from '../support/folder.js';
import { framekiln, MAIN, run, start } from '../support/process.js';

const folder = temporaryFolder();
fs.writeFileSync(join(folder, 'doc.json'), JSON.stringify(scheduled(640, 360, 150)));
fs.writeFileSync(join(folder, 'endless.json'), JSON.stringify(ENDLESS));
const HAS_SCRIPT = fs.existsSync('/usr/bin/script');
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const command = (args: string): string => `${quoted(process.execPath)} ${quoted(MAIN)} ${args}`;

beforeEach((context) => {
  if (!HAS_SCRIPT) context.skip('no script (bsdutils) to make a terminal');
});

/** What a terminal shows at the end: the line's ends and clearings carried out. */
function screen(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replace(/\r$/, '').split('\r').at(-1)?.split('\u001b[K').at(-1) ?? '')
    .join('\n');
}

test('render draws a bar with frames/s and ETA, and clears it', async () => {
  const said = await run('script', ['-qec', command('render doc.json -o out.mp4'), '/dev/null'], { cwd: folder });
  const text = said.stdout.toString();
  expect(said.code).toBe(0);
  expect(text).toMatch(/\r\[[#.]{24}\] \d+\/150 frames, \d+\.\d frames\/s, ETA [\d:]+( s)?/);
  expect(text).toContain(`[${'#'.repeat(24)}] 150/150 frames`);
  expect(screen(text)).toMatch(/^out\.mp4: 150 frames/);
  expect(screen(text)).not.toContain('[');
});

test('--quiet and --json draw nothing', async () => {
  for (const option of ['--quiet', '--json']) {
    const line = command(`render doc.json -o out.mp4 ${option}`);
    const { stdout } = await run('script', ['-qec', line, '/dev/null'], { cwd: folder });
    expect([option, stdout.includes('frames/s,'), stdout.includes('\u001b')]).toEqual([option, false, false]);
  }
});

test('without a terminal there is no bar', async () => {
  const { stdout, stderr } = await framekiln(['render', 'doc.json', '-o', 'out.mp4'], { cwd: folder });
  expect(stderr).toBe('');
  expect(stdout.toString()).not.toMatch(/\r|\[K/);
});

test('Ctrl-C clears the bar and says so', async () => {
  const { child, ended } = start('script', ['-qec', command('render endless.json -o out.mp4'), '/dev/null'], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let seen = '';
  await new Promise<void>((drawn) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      seen += chunk;
      if (seen.includes('ETA')) drawn();
    });
  });
  child.stdin?.write('\u0003');
  const said = await ended;
  expect(said.code).toBe(130);
  expect(screen(said.stdout.toString())).toMatch(/framekiln: interrupted\n?$/);
  expect(screen(said.stdout.toString())).not.toContain('frames/s');
  expect(fs.readdirSync(folder).filter((name) => name.startsWith('.framekiln'))).toEqual([]);
});
