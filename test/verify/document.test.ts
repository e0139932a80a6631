// SPDX-License-Identifier: Apache-2.0
// kiln.verify(document, { recorded }): each recorded value, alone and with others.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createKiln, type FrameFormat, FramesDigest, type Verification } from 'framekiln';
import { afterAll, describe, expect, test } from 'vitest';
import { scheduled, stored } from '../support/documents.js';
import { temporaryFolder } from '../support/folder.js';
import { smallDocument } from '../support/records.js';
import { expectNothingUnhandled, rejection } from '../support/unhandled.js';

expectNothingUnhandled();
const folder = temporaryFolder();
const kiln = createKiln({ threads: 2 });
afterAll(() => kiln[Symbol.asyncDispose]());

const DOCUMENT = smallDocument(3, { width: 48, height: 36, frames: 12 });
const FORMATS: FrameFormat[] = ['rgb24', 'nv12', 'i420', 'yuv444p'];

async function digestOf(document: object, format: FrameFormat): Promise<string> {
  const digest = new FramesDigest(format);
  for await (const { hash } of kiln.frames(document, { format })) digest.add(hash);
  return digest.toString();
}

/** A copy with another time in one frame. */
function changed(document: typeof DOCUMENT, frame: number): typeof DOCUMENT {
  const parameters = document.parameters.map((one, i) => (i === frame ? { ...one, time: Number(one.time) + 1 } : one));
  return { ...document, parameters };
}

/** The verdict, each line's result, and how much is unchecked; all of it must survive JSON. */
function summary(verification: Verification) {
  expect(JSON.parse(JSON.stringify(verification))).toEqual(verification);
  const { verdict, evidence, unchecked } = verification;
  return [verdict, Object.fromEntries(evidence.map(({ check, result }) => [check, result])), unchecked.length];
}

test('nothing recorded: nothing to say', async () => {
  expect(await kiln.verify(DOCUMENT)).toEqual({ verdict: 'unverifiable', evidence: [], unchecked: [] });
  expect(await kiln.verify(DOCUMENT, { recorded: { digests: [] } })).toMatchObject({ verdict: 'unverifiable' });
});

describe('digests', () => {
  test.each(FORMATS)('%s: proof', async (format) => {
    const digest = await digestOf(DOCUMENT, format);
    const recorded = { digests: [{ where: 'the record', digest }] };
    expect(await kiln.verify(DOCUMENT, { recorded })).toEqual({
      verdict: 'proven',
      evidence: [
        {
          ...{ check: 'the record', recorded: digest, regenerated: digest },
          ...{ tolerance: 'exact', result: 'equal', weight: 'proof' },
        },
      ],
      unchecked: [],
    });
    for (const frame of [0, 7, 11]) {
      const other = await kiln.verify(changed(DOCUMENT, frame), { recorded });
      expect(summary(other)).toEqual(['different', { 'the record': 'different' }, 0]);
    }
  });

  test('of several formats, one of them wrong', async () => {
    const digests = await Promise.all(
      FORMATS.map(async (format) => ({ where: format, digest: await digestOf(DOCUMENT, format) })),
    );
    const all = { rgb24: 'equal', nv12: 'equal', i420: 'equal', yuv444p: 'equal' };
    expect(summary(await kiln.verify(DOCUMENT, { recorded: { digests } }))).toEqual(['proven', all, 0]);
    const wrong = digests.map(({ where, digest }) =>
      where === 'i420'
        ? { where, digest: digest.replace(/.$/, (last) => (last === '0' ? '1' : '0')) }
        : { where, digest },
    );
    expect(summary(await kiln.verify(DOCUMENT, { recorded: { digests: wrong } }))).toEqual([
      ...['different', { ...all, i420: 'different' }, 0],
    ]);
  });

  test.each(['md5:0123', 'rgb48-xxh3-sha256:00', '', 'rgb24-xxh3-sha256', 'RGB24-xxh3-sha256:00', 'x'.repeat(5000)])(
    'of a kind that nobody knows: %.20s',
    async (digest) => {
      const verification = await kiln.verify(DOCUMENT, { recorded: { digests: [{ where: 'the record', digest }] } });
      expect(verification).toMatchObject({ verdict: 'unverifiable', evidence: [] });
      expect(verification.unchecked).toEqual(['the record: this kind of digest is not known here']);
    },
  );
});

