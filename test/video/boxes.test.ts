// SPDX-License-Identifier: Apache-2.0
// MP4 as bytes: the order of its boxes and what the colour box says.
import { createKiln } from 'framekiln';
import { afterAll, expect, test } from 'vitest';
import { boxes, findBox } from '../support/boxes.js';
import { scheduled } from '../support/documents.js';

const kiln = createKiln({ threads: 2 });
afterAll(() => kiln[Symbol.asyncDispose]());

const STSD = 'moov/trak/mdia/minf/stbl/stsd';

async function video(settings: Parameters<typeof kiln.render>[1], width = 64, height = 36): Promise<Buffer> {
  const { video, report } = await kiln.render(scheduled(width, height, 90), settings);
  expect(video.byteLength).toBe(report.bytes);
  return Buffer.from(video);
}

test.each([
  ['default', {}],
  ['444', { chroma: '444' }],
  ['lossless', { lossless: true }],
  ['short segments', { segmentSeconds: 0.04 }],
] as const)('%s: the index comes before the data, once', async (_, settings) => {
  const types = boxes(await video(settings)).map(({ type }) => type);
  expect(types[0]).toBe('ftyp');
  expect(types.indexOf('moov')).toBeLessThan(types.indexOf('mdat'));
  expect(types.filter((type) => type !== 'free')).toEqual(['ftyp', 'moov', 'mdat']);
});

test.each([
  ['default', {}, 'avc1', [1, 1, 1, 0]],
  ['444', { chroma: '444' }, 'avc1', [1, 1, 1, 0]],
  ['lossless', { lossless: true }, 'avc1', [1, 13, 0, 128]],
] as const)('%s: colr says primaries, transfer, matrix and range', async (_, settings, entry, [p, t, m, full]) => {
  const { body } = findBox(await video(settings), `${STSD}/${entry}/colr`);
  expect(body.toString('latin1', 0, 4)).toBe('nclx');
  expect([body.readUInt16BE(4), body.readUInt16BE(6), body.readUInt16BE(8), body[10]]).toEqual([p, t, m, full]);
});

test('the sample entry and the track say the exact size, odd or not', async () => {
  const bytes = await video({}, 65, 37);
  const { body } = findBox(bytes, `${STSD}/avc1`);
  expect([body.readUInt16BE(24), body.readUInt16BE(26)]).toEqual([65, 37]);
  const header = findBox(bytes, 'moov/trak/tkhd').body;
  expect([header.readUInt32BE(header.length - 8) / 65536, header.readUInt32BE(header.length - 4) / 65536]).toEqual([
    65, 37,
  ]);
});

test('nothing in the file tells the time or the machine', async () => {
  const bytes = await video({});
  for (const path of ['moov/mvhd', 'moov/trak/tkhd', 'moov/trak/mdia/mdhd']) {
    const { body } = findBox(bytes, path);
    expect([path, body.readUInt32BE(4), body.readUInt32BE(8)]).toEqual([path, 0, 0]);
  }
  expect(/Lav[fc]\d|x264 - core|options:/.exec(bytes.toString('latin1'))).toBeNull();
});
