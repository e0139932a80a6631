// SPDX-License-Identifier: Apache-2.0
// The demo as a new user runs it, twice over one folder.
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { temporaryFolder } from '../support/folder.js';
import { framekiln, MAIN, start } from '../support/process.js';

const folder = join(temporaryFolder(), 'demo');
const none = { regenerated: 0, copied: 0, current: 0, relinked: 0, planned: 0, failed: 0 };
const incapable = { not_regenerable: 19, invalid_document: 1 };

async function demo(...args: string[]) {
  const { code, stdout, stderr } = await framekiln(['demo', '--folder', folder, '--json', ...args]);
  expect({ code, stderr: stderr.toString() }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout.toString());
}

test('every frame is the original, and every record gets what it can have', { timeout: 300_000 }, async () => {
  const fresh = await demo();
  expect(fresh.exactFrames).toBe(300);
  expect(fresh.first.outcomes).toEqual({ ...none, ...incapable, regenerated: 28, copied: 2 });
  expect(fresh.first.reasons).toEqual({
    'not_regenerable no_parameters': 16,
    'not_regenerable not_procedural': 2,
    'not_regenerable invalid_id': 1,
    'invalid_document INVALID_DOCUMENT': 1,
  });
  expect(fresh.second.outcomes).toEqual({ ...none, ...incapable, current: 27, relinked: 3 });
  // The framework's own record of its default schedule is the longest video.
  expect(fresh.link).toMatchObject({ bytes: fresh.render.bytes, url: expect.stringContaining(fresh.s3Url) });

  const again = await demo('--count', '7');
  expect(again.first.outcomes).toEqual({ ...none, ...incapable, current: 30, regenerated: 7 });
});

test('a third time, with the dashboard', { timeout: 300_000 }, async () => {
  const { child, ended } = start(process.execPath, [MAIN, 'demo', '--folder', folder, '--json', '--serve']);
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stdout?.on('data', (chunk) => {
    said += chunk;
  });
  await Promise.race([vi.waitUntil(() => said.split('\n').length === 3, { timeout: 200_000 }), ended]);
  const { url } = JSON.parse(said.split('\n')[1] ?? '');
  const page = await (await fetch(`${url}/`)).text();
  const [, fresh] = /\/experiments\/(demo_new_\d+)/.exec(page) ?? [];
  const { experiments } = await (await fetch(`${url}/api/experiments?q=${fresh}`)).json();
  expect(experiments).toMatchObject([{ id: fresh, video: 'missing' }]);
  // Watched while it is made: its first bytes are a video's.
  const stream = await fetch(`${url}/api/experiments/${fresh}/stream.mp4`);
  const reader = stream.body?.getReader();
  expect(Buffer.from((await reader?.read())?.value ?? []).toString('latin1', 4, 8)).toBe('ftyp');
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ code: 0, stderr: '' });
});
