// SPDX-License-Identifier: Apache-2.0
// A machine without a GPU, or whose GPUs are hidden: what is said, and what goes on.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKiln } from 'framekiln';
import { expect, test } from 'vitest';
import { scheduled, sha256 } from '../support/documents.js';
import { listing, temporaryFolder } from '../support/folder.js';
import { framekiln } from '../support/process.js';

const folder = temporaryFolder();
const DOCUMENT = scheduled(64, 36, 10);
writeFileSync(join(folder, 'doc.json'), JSON.stringify(DOCUMENT));
const env = { ...process.env, CUDA_VISIBLE_DEVICES: '' };
const NONE = /^(LIB_MISSING|NO_GPU|DRIVER_TOO_OLD)$/;

test.each(['--device cuda', '--device cuda:0', '--encoder nvenc', '--codec hevc', '--codec av1'])(
  'render %s: the reason, the remedy, exit code 2',
  async (args) => {
    const before = listing(folder);
    const call = ['render', 'doc.json', '-o', 'out.mp4', ...args.split(' ')];
    const said = await framekiln(call, { cwd: folder, env });
    expect(said).toMatchObject({ code: 2, signal: null });
    expect(said.stderr).toMatch(/^framekiln: .*(libcuda|CUDA|driver)[^\n]*\n {2}\w[^\n]+\n$/);
    const { error } = JSON.parse((await framekiln([...call, '--json'], { cwd: folder, env })).stderr);
    expect(error).toEqual({
      code: expect.stringMatching(NONE),
      message: expect.any(String),
      remedy: expect.any(String),
    });
    expect(listing(folder)).toEqual(before);
  },
);

test('auto: the CPU, and why; the same bytes as with --device cpu', async () => {
  const render = (...args: string[]) => framekiln(['render', 'doc.json', '-o', ...args], { cwd: folder, env });
  const said = await render('auto.mp4');
  expect(said.stdout.toString()).toMatch(/\n {2}drawn by cpu-\w+, encoded by libx264 \(no GPU: .*\)\n/);
  const { why, fallbacks, encoder } = JSON.parse(
    (await render('cpu.mp4', '--json', '--device', 'cpu')).stdout.toString(),
  );
  expect({ why, fallbacks, encoder }).toEqual({ why: 'device cpu', fallbacks: [], encoder: 'libx264' });
  const files = ['auto.mp4', 'cpu.mp4'].map((name) => sha256(readFileSync(join(folder, name))));
  expect(files[0]).toBe(files[1]);
});

test('FRAMEKILN_DEVICE and FRAMEKILN_ENCODER are the options, and yield to them', async () => {
  const render = (variables: NodeJS.ProcessEnv, ...args: string[]) =>
    framekiln(['render', 'doc.json', '-o', 'env.mp4', '--json', ...args], {
      cwd: folder,
      env: { ...env, ...variables },
    });
  expect((await render({ FRAMEKILN_DEVICE: 'cuda' })).code).toBe(2);
  expect((await render({ FRAMEKILN_ENCODER: 'nvenc' })).code).toBe(2);
  expect((await render({ FRAMEKILN_DEVICE: 'cuda' }, '--device', 'cpu')).code).toBe(0);
});

test('the library refuses wrong choices when the kiln is made', () => {
  expect(() => createKiln({ device: 'gpu' as 'cuda' })).toThrow(
    'Expected auto, cpu, cuda or cuda:N for device but received "gpu"',
  );
  expect(() => createKiln({ encoder: 'x264' as 'nvenc' })).toThrow(
    'Expected auto, software or nvenc for encoder but received "x264"',
  );
  expect(() => createKiln({ device: 'cpu', encoder: 'nvenc' })).toThrow(
    'Expected auto or software (with device cpu) for encoder but received "nvenc"',
  );
});

test('doctor says why there is none, and selftest that it skipped it', async () => {
  const { code, stdout } = await framekiln(['doctor', '--selftest', '--json'], { env });
  expect(code).toBe(0);
  const { gpus, selftest } = JSON.parse(stdout.toString());
  expect(gpus).toMatchObject({ devices: [], code: expect.stringMatching(NONE), message: expect.any(String) });
  expect(selftest.length).toBeGreaterThan(0);
});
