// SPDX-License-Identifier: Apache-2.0
// On a machine with a GPU: every golden frame, every way to a video. Without one: why nothing was tested.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createKiln } from 'framekiln';
import { FRAME_FORMATS, loadAddon } from 'framekiln/native';
import { describe, expect, test } from 'vitest';
import { goldens, sha256 } from '../../golden/goldens.js';
import { ROOT } from '../../native/checks.js';
import { decodeNv12 } from '../doubles.js';

const addon = loadAddon();
const found = addon.gpus();
const why = `${found.code}: ${found.message}`;
/** Made by NVIDIA's kernel module: then there is a GPU, whether it works or not. */
const HARDWARE = existsSync('/dev/nvidia0') || existsSync('/dev/dxg');

test('a GPU that is there can be used', (context) => {
  context.skip(!HARDWARE && found.devices.length === 0, `no GPU here (${why})`);
  expect(found.devices, why).not.toEqual([]);
  expect(why).toBe('undefined: undefined');
});

describe.skipIf(found.devices.length === 0)('each GPU', () => {
  for (const { index, name } of found.devices) {
    const device = `cuda:${index}` as const;

    describe(`${device}, ${name}`, () => {
      for (const golden of goldens) {
        test(`golden frames of ${golden.name}`, async () => {
          await using kiln = createKiln({ device });
          const hashes: string[] = [];
          for await (const { data } of kiln.frames(golden.document)) hashes.push(sha256(data));
          const wrong = hashes.flatMap((hash, i) => (hash === golden.sha256[i] ? [] : [golden.frames[i]]));
          expect(wrong).toEqual([]);
        });
      }

      test('the same MP4, byte for byte, as the CPU makes', async () => {
        const document = { version: '1.0', schedule: 'default', resolution: [641, 359], fps: 30, duration: 4 };
        await using onGpu = createKiln({ device, encoder: 'software' });
        await using onCpu = createKiln({ device: 'cpu', encoder: 'software' });
        const drawn = await onGpu.render(document);
        const wanted = await onCpu.render(document);
        expect(drawn.report.renderer).toBe(device);
        expect(drawn.report.fallbacks).toEqual([]);
        expect(drawn.report.framesDigest).toBe(wanted.report.framesDigest);
        expect(Buffer.compare(drawn.video, wanted.video)).toBe(0);
      });

      test.each([...FRAME_FORMATS])('%s, beside the CPU', async (format) => {
        const document = { version: '1.0', schedule: 'default', resolution: [1918, 1078], fps: 10, duration: 6 };
        await using onGpu = createKiln({ device });
        await using onCpu = createKiln({ device: 'cpu' });
        const wanted = onCpu.frames(document, { format });
        for await (const { index, data } of onGpu.frames(document, { format })) {
          const { value } = await wanted.next();
          expect(Buffer.compare(data, value?.data as Uint8Array), `frame ${index}`).toBe(0);
        }
      });

      test('NVENC', async (context) => {
        const document = { version: '1.0', schedule: 'default', resolution: [1920, 1080], fps: 30, duration: 6 };
        await using kiln = createKiln({ device, encoder: 'nvenc' });
        const made = await kiln.render(document, { crf: 18 }).catch((error) => error);
        context.skip(made.code === 'NO_NVENC_UNIT', `${name} has no encoder`);
        expect(made).not.toBeInstanceOf(Error);
        await using onCpu = createKiln({ device: 'cpu', encoder: 'software' });
        const wanted = await onCpu.render(document, { preset: 'ultrafast' });
        expect(made.report.encoder).toBe('h264_nvenc');
        expect(made.report.framesDigest).toBe(wanted.report.framesDigest);
        expect((await decodeNv12(made.video)).length).toBe((180 * 1920 * 1080 * 3) / 2);
      });
    });
  }

  test('doctor --selftest', () => {
    const main = join(ROOT, 'dist/src/cli/main.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'doctor', '--selftest'], {
      encoding: 'utf8',
    });
    expect(stdout + stderr).toContain('cuda:0');
    expect(status, stdout + stderr).toBe(0);
  });
});