describe('the clip', () => {
  const right = { totalFrames: 12, duration: 1.25, fps: 10, resolution: '48x36' };

  test('that fits is consistent, not proven', async () => {
    const all = { total_frames: 'equal', duration: 'within', fps: 'equal', resolution: 'equal' };
    expect(summary(await kiln.verify(DOCUMENT, { recorded: right }))).toEqual(['consistent', all, 0]);
  });

  test.each([{ totalFrames: 13 }, { duration: 1.5 }, { fps: 12 }, { resolution: '36x48' }])('%j', async (wrong) => {
    const digests = [{ where: 'digest', digest: await digestOf(DOCUMENT, 'nv12') }];
    const { verdict, evidence } = await kiln.verify(DOCUMENT, { recorded: { ...right, ...wrong, digests } });
    // Whatever else fits.
    expect(verdict).toBe('different');
    expect(evidence.filter(({ result }) => result === 'different')).toHaveLength(1);
  });
});

describe('sizes', () => {
  const text = JSON.stringify(DOCUMENT);
  const bytes = Buffer.byteLength(text);

  test.each<[string, () => Uint8Array]>([
    ['plain', () => Buffer.from(text)],
    ['gzip, whose JSON counts', () => gzipSync(text)],
  ])('of the parameters, %s', async (_, input) => {
    const recorded = {
      fileSizeBytes: bytes,
      bitrateMbps: Number(((bytes * 8) / 1.25 / 1e6).toFixed(6)),
      duration: 1.25,
    };
    const verification = await kiln.verify(input(), { recorded });
    expect(summary(verification)).toEqual([
      'consistent',
      { file_size_bytes: 'equal', bitrate_mbps: 'within', duration: 'within' },
      0,
    ]);
    const notes = verification.evidence.flatMap(({ note }) => (note === undefined ? [] : [note]));
    expect(new Set(notes)).toEqual(new Set(['of the parameters (JSON)']));
    const wrong = await kiln.verify(input(), { recorded: { ...recorded, bitrateMbps: recorded.bitrateMbps * 1.1 } });
    expect(wrong.verdict).toBe('different');
  });

  test('of parameters that came as a value: nobody knows their JSON', async () => {
    const { verdict, evidence, unchecked } = await kiln.verify(DOCUMENT, { recorded: { fileSizeBytes: bytes } });
    expect([verdict, evidence]).toEqual(['unverifiable', []]);
    expect(unchecked).toEqual([expect.stringContaining('the record does not say of what they are')]);
  });

  test('of the video as the framework wrote it, whoever says it', async () => {
    const { video } = await kiln.render(DOCUMENT, { asRecorded: true });
    const recorded = { fileSizeBytes: video.length, fileSizeMb: video.length / 2 ** 20 };
    for (const method of [undefined, 'procedural_demoscene', 'something else']) {
      const said = { ...recorded, ...(method !== undefined && { method }) };
      for (const input of [DOCUMENT, Buffer.from(text)]) {
        const verification = await kiln.verify(input, { recorded: said });
        expect(summary(verification)).toEqual(['proven', { file_size_bytes: 'equal', file_size_mb: 'equal' }, 0]);
      }
      const other = await kiln.verify(Buffer.from(text), { recorded: { ...said, fileSizeBytes: video.length + 1 } });
      expect(other.verdict).toBe('different');
    }
  });

  test('of a video that the framework could not have written', async () => {
    const recorded = { fileSizeBytes: 1000, method: 'procedural_demoscene' };
    const { verdict, unchecked } = await kiln.verify(scheduled(1, 1, 5), { recorded });
    expect(verdict).toBe('unverifiable');
    expect(unchecked).toEqual([expect.stringMatching(/^sizes: .*could not have written this video: Expected 2x2/)]);
  });
});

