// SPDX-License-Identifier: Apache-2.0
// The same document and settings give the same bytes, whatever renders them and whatever else goes on.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKiln, type Kiln, type RenderSettings } from 'framekiln';
import { loadAddon } from 'framekiln/native';
import { describe, expect, test } from 'vitest';
import { golden, scheduled, sha256 } from '../support/documents.js';
import { temporaryFolder } from '../support/folder.js';

const folder = temporaryFolder();
const LEVELS = loadAddon().about().cpuLevels;
const DOCUMENT = scheduled(97, 55, 150);

const SETTINGS: [string, RenderSettings][] = [
  ['default', {}],
  ['mkv', { container: 'matroska', crf: 30, preset: 'fast' }],
  ['444', { chroma: '444', segmentSeconds: 0.5 }],
  ['lossless', { lossless: true, segmentSeconds: 1 }],
  ['a range', { range: { start: 7, end: 140 }, segmentSeconds: 0.3 }],
  ['as recorded', { asRecorded: true }],
];

async function bytesOf(kiln: Kiln, settings: RenderSettings, document: object = DOCUMENT): Promise<string> {
  return sha256((await kiln.render(document, settings)).video);
}

describe.each(SETTINGS)('%s', (name, settings) => {
  test('1, 2 and 8 threads, every CPU level, memory and file, again and again', async () => {
    const results: Record<string, string> = {};
    for (const threads of [1, 2, 8]) {
      await using kiln = createKiln({ threads });
      results[`${threads} threads`] = await bytesOf(kiln, settings);
      results[`${threads} threads, again`] = await bytesOf(kiln, settings);
    }
    for (const cpu of LEVELS) {
      await using kiln = createKiln({ threads: 2, cpu });
      expect(kiln.cpu).toBe(cpu);
      results[cpu] = await bytesOf(kiln, settings);
      const file = join(folder, `${name}-${cpu}`);
      await kiln.renderToFile(DOCUMENT, file, settings);
      results[`${cpu}, to a file`] = sha256(readFileSync(file));
    }
    expect(results).toEqual(Object.fromEntries(Object.keys(results).map((key) => [key, results['1 threads']])));
  });
});

test('every CPU level makes the same video of a golden document', async () => {
  const { bytes } = golden('edges_320x200');
  const digests: string[] = [];
  for (const cpu of LEVELS) {
    await using kiln = createKiln({ threads: 2, cpu });
    digests.push(await bytesOf(kiln, {}, bytes));
  }
  expect(digests).toEqual(LEVELS.map(() => digests[0]));
});

test('several renders at once on one kiln, and several kilns at once', async () => {
  const documents = [scheduled(64, 36, 90), scheduled(65, 37, 120), scheduled(160, 90, 60), scheduled(17, 3, 300)];
  const settings = SETTINGS.map(([, s]) => s).slice(0, 4);
  const jobs = documents.flatMap((document) => settings.map((s) => ({ document, s })));
  await using alone = createKiln({ threads: 1 });
  const wanted: string[] = [];
  for (const { document, s } of jobs) wanted.push(await bytesOf(alone, s, document));

  await using first = createKiln({ threads: 2 });
  await using second = createKiln({ threads: 3 });
  const together = await Promise.all(
    [first, second].flatMap((kiln) => jobs.map(({ document, s }) => bytesOf(kiln, s, document))),
  );
  expect(together).toEqual([...wanted, ...wanted]);
});

test('a kiln renders on after others were closed beside it', async () => {
  await using kiln = createKiln({ threads: 2 });
  const wanted = await bytesOf(kiln, {});
  const running = bytesOf(kiln, {});
  for (let i = 0; i < 3; i++) {
    await using other = createKiln({ threads: 2 });
    await bytesOf(other, {}, scheduled(16, 16, 3));
  }
  expect(await running).toBe(wanted);
});
