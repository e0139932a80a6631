// SPDX-License-Identifier: Apache-2.0
// framekiln bench, as it is run: small, but through every part of decode.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Metric } from '../../bench/part.js';
import { golden } from '../support/documents.js';
import { temporaryFolder } from '../support/folder.js';
import { framekiln, MAIN, start } from '../support/process.js';

const folder = temporaryFolder();
const SMALL = ['--quick', '--rounds', '1', '--size', '64x36', '--threads', '1', '--no-peers'];
const bench = (...args: string[]) => framekiln(['bench', ...args], { cwd: folder });

test('decode: JSON, a page, and a comparison with the run before', { timeout: 240_000 }, async () => {
  const document = golden('families_640x360').path;
  const first = await bench('decode', ...SMALL, '--document', document, '--json', '--html', 'report.html');
  expect([first.code, first.stderr]).toEqual([0, expect.stringContaining('# wrote report.html')]);
  const run = JSON.parse(first.stdout.toString());
  expect(run.machine.cpuLevels).toContain('baseline');
  const names = run.metrics.map(({ name }: Metric) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const clip of ['geometric', 'fractal', 'plasma', 'mandelbrot', 'default', 'families_640x360_params.json']) {
    expect(names).toContain(`decode 64x36 ${clip} rgb24 baseline`);
  }
  for (const { name, median, min, max } of run.metrics as Metric[]) {
    expect([name, min > 0 && min <= median && median <= max]).toEqual([name, true]);
  }
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).toMatch(/^<!doctype html>[\s\S]*<svg[\s\S]*<\/html>\s*$/);

  // Half and twice what was measured: far beyond what a busy machine does to most numbers, and to no share of them.
  const scaled = (times: number) => ({
    ...run,
    metrics: run.metrics.map((metric: Metric) => ({
      ...metric,
      median: metric.median * (metric.better === 'higher' ? times : 1 / times),
    })),
  });
  writeFileSync(join(folder, 'slow.json'), JSON.stringify(scaled(1 / 1000)));
  writeFileSync(join(folder, 'fast.json'), JSON.stringify(scaled(1000)));
  const better = await bench('decode', ...SMALL, '--baseline', 'slow.json', '--threshold', '50');
  expect([better.code, better.stdout.toString()]).toEqual([0, expect.stringMatching(/numbers compared .* 0 worse/)]);
  const worse = await bench('decode', ...SMALL, '--baseline', 'fast.json', '--threshold', '50');
  expect([worse.code, worse.stdout.toString()]).toEqual([1, expect.stringMatching(/decode 64x36 plasma nv12 .*WORSE/)]);
});

test('encode with its profile, whose shares make up the whole', { timeout: 240_000 }, async () => {
  const { code, stdout } = await bench('encode', ...SMALL, '--profile', '--json');
  expect(code).toBe(0);
  const { rows, profiles } = JSON.parse(stdout.toString()).encode;
  for (const row of rows) expect([row.preset, row.samePackets]).toEqual([row.preset, true]);
  for (const { shares } of profiles) {
    const { muxing, ...rest } = shares as Record<string, number>;
    const sum = Object.values(rest).reduce((a, b) => a + b, 0);
    expect(sum).toBeGreaterThan(0.98);
    expect(sum).toBeLessThan(1.02);
    expect(muxing).toBeGreaterThan(0);
  }
});

test('pipeline: experiments become videos, and are found current', { timeout: 240_000 }, async () => {
  const { code, stdout } = await bench('pipeline', ...SMALL, '--json');
  expect(code).toBe(0);
  const { one, runs } = JSON.parse(stdout.toString()).pipeline;
  for (const { median } of [one.stored, one.rendered]) expect(median).toBeGreaterThan(0);
  expect(runs).toMatchObject([{ first: { outcomes: { regenerated: 10 } }, second: { outcomes: { current: 10 } } }]);
});

test.each([
  [['nonsense'], 2, /^Expected some of decode, .* for PART but received "nonsense"\n\nframekiln bench/],
  [['--baseline', 'nowhere.json'], 2, /^--baseline nowhere\.json: ENOENT/],
  [['--document', 'nowhere.json', '--quick'], 2, /nowhere\.json/],
])('%j: exit code %i', async (args, code, message) => {
  const ended = await bench(...args);
  expect([ended.code, ended.stdout.toString(), ended.stderr]).toEqual([
    code,
    expect.anything(),
    expect.stringMatching(message),
  ]);
});

test('--help', async () => {
  const { code, stdout } = await bench('--help');
  expect([code, stdout.toString()]).toEqual([0, expect.stringMatching(/^framekiln bench \[PART\.\.\.\] \[OPTIONS\]/)]);
});

test('interrupted, it ends with 130, and not after everything that blocks', async () => {
  const { child, ended } = start(process.execPath, [MAIN, 'bench', '--quick']);
  await new Promise((first) => child.stderr?.once('data', first));
  child.kill('SIGINT');
  const { code, stderr } = await ended;
  expect(code).toBe(130);
  // What it was at, and at most what it had just begun.
  expect(stderr.match(/^# /gm)?.length).toBeLessThanOrEqual(2);
});
