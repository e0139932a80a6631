// SPDX-License-Identifier: Apache-2.0
// A random document is refused, typed, or renders to the end.

import { join } from 'node:path';
import fc from 'fast-check';
import { createKiln, FramekilnError, type RenderSettings } from 'framekiln';
import { afterAll, expect, test } from 'vitest';
import { boxes } from '../support/boxes.js';
import { packets, probe } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/folder.js';
import { expectNothingUnhandled } from '../support/unhandled.js';

expectNothingUnhandled();
const folder = temporaryFolder();
const kiln = createKiln({ threads: 2 });
afterAll(() => kiln[Symbol.asyncDispose]());

const side = fc.oneof(fc.integer({ min: 1, max: 80 }), fc.constantFrom(1, 2, 3, 15, 16, 17, 79));
const fps = fc.oneof(
  fc.constantFrom(0.001, 0.1, 1, 12.5, 23.976, 24, 25, 29.97, 30, 33.333333, 59.94, 60, 999.999, 1000),
  fc.double({ min: 0.001, max: 1000, noNaN: true }),
);
const time = fc.oneof(
  { weight: 4, arbitrary: fc.double({ min: -100, max: 1000, noNaN: true }) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -0, -2, -3.3, 1e15, -1e15, 1e300, -1e300, 5e-324, Number.MAX_VALUE) },
);
const complexity = fc.oneof(
  { weight: 4, arbitrary: fc.double({ min: -0.2, max: 1.2, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 0.3, 0.6, 0.8, 1, 0.29999999999999993, -1e308, 1e308) },
);
const palette = fc.constantFrom('vibrant', 'pastel', 'monochrome');
const frame = fc.record({ time, complexity, color_palette: palette });

const sound = fc
  .record({ resolution: fc.tuple(side, side), fps, parameters: fc.array(frame, { minLength: 1, maxLength: 12 }) })
  .map((fields) => ({ version: '1.0', total_frames: fields.parameters.length, ...fields }));

/** Every so often something that no document should have. */
const faulty = fc
  .tuple(
    sound,
    fc.constantFrom('version', 'total_frames', 'resolution', 'fps', 'parameters'),
    fc.oneof(fc.anything(), fc.constantFrom(0, -1, 1e9, '30', [], [0, 0], [9000, 9000], null, Number.NaN)),
  )
  .map(([document, key, value]) => ({ ...document, [key]: value }));

const settings: fc.Arbitrary<RenderSettings> = fc.oneof(
  fc.record({
    container: fc.constantFrom('mp4' as const, 'matroska' as const),
    crf: fc.integer({ min: 1, max: 51 }),
    preset: fc.constantFrom('ultrafast' as const, 'veryfast' as const, 'medium' as const),
    chroma: fc.constantFrom('420' as const, '444' as const),
    segmentSeconds: fc.constantFrom(0.04, 0.1, 2, 60),
  }),
  fc.constant({ lossless: true }),
  fc.constant({ asRecorded: true }),
);

let rendered = 0;
async function renderOrRefuse(document: object, wanted: RenderSettings): Promise<void> {
  try {
    const { video, report } = await kiln.render(document, wanted);
    const { table } = kiln.open(document);
    expect([report.frames, report.width, report.height]).toEqual([table.time.length, table.width, table.height]);
    expect(report.bytes).toBe(video.byteLength);
    rendered++;
    if (report.container === 'mp4') expect(boxes(Buffer.from(video)).map(({ type }) => type)).toContain('moov');
  } catch (error) {
    if (!(error instanceof FramekilnError)) throw error;
    expect(['INVALID_DOCUMENT', 'INVALID_SETTING']).toContain(error.code);
    if (error.code === 'INVALID_DOCUMENT') expect(error.pointer).toBeDefined();
  }
}

test('documents that look sound', async () => {
  await fc.assert(fc.asyncProperty(sound, settings, renderOrRefuse), { numRuns: 250 });
  expect(rendered).toBeGreaterThan(100);
});

test('documents with a fault', async () => {
  await fc.assert(fc.asyncProperty(faulty, settings, renderOrRefuse), { numRuns: 250 });
});

test('ffprobe counts the same frames', async () => {
  let files = 0;
  await fc.assert(
    fc.asyncProperty(sound, settings, async (document, wanted) => {
      const file = join(folder, `${files++}.${wanted.container === 'matroska' ? 'mkv' : 'mp4'}`);
      const report = await kiln.renderToFile(document, file, wanted).catch((error) => {
        if (error instanceof FramekilnError) return undefined;
        throw error;
      });
      if (!report) return;
      const even = report.codec === 'mpeg4_as_recorded' ? -2 : -1;
      const { stream } = await probe(file);
      expect(stream).toMatchObject({
        nb_read_frames: String(report.frames),
        width: report.width & even,
        height: report.height & even,
      });
      expect((await packets(file))[0]).toEqual({ pts: 0, key: true });
    }),
    { numRuns: 15 },
  );
});

test('chromaFidelity and contactSheet take whatever renders', async () => {
  await fc.assert(
    fc.asyncProperty(sound, fc.integer({ min: 1, max: 20 }), async (document, samples) => {
      try {
        const { chroma420, chroma444 } = await kiln.chromaFidelity(document, { samples });
        expect(chroma420).toBeGreaterThan(0);
        expect(chroma444).toBeGreaterThan(30);
        const sheet = await kiln.contactSheet(document);
        expect(sheet.frames[0]).toBe(0);
        const header = Buffer.from(sheet.png.subarray(16, 24));
        expect([header.readUInt32BE(0), header.readUInt32BE(4)]).toEqual([sheet.width, sheet.height]);
      } catch (error) {
        if (!(error instanceof FramekilnError && error.code === 'INVALID_DOCUMENT')) throw error;
      }
    }),
    { numRuns: 60 },
  );
});

test.each([0, -1, 1.5, Number.NaN, Infinity, '3'])(
  'chromaFidelity with samples %s is refused or measures',
  async (n) => {
    const document = { version: '1.0', schedule: 'default', resolution: [16, 16], fps: 30, duration: 1 };
    const outcome = await kiln.chromaFidelity(document, { samples: n as number }).catch((error) => error);
    if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'INVALID_SETTING', setting: 'samples' });
    else expect(Number.isInteger(Number(n)) || n === Infinity).toBe(true);
  },
);
