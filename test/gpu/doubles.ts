// SPDX-License-Identifier: Apache-2.0
// Runs framekiln in processes that find doubles of NVIDIA's libraries: a driver that runs the kernels' own source on the
// host, and an encoder that writes H.264 without loss.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ADDON_BUILD, buildChecks, DOUBLES, HAS_DOUBLES, ROOT, succeed } from '../native/checks.js';

export { HAS_DOUBLES } from '../native/checks.js';
export const MINUTES = 60_000;

/** Both doubles, built. */
export async function buildDoubles(): Promise<void> {
  if (HAS_DOUBLES) await buildChecks(ADDON_BUILD, ['double_cuda', 'double_nvenc']);
}

/** What a process left in the reports of the doubles. */
interface Reports {
  cuda: { breaches: number; live: Record<string, number>; totals: Record<string, number> };
  nvenc: { breaches: number; sessions: number; open: number; frames: number; segments: number; resources: number };
}

export interface Ended extends Partial<Reports> {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs Node with the doubles in reach; whatever it does, it breaks no contract and leaves nothing open. */
export async function withDoubles(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), 'framekiln-doubles-'));
  const [cuda, nvenc] = [join(folder, 'cuda'), join(folder, 'nvenc')];
  try {
    const reports = { FK_DOUBLE_CUDA_REPORT: cuda, FK_DOUBLE_NVENC_REPORT: nvenc };
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: { ...process.env, LD_LIBRARY_PATH: DOUBLES, ...reports, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (data) => (said[name] += data));
    const status = await new Promise<number | null>((done) => child.on('close', done));
    expect(said.stderr).not.toContain('BREACH');
    const report = <T>(file: string): T | undefined =>
      existsSync(file) ? JSON.parse(readFileSync(file, 'utf8').trim().split('\n').at(-1) as string) : undefined;
    const ended = { status, ...said, cuda: report<Reports['cuda']>(cuda), nvenc: report<Reports['nvenc']>(nvenc) };
    expect(Object.entries(ended.cuda?.live ?? {}).filter(([, count]) => count > 0)).toEqual([]);
    expect(ended.nvenc?.open ?? 0).toBe(0);
    return { status, ...said, ...(ended.cuda && { cuda: ended.cuda }), ...(ended.nvenc && { nvenc: ended.nvenc }) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The command line, with the doubles. */
export const cli = (args: string[], env?: NodeJS.ProcessEnv): Promise<Ended> =>
  withDoubles([join(ROOT, 'dist/src/cli/main.js'), ...args], env);

/** Every frame of an MP4, as a decoder gives it: packed NV12. */
export async function decodeNv12(video: Uint8Array): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'framekiln-decode-'));
  try {
    const [mp4, raw] = [join(folder, 'video.mp4'), join(folder, 'raw')];
    writeFileSync(mp4, video);
    const rawvideo = ['-pix_fmt', 'nv12', '-f', 'rawvideo', raw];
    const output = await succeed('ffmpeg', ['-v', 'warning', '-i', mp4, '-fps_mode', 'passthrough', ...rawvideo]);
    expect(output).toBe('');
    return readFileSync(raw);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
