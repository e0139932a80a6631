// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../../bench/peers/command.js';
import { findFfmpeg, parseNames, parseTimed, parseVersion } from '../../bench/peers/ffmpeg.js';
import { temporaryFolder } from '../support/folder.js';

describe('what ffmpeg prints', () => {
  test('its version', () => {
    expect(parseVersion('ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2026')).toBe('5.1.9-0+deb12u1');
    expect(parseVersion('ffmpeg version n7.1 Copyright')).toBe('n7.1');
    expect(parseVersion('')).toBe('unknown');
  });

  test('names of encoders, decoders and filters', () => {
    const encoders = [
      'Encoders:',
      ' V..... = Video',
      ' ------',
      ' V....D libx264              libx264 H.264 / AVC',
      ' V..... libsvtav1            SVT-AV1',
    ];
    expect([...parseNames(encoders.join('\n'))]).toEqual(['libx264', 'libsvtav1']);
    const filters =
      ' TSC geq               V->V       Apply generic equation.\n ... mandelbrot        |->V       Render.';
    expect([...parseNames(filters)]).toEqual(['geq', 'mandelbrot']);
  });

  test('frames and time', () => {
    const progress = 'frame=1\nfps=0.00\nprogress=continue\nframe=20\nprogress=end\n';
    const log = 'video:9kB\nbench: utime=0.040s stime=0.012s rtime=0.081s\nbench: maxrss=58492kB\n';
    expect(parseTimed(progress, log)).toEqual({ frames: 20, seconds: 0.081 });
    expect(() => parseTimed('', 'No such filter')).toThrow('Expected frames and a time of ffmpeg but received');
  });
});

describe('finding ffmpeg', () => {
  test('says what brings it', async () => {
    expect(await findFfmpeg('no-such-ffmpeg')).toEqual({
      absent: 'spawn no-such-ffmpeg ENOENT; the Debian package ffmpeg brings it',
    });
  });

  test('says what it lacks', async () => {
    const found = await findFfmpeg('ffmpeg', { encoders: ['libx264', 'libx999'] });
    expect(found).toEqual({ absent: 'ffmpeg has none of its encoders named libx999' });
  });
});

describe('a command', () => {
  const folder = temporaryFolder();

  test('that takes too long is ended with what it started', async () => {
    const file = join(folder, 'late');
    const script = `(sleep 1; touch ${file}) & sleep 60`;
    await expect(runCommand('sh', ['-c', script], { limit: 0.2 })).rejects.toThrow('sh took more than 0.2 s');
    await sleep(1200);
    expect(existsSync(file)).toBe(false);
  });

  test('that fails says why, even with input to take', async () => {
    const input = Array.from({ length: 100 }, () => Buffer.alloc(1 << 16));
    const failing = runCommand('sh', ['-c', 'echo oh >&2; exit 3'], { input });
    await expect(failing).rejects.toThrow('sh ended with 3: oh');
  });

  test('whose input fails is ended', async () => {
    function* input() {
      yield 'one';
      throw new Error('no more');
    }
    await expect(runCommand('sh', ['-c', 'cat; sleep 60'], { input: input() })).rejects.toThrow('no more');
  });

  test('takes its input', async () => {
    const { stdout } = await runCommand('cat', [], { input: ['one ', Buffer.from('two')] });
    expect(stdout.toString()).toBe('one two');
  });
});
