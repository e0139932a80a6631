// SPDX-License-Identifier: Apache-2.0
// framekiln bench curve, as it is run: small, but at every preset and crf.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.js';
import { framekiln } from '../support/process.js';

interface Point {
  preset: string;
  chroma: string;
  crf: number;
  kbits: number;
  rgb: number;
  luma: number | null;
  rate: { median: number };
}

const folder = temporaryFolder();
const SMALL = ['--quick', '--rounds', '1', '--size', '64x36', '--threads', '1'];

test('a higher crf makes smaller videos of lower PSNR at every preset', { timeout: 240_000 }, async () => {
  const run = await framekiln(['bench', 'curve', ...SMALL, '--json', '--html', 'curve.html'], { cwd: folder });
  expect([run.code, run.stderr]).toEqual([0, expect.stringContaining('# wrote curve.html')]);
  const { curve, metrics } = JSON.parse(run.stdout.toString());
  const points: Point[] = curve.points;
  const presets = ['ultrafast', 'superfast', 'veryfast', 'medium'];
  for (const preset of presets) {
    const lossy = points.filter((point) => point.preset === preset && point.chroma === '420');
    expect(lossy.map(({ crf }) => crf)).toEqual([18, 23, 28, 33]);
    for (const [i, point] of lossy.entries()) {
      expect(point.rate.median).toBeGreaterThan(0);
      expect(point.rgb).toBeLessThan(40);
      if (i === 0) continue;
      expect(point.kbits).toBeLessThan(lossy[i - 1]?.kbits as number);
      expect(point.luma).toBeLessThan(lossy[i - 1]?.luma as number);
    }
  }
  const lossless = points.filter(({ chroma, crf }) => chroma === '444' && crf === 0);
  expect(lossless.map(({ preset }) => preset)).toEqual(presets);
  // Whatever the preset, the same pixels, and all of them.
  expect(new Set(lossless.map(({ rgb }) => rgb)).size).toBe(1);
  expect(lossless[0]?.rgb).toBeGreaterThan(50);

  const names = metrics.map(({ name }: { name: string }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toContain('curve 64x36 veryfast, crf 23');
  const page = readFileSync(join(folder, 'curve.html'), 'utf8');
  expect(page.match(/<svg/g)?.length).toBe(2);
  expect(page).toContain('<title>veryfast, crf 23</title>');
});
