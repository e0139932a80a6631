// SPDX-License-Identifier: Apache-2.0
// The comparison with peers: who runs, how often, and what is said of it. Peers are doubles; framekiln runs.
import { loadAddon } from 'framekiln/native';
import { beforeEach, describe, expect, test } from 'vitest';
import { readOptions } from '../../bench/options.js';
import type { Bench } from '../../bench/part.js';
import { CONTESTS, type Comparison, comparePeers } from '../../bench/peers/compare.js';
import type { Peer } from '../../bench/peers/peer.js';
import { peerAims, peerCharts, peerMetrics, peerText } from '../../bench/peers/report.js';
import { chartSvg } from '../../bench/report/chart.js';
import { tableText } from '../../bench/report/table.js';
import { SCENES } from '../../bench/scenes.js';

const options = readOptions(['decode', '--quick', '--size', '64x36', '--rounds', '3']);
if (options === 'help') throw new Error('no options');
const bench: Bench = { addon: loadAddon(), options, note: () => undefined };
const calls: string[] = [];
beforeEach(() => void calls.splice(0));

/** Makes 10 frames a second, so it says. */
const peerNamed = (name: string, more: Partial<Peer> = {}): Peer => ({
  ...{ name, what: `what ${name} does`, scenes: SCENES, makes: 'rgb24', from: 'parameters' },
  find: async () => ({ version: '1' }),
  run: async ({ scene, frames, size }) => {
    calls.push(name);
    expect([size, frames.width, frames.time.length]).toEqual([{ width: 64, height: 36 }, 64, 2]);
    expect(SCENES).toContain(scene);
    return { frames: 2, seconds: 0.2 };
  },
  ...more,
});

const textOf = (comparison: Comparison) =>
  peerText(comparison, bench)
    .map((part) => (typeof part === 'string' ? part : tableText(part)))
    .join('\n');

test('rounds, ratios and absentees', async () => {
  const absent = { find: async () => ({ absent: 'no program; its package brings it' }) };
  const peers = [peerNamed('slow', { mostRounds: 1, scenes: ['plasma'] }), peerNamed('none', absent), peerNamed('any')];
  const comparison = await comparePeers(bench, peers);
  expect(calls.filter((name) => name === 'slow')).toHaveLength(1);
  expect(calls.filter((name) => name === 'any')).toHaveLength(3 * SCENES.length);
  expect(calls).not.toContain('none');
  const plasma = comparison.rows.filter(({ scene }) => scene === 'plasma');
  expect(plasma.map(({ peer }) => peer)).toEqual(['framekiln', 'slow', 'any']);
  const [ours, slow, any] = plasma;
  expect([ours?.times, slow?.framesPerSecond.samples, any?.framesPerSecond.samples]).toEqual([
    undefined,
    [10],
    [10, 10, 10],
  ]);
  expect(slow?.times?.samples).toEqual([(ours?.framesPerSecond.samples[0] ?? 0) / 10]);
  expect(any?.times?.samples).toEqual(ours?.framesPerSecond.samples.map((rate) => rate / 10));

  const text = textOf(comparison);
  expect(text).toMatch(/RGB24 drawn from parameters, 64x36, one thread.*\n.*geometric/);
  expect(text).toMatch(/^slow +- +- +10\.0 \(10\.0\.\.10\.0\) [\d.]+x +- +-$/m);
  expect(text).toContain('\nNot measured:\n  none: no program; its package brings it');
  const metrics = peerMetrics(comparison, bench);
  expect(metrics).toHaveLength(SCENES.length + 1);
  expect(new Set(metrics.map(({ name }) => name)).size).toBe(metrics.length);
  const charts = peerCharts(comparison, bench);
  expect(charts).toHaveLength(SCENES.length);
  for (const chart of charts) expect(chartSvg(chart), chart.title).toContain('class="peer"');
});

test('each round begins with another', async () => {
  await comparePeers(bench, [peerNamed('a', { scenes: ['plasma'] }), peerNamed('b', { scenes: ['plasma'] })]);
  // framekiln, a, b; a, b, framekiln; b, framekiln, a.
  expect(calls).toEqual(['a', 'b', 'a', 'b', 'b', 'a']);
});

test('nobody: nothing is said', async () => {
  const nobody = await comparePeers(bench, []);
  expect([peerText(nobody, bench), peerAims(nobody, bench, 'avx2'), peerCharts(nobody, bench)]).toEqual([[], [], []]);
});

describe('aims', () => {
  const main = { ...bench, options: { ...options, size: { width: 1920, height: 1080 } } };
  const row = (times: number) => ({
    ...{ contest: CONTESTS[0]?.title ?? '', scene: 'plasma' as const, peer: 'NumPy generator' },
    framesPerSecond: { median: 1, min: 1, max: 1, samples: [1] },
    times: { median: times, min: times, max: times, samples: [times] },
  });
  const peers = [{ name: 'NumPy generator', what: '', version: '1' }];

  test.each([
    ['avx512', 350, true],
    ['avx512', 349, false],
    ['avx2', 158, true],
    ['baseline', 97, false],
  ] as const)('%s: %d times NumPy', (level, times, reached) => {
    const aims = peerAims({ rows: [row(times)], peers, seeks: [] }, main, level);
    expect(aims.map((aim) => aim.reached)).toEqual([false, false, reached, false]);
    expect(aims.map(({ value }) => value).filter((value) => value === 'not measured')).toHaveLength(3);
  });

  test('of other sizes and of the reference there are none', () => {
    expect(peerAims({ rows: [row(999)], peers, seeks: [] }, bench, 'avx2')).toEqual([]);
    expect(peerAims({ rows: [row(999)], peers, seeks: [] }, main, 'reference')).toEqual([]);
  });
});
