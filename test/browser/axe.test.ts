// SPDX-License-Identifier: Apache-2.0
// Accessibility of the pages, as far as axe can tell, in both colour schemes and on a phone; and pictures for people.
import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { record, scheduleEntry, smallDocument } from '../support/records.js';
import { keepPicture, useDashboard } from './dashboard.js';

const { inBrowser, open } = await useDashboard();

const LOOKS = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1440, height: 900 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1440, height: 900 } },
  { name: 'tablet-light', colorScheme: 'light', viewport: { width: 768, height: 1024 } },
  { name: 'phone-dark', colorScheme: 'dark', viewport: { width: 390, height: 844 }, hasTouch: true },
] as const;
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

async function expectClean(page: Page, name: string) {
  await keepPicture(page, name);
  await page.evaluate(axe.source);
  const { violations, passes } = await page.evaluate((tags): Promise<AxeResults> => {
    return (window as unknown as { axe: typeof axe }).axe.run({ runOnly: tags });
  }, TAGS);
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  expect(found, name).toEqual([]);
  expect(passes.length, name).toBeGreaterThan(10);
}

async function openAll() {
  const dashboard = await open();
  const metrics = { resolution: '32x24', fps: 10, duration: 0.65, bitrate_mbps: 0.7, psnr_db: 31.5, ssim: 0.93 };
  const clip = { width: 640, height: 360, frames: 40 };
  await dashboard.here.put(
    record('stored', { parameters: smallDocument(1, clip), experiments: `[${scheduleEntry(metrics)}]` }),
  );
  await dashboard.here.kiln().backfill();
  const many = Array.from({ length: 55 }, (_, i) => {
    const status = ['completed', 'running', 'failed', 'odd'][i % 4];
    return record(
      `exp-${i}`,
      { status, experiments: `[${scheduleEntry({ ...metrics, bitrate_mbps: i })}]` },
      `${1750000000 + i}`,
    );
  });
  await dashboard.here.put(...many, record('bare', {}, '1750000100'));
  return dashboard;
}

for (const { name, ...look } of LOOKS) {
  inBrowser(`all pages are clean: ${name}`, async () => {
    const { visit } = await openAll();
    await expectClean(await visit('/', look), `list-${name}`);
    await expectClean(await visit('/?q=nothing-like-it', look), `list-empty-${name}`);
    await expectClean(await visit('/experiments/nobody', look), `error-${name}`);

    const page = await visit('/experiments/stored', look);
    await expectClean(page, `experiment-${name}`);
    await page.click('#regenerate');
    await expectClean(page, `experiment-question-${name}`);
    await page.keyboard.press('Escape');
    await page.click('#view-video');
    await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0.5);
    await page.keyboard.press('k');
    await expectClean(page, `player-${name}`);
    await page.keyboard.press('?');
    await expectClean(page, `player-keys-${name}`);

    const bare = await visit('/experiments/bare', look);
    await bare.click('#view-video');
    await bare.locator('.player .problem').waitFor();
    await expectClean(bare, `not-regenerable-${name}`);
  });
}
