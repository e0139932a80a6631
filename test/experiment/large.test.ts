// SPDX-License-Identifier: Apache-2.0
// A video of more than a thousand megapixels passes through a temporary file.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { useBackfillStores } from '../support/backfill-stores.js';
import { temporaryFolder } from '../support/folder.js';
import { record, smallDocument } from '../support/records.js';
import { setEnvironment } from '../support/stores.js';

const stores = await useBackfillStores();
const TMPDIR = join(temporaryFolder(), 'tmp');

test('its bytes are the same, and the file goes', { timeout: 120_000 }, async () => {
  mkdirSync(TMPDIR);
  onTestFinished(() => rmSync(TMPDIR, { recursive: true }));
  onTestFinished(setEnvironment({ TMPDIR }));
  const here = await stores.open();
  const document = smallDocument(1, { width: 1280, height: 720, frames: 1100 });
  await here.put(record('large'));
  await here.putObject('parameters/large.json', JSON.stringify(document));
  const settings = { preset: 'ultrafast', crf: 40 } as const;
  const kiln = here.kiln({ threads: 2 });
  const seen = new Set<string>();
  const outcome = await kiln.regenerate('large', {
    settings,
    onProgress() {
      for (const file of readdirSync(TMPDIR, { recursive: true })) seen.add(String(file).replace(/-\w+/, ''));
    },
  });
  expect(outcome).toMatchObject({ outcome: 'regenerated', frames: 1100 });
  expect(seen).toContain('framekiln/1.mp4');
  expect(readdirSync(TMPDIR, { recursive: true }).map(String)).toEqual([expect.stringMatching(/^framekiln-\w+$/)]);
  const { video } = await kiln.render(document, settings);
  expect((await here.objects())['reconstructed/large.mp4']?.bytes.equals(video)).toBe(true);
  await kiln[Symbol.asyncDispose]();
  expect(readdirSync(TMPDIR)).toEqual([]);
});