describe('PSNR and SSIM', () => {
  const SCHEDULE = scheduled(64, 48, 20);

  test('without a source are unchecked, and it is said how to name one', async () => {
    const { verdict, unchecked } = await kiln.verify(SCHEDULE, { recorded: { psnrDb: 30, ssim: 0.9 } });
    expect(verdict).toBe('unverifiable');
    expect(unchecked).toEqual([expect.stringContaining('--source')]);
  });

  test('against the default schedule', async () => {
    const same = { psnrDb: Number.POSITIVE_INFINITY, ssim: 1 };
    const verification = await kiln.verify(SCHEDULE, { recorded: same, source: 'schedule' });
    expect(summary(verification)).toEqual(['consistent', { psnr_db: 'equal', ssim: 'equal' }, 0]);
    expect(verification.evidence[0]).toMatchObject({ recorded: 'infinite', regenerated: 'infinite' });
    const lossy = stored(
      64,
      48,
      30,
      Array.from({ length: 20 }, (_, i) => [i / 30 + 0.02, 0.1, 'vibrant']),
    );
    const { psnr, ssim } = await kiln.measure(SCHEDULE, lossy);
    const recorded = { psnrDb: Number(psnr.mean?.toFixed(2)), ssim: Number(ssim.mean?.toFixed(4)) };
    const other = await kiln.verify(lossy, { recorded, source: 'schedule' });
    expect(summary(other)).toEqual(['consistent', { psnr_db: 'within', ssim: 'within' }, 0]);
  });

  test('against a video', async () => {
    const source = join(folder, 'original.mp4');
    writeFileSync(source, (await kiln.render(SCHEDULE, { crf: 30 })).video);
    const { psnr, ssim } = await kiln.measure({ video: source, conversion: 'opencv' }, SCHEDULE);
    const recorded = { psnrDb: psnr.mean as number, ssim: ssim.mean as number };
    const verification = await kiln.verify(SCHEDULE, { recorded, source });
    expect(summary(verification)).toEqual(['consistent', { psnr_db: 'equal', ssim: 'equal' }, 0]);
    for (const { note } of verification.evidence) expect(note).toContain('original.mp4');
    for (const wrong of [{ psnrDb: recorded.psnrDb + 2 }, { ssim: recorded.ssim - 0.1 }]) {
      expect((await kiln.verify(SCHEDULE, { recorded: { ...recorded, ...wrong }, source })).verdict).toBe('different');
    }
  });

  test('of the frames as the framework read them back from its own file', async () => {
    const document = stored(
      64,
      48,
      30,
      Array.from({ length: 20 }, (_, i) => [i / 30 + 0.02, 0.1, 'vibrant']),
    );
    const source = join(folder, 'original.mkv');
    writeFileSync(source, (await kiln.render(SCHEDULE, { container: 'matroska' })).video);
    const written = join(folder, 'written.mp4');
    writeFileSync(written, (await kiln.render(document, { asRecorded: true })).video);
    const [a, b] = [source, written].map((video) => ({ video, conversion: 'opencv' as const }));
    const { psnr, ssim } = await kiln.measure(a as object, b as object);
    const recorded = { psnrDb: psnr.mean as number, ssim: ssim.mean as number };
    const verification = await kiln.verify(document, { recorded, source });
    expect(summary(verification)).toEqual(['consistent', { psnr_db: 'equal', ssim: 'equal' }, 0]);
    for (const { note } of verification.evidence) expect(note).toMatch(/^of the video as OpenCV.*original\.mkv/);
  });

  test('that differ are different, also where the framework lost a row and a column', async () => {
    for (const size of [64, 65]) {
      const options = { recorded: { psnrDb: 12.5, ssim: 0.2 }, source: 'schedule' };
      const verification = await kiln.verify(scheduled(size, size, 20), options);
      expect([size, ...summary(verification)]).toEqual([
        ...[size, 'different', { psnr_db: 'different', ssim: 'different' }, 0],
      ]);
    }
  });

  test('a source of another shape is unchecked, unless it is scaled', async () => {
    const source = join(folder, 'large.mp4');
    writeFileSync(source, (await kiln.render(scheduled(96, 72, 20))).video);
    const { psnr, ssim } = await kiln.measure({ video: source, conversion: 'opencv' }, SCHEDULE, { resize: true });
    const recorded = { psnrDb: psnr.mean as number, ssim: ssim.mean as number };
    const { verdict, unchecked } = await kiln.verify(SCHEDULE, { recorded, source });
    expect(verdict).toBe('unverifiable');
    expect(unchecked).toEqual([expect.stringMatching(/^psnr_db, ssim: The sizes differ: .* 96x72, .* 64x48/)]);
    expect(await kiln.verify(SCHEDULE, { recorded, source, resize: true })).toMatchObject({ verdict: 'consistent' });
    const longer = await kiln.verify(scheduled(96, 72, 21), { recorded, source });
    expect(longer.unchecked).toEqual([expect.stringContaining('The lengths differ')]);
    const tiny = await kiln.verify(scheduled(5, 5, 2), { recorded, source: 'schedule' });
    expect(tiny.unchecked).toEqual([expect.stringContaining('too small for SSIM')]);
  });

  test.each<[string, string, string]>([
    ['missing', join(folder, 'missing.mp4'), 'INPUT_UNREADABLE'],
    ['no video', import.meta.filename, 'INVALID_VIDEO'],
    ['empty', '', 'INVALID_ARGUMENT'],
    ['in S3, without stores', 's3://bucket/key.mp4', 'INVALID_SETTING'],
    ['in no bucket', 's3://B/key', 'INVALID_SETTING'],
    ['without a key', 's3://bucket/', 'INVALID_SETTING'],
  ])('a source that is %s', async (_, source, code) => {
    const reason = await rejection(kiln.verify(SCHEDULE, { recorded: { psnrDb: 30 }, source }));
    expect(reason).toMatchObject({ name: 'FramekilnError', code });
  });
});
