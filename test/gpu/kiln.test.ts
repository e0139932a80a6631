// SPDX-License-Identifier: Apache-2.0
// Several calls on one kiln: what it learns of its GPU, and what GPUs have no say in. Over doubles of NVIDIA's libraries.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKiln } from 'framekiln';
import { beforeAll, describe, expect, test } from 'vitest';
import { scheduled } from '../support/documents.js';
import { temporaryFolder } from '../support/folder.js';
import { buildDoubles, HAS_DOUBLES, MINUTES, withDoubles } from './doubles.js';

const DOCUMENT = scheduled(320, 180, 90);
/** NVENC takes none so small. */
const SMALL = scheduled(64, 36, 90);
const folder = temporaryFolder();

/** Runs the body with a `kiln` of the options; it fills `out`, which comes back. */
async function withKiln(options: object, body: string, env: NodeJS.ProcessEnv = {}) {
  const script = `
    import { createHash } from 'node:crypto';
    import { createKiln } from 'framekiln';
    const DOCUMENT = ${JSON.stringify(DOCUMENT)}, SMALL = ${JSON.stringify(SMALL)};
    const sha256 = (data) => createHash('sha256').update(data).digest('hex');
    const codeOf = (call) => call.then(() => 'nothing was thrown', (error) => error.code);
    const kiln = createKiln(${JSON.stringify(options)});
    const out = {};
    ${body}
    await kiln[Symbol.asyncDispose]();
    console.log(JSON.stringify(out));`;
  const { status, stdout, stderr } = await withDoubles(['--input-type=module', '-e', script], env);
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout);
}

describe.skipIf(!HAS_DOUBLES)('over the doubles', () => {
  const wanted: Record<'normal' | 'small', Uint8Array> = { normal: Buffer.alloc(0), small: Buffer.alloc(0) };
  const cpuFile = join(folder, 'cpu.mp4');

  beforeAll(async () => {
    await buildDoubles();
    await using kiln = createKiln({ device: 'cpu' });
    wanted.normal = (await kiln.render(DOCUMENT)).video;
    wanted.small = (await kiln.render(SMALL)).video;
    writeFileSync(cpuFile, wanted.normal);
  }, 10 * MINUTES);

  test.each(['auto', 'nvenc'])('verify holds videos against libx264, with encoder %s too', async (encoder) => {
    const { verdict, checks } = await withKiln(
      { encoder },
      `const { verdict, evidence } = await kiln.verify(DOCUMENT, { video: ${JSON.stringify(cpuFile)} });
       Object.assign(out, { verdict, checks: evidence.map(({ check, result }) => check + ' ' + result) });`,
    );
    expect(checks).toContain('sha256 of the video equal');
    expect(verdict).toBe('proven');
  });

  test('what NVENC refuses is the file that the CPU makes, and is not tried again', async () => {
    const out = await withKiln(
      { threads: 2 },
      `for (const name of ['first', 'second']) {
         const { video, report } = await kiln.render(SMALL);
         out[name] = { video: sha256(video), ...report };
       }
       out.normal = (await kiln.render(DOCUMENT)).report;`,
    );
    expect(out.first.fallbacks.map(({ code }: { code: string }) => code)).toContain('NVENC_REFUSED');
    expect(out.second).toMatchObject({ fallbacks: [], renderer: 'cuda:0', encoder: 'libx264' });
    expect(out.second.why).toMatch(/^device auto; no NVENC: cannot open h264_nvenc/);
    const { createHash } = await import('node:crypto');
    const small = createHash('sha256').update(wanted.small).digest('hex');
    expect([out.first.video, out.second.video]).toEqual([small, small]);
    expect(out.normal.encoder).toBe('h264_nvenc');
  });

  test('a GPU that was lost is not used again: the CPU goes on, whatever was asked for', async () => {
    const body = `
      const first = await kiln.render(DOCUMENT, { segmentSeconds: 0.5 });
      out.codes = [...new Set(first.report.fallbacks.map(({ code }) => code))];
      out.second = await codeOf(kiln.render(DOCUMENT).then(({ report }) => Object.assign(out, { report })));
      out.frames = await codeOf(kiln.frames(SMALL).next());`;
    const env = { FK_DOUBLE_CUDA_FAIL: 'cuLaunchKernel:12:719' };
    for (const device of ['auto', 'cuda:0'] as const) {
      const out = await withKiln({ threads: 1, encoder: 'software', device }, body, env);
      expect(out).toMatchObject({ codes: ['DEVICE_LOST'], report: { fallbacks: [], encoder: 'libx264' } });
      expect(out.report.renderer).toMatch(/^cpu-/);
      expect(out.report.why).toMatch(/^no GPU: cuda:0 was lost: /);
    }
  });

  test('several calls at once try the GPU and NVENC once', async () => {
    const out = await withKiln(
      { threads: 4 },
      `const all = await Promise.all([1, 2, 3, 4].map(() => kiln.render(DOCUMENT)));
       out.encoders = all.map(({ report }) => report.encoder + ' ' + report.fallbacks.length);
       out.digests = new Set(all.map(({ report }) => report.framesDigest)).size;`,
    );
    expect(out).toEqual({ encoders: Array(4).fill('h264_nvenc 0'), digests: 1 });
  });

  test('what a kiln draws and encodes with', async () => {
    const out = await withKiln(
      {},
      `out.plain = await kiln.backend();
       out.exact = await kiln.backend({ chroma: '444', crf: 0 });
       out.drawing = await kiln.drawing();
       out.wrong = await codeOf(kiln.backend({ crf: 99 }));`,
      { FK_DOUBLE_CUDA_DEVICES: '2' },
    );
    expect(out).toEqual({
      plain: { renderer: 'cuda:0+cuda:1', encoder: 'h264_nvenc', why: 'device auto' },
      exact: { renderer: 'cuda:0+cuda:1', encoder: 'libx264', why: 'device auto; NVENC makes 4:2:0 alone' },
      drawing: { renderer: 'cuda:0+cuda:1', why: 'device auto' },
      wrong: 'INVALID_SETTING',
    });
  });
});
