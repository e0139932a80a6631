// SPDX-License-Identifier: Apache-2.0
// Ctrl-C and SIGTERM: exit 130, nothing half done is left, and what was there before is as it was.
import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ENDLESS, scheduled } from '../support/documents.js';
import { listing, temporaryFolder } from '../support/folder.js';
import { type Ended, framekiln, MAIN, type Started, start } from '../support/process.js';

const folder = temporaryFolder();
fs.writeFileSync(join(folder, 'endless.json'), JSON.stringify(ENDLESS));
fs.writeFileSync(join(folder, 'small.json'), JSON.stringify(scheduled(16, 16, 3)));

const partials = () => fs.readdirSync(folder).filter((name) => name.startsWith('.framekiln-'));

async function until(what: () => boolean): Promise<void> {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Starts an endless render, and waits until it writes. */
async function startEndless(output: string, ...options: string[]): Promise<Started> {
  const args = [MAIN, 'render', 'endless.json', '-o', output, ...options];
  const started = start(process.execPath, args, { cwd: folder });
  await Promise.race([until(() => partials().length > 0 || fs.existsSync(join(folder, '0.png'))), started.ended]);
  return started;
}

function expectInterrupted(said: Ended): void {
  expect(said).toMatchObject({ code: 130, signal: null, stderr: 'framekiln: interrupted\n' });
  expect(said.stdout.toString()).toBe('');
  expect(partials()).toEqual([]);
}

describe.each(['SIGINT', 'SIGTERM'] as const)('%s', (signal) => {
  test.each(['out.mp4', 'out.mkv', 'out.rgb', 'out.y4m'])('%s, new', async (output) => {
    const before = listing(folder);
    const { child, ended } = await startEndless(output);
    child.kill(signal);
    expectInterrupted(await ended);
    expect(listing(folder)).toEqual(before);
  });

  test.each(['mine.mp4', 'mine.rgb'])('%s, which was there before', async (output) => {
    fs.writeFileSync(join(folder, output), 'mine');
    const before = listing(folder);
    const { child, ended } = await startEndless(output);
    child.kill(signal);
    expectInterrupted(await ended);
    expect(fs.readFileSync(join(folder, output), 'utf8')).toBe('mine');
    expect(listing(folder)).toEqual(before);
  });
});

test('two signals, one right after the other', async () => {
  const before = listing(folder);
  const { child, ended } = await startEndless('out.mp4');
  child.kill('SIGINT');
  child.kill('SIGTERM');
  const said = await ended;
  expect(said).toMatchObject({ code: 130, signal: null });
  expect(said.stderr).not.toMatch(/^\s+at /m);
  expect(listing(folder)).toEqual(before);
});

test('pictures: whole ones stay, half ones do not', async () => {
  const { child, ended } = await startEndless('%d.png');
  child.kill('SIGINT');
  expectInterrupted(await ended);
  const pictures = fs.readdirSync(folder).filter((name) => name.endsWith('.png'));
  expect(pictures).toContain('0.png');
  for (const name of pictures) {
    const end = fs.readFileSync(join(folder, name)).subarray(-8, -4);
    expect([name, end.toString('latin1')]).toEqual([name, 'IEND']);
    fs.rmSync(join(folder, name));
  }
});

test('--json says it in JSON', async () => {
  const { child, ended } = await startEndless('out.mp4', '--json');
  child.kill('SIGINT');
  const said = await ended;
  expect(said).toMatchObject({ code: 130, stdout: Buffer.alloc(0) });
  expect(JSON.parse(said.stderr)).toEqual({ error: { code: 'INTERRUPTED' } });
});

test('at any moment of its start and work it leaves nothing', async () => {
  const before = listing(folder);
  for (let i = 0; i < 12; i++) {
    const { child, ended } = start(process.execPath, [MAIN, 'render', 'endless.json', '-o', 'out.mp4'], {
      cwd: folder,
    });
    await new Promise((resolve) => setTimeout(resolve, i * 50));
    child.kill('SIGINT');
    const { code, signal, stderr } = await ended;
    // Before our code listens the signal itself ends the process.
    expect([`after ${i * 50} ms`, code === 130 || signal === 'SIGINT', stderr]).toEqual([
      `after ${i * 50} ms`,
      true,
      code === 130 ? 'framekiln: interrupted\n' : '',
    ]);
    expect(listing(folder)).toEqual(before);
  }
});

test('a video on its way to standard output leaves nothing in the folder for temporary files', async () => {
  const temporary = join(folder, 'temporary');
  fs.mkdirSync(temporary);
  const { child, ended } = start(process.execPath, [MAIN, 'render', 'endless.json', '-o', '-', '--format', 'mp4'], {
    cwd: folder,
    env: { ...process.env, TMPDIR: temporary },
  });
  await until(() => listing(temporary).some((name) => name.includes('output')));
  child.kill('SIGTERM');
  expectInterrupted(await ended);
  expect(listing(temporary)).toEqual([]);
  fs.rmdirSync(temporary);
});

test('while it waits for standard input', async () => {
  const { child, ended } = start(process.execPath, [MAIN, 'render', '-', '-o', 'out.mp4'], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  child.kill('SIGINT');
  const { code, signal } = await ended;
  expect(code === 130 || signal === 'SIGINT').toBe(true);
});

test('after all that the same folder still takes a render', async () => {
  expect(await framekiln(['render', 'small.json', '-o', 'out.mp4'], { cwd: folder })).toMatchObject({ code: 0 });
  expect(partials()).toEqual([]);
});
