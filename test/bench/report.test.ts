// SPDX-License-Identifier: Apache-2.0
// What the bench makes of its numbers: statistics, tables, plots, the page, the comparison with a baseline.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Machine } from '../../bench/machine.js';
import { median, percentile, ratio, spread } from '../../bench/measure.js';
import { readOptions } from '../../bench/options.js';
import type { Metric } from '../../bench/part.js';
import { compareRuns, gain, readBaseline } from '../../bench/report/baseline.js';
import { type Chart, chartSvg } from '../../bench/report/chart.js';
import { pageHtml } from '../../bench/report/html.js';
import { cell, table, tableText } from '../../bench/report/table.js';
import { temporaryFolder } from '../support/folder.js';

const folder = temporaryFolder();
const MACHINE: Machine = {
  date: '2026-01-02T03:04:05.000Z',
  cpu: 'A processor',
  threads: 2,
  memoryGiB: 8,
  system: 'linux',
  node: 'v20.17.0',
  compiler: '12.2.0',
  cpuLevels: ['reference', 'baseline'],
  libraries: { ffmpeg: '5.1' },
  loadBefore: 0,
};
const metric = (name: string, value: number, better: Metric['better'] = 'higher'): Metric => {
  return { name, unit: better === 'higher' ? 'frames/s' : 'ms', better, ...spread([value]) };
};

describe('statistics', () => {
  test('percentiles are values, and lie as a sorted list says', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true }), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, share) => {
          const found = percentile(values, share);
          expect(values).toContain(found);
          expect(values.filter((value) => value <= found).length / values.length).toBeGreaterThanOrEqual(share);
          expect(values.filter((value) => value < found).length / values.length).toBeLessThanOrEqual(share);
        },
      ),
    );
    expect(percentile([3, 1, 2], 0.5)).toBe(2);
    expect(percentile([], 0.5)).toBeNaN();
  });

  test('medians, spreads and ratios by round', () => {
    expect([median([4, 1, 3]), median([4, 1, 3, 2])]).toEqual([3, 2.5]);
    expect(spread([2, 8, 4])).toEqual({ median: 4, min: 2, max: 8, samples: [2, 8, 4] });
    expect(ratio(spread([2, 9]), spread([1, 3])).samples).toEqual([2, 3]);
    expect(cell(spread([1000, 0.5]))).toBe('500 (0.50..1000)');
  });
});

describe('options', () => {
  test('defaults', () => {
    expect(readOptions([])).toMatchObject({
      parts: ['decode'],
      rounds: 5,
      threshold: 0.1,
      peers: true,
      profile: false,
    });
    expect(readOptions([])).toMatchObject({ size: { width: 1920, height: 1080 }, sizes: { length: 4 } });
    expect(readOptions(['--quick'])).toMatchObject({ sizes: [{ width: 1920, height: 1080 }], rounds: 2 });
    expect(readOptions(['--device', 'cuda:1'])).toMatchObject({ parts: ['gpu'] });
    expect(readOptions(['memory', 'encode'])).toMatchObject({ parts: ['encode', 'memory'] });
    expect(readOptions(['--help', 'nonsense'])).toBe('help');
  });

  test.each([
    [['render'], /PART.*"render"/],
    [['--size', '10'], /WIDTHxHEIGHT for --size.*"10"/],
    [['--rounds', '0'], /1 to 1000 for --rounds.*"0"/],
    [['--threads', '1.5'], /1 to 256 for --threads.*"1\.5"/],
    [['--threshold', '100'], /percent.*--threshold.*"100"/],
    [['--threshold', '1e1'], /--threshold.*"1e1"/],
    [['--device', 'gpu'], /--device.*"gpu"/],
    [['--colour'], /--colour/],
  ])('%j is refused', (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
  });
});

describe('baseline', () => {
  const run = (...metrics: Metric[]) => ({ machine: MACHINE, metrics });

  test('faster and shorter are better', () => {
    expect(gain(metric('a', 200), metric('a', 100))).toBe(2);
    expect(gain(metric('a', 200, 'lower'), metric('a', 100, 'lower'))).toBe(0.5);
  });

  test('worse is what is worse by more than the threshold, whichever way it is counted', () => {
    const before = run(metric('rate', 100), metric('time', 100, 'lower'), metric('gone', 1));
    const same = compareRuns(run(metric('rate', 91), metric('time', 110, 'lower')), before, 0.1);
    expect([same.worse, same.compared]).toEqual([[], 2]);
    const slower = compareRuns(run(metric('rate', 89), metric('time', 112, 'lower'), metric('new', 1)), before, 0.1);
    expect(slower.worse).toEqual(['rate', 'time']);
    expect(slower.text.at(-1)).toMatch(/^2 numbers compared .* 2 worse .* 1 are new, 1 were not measured now/);
    // What is not a number any more is worse.
    expect(compareRuns(run(metric('rate', Number.NaN)), before, 0.1).worse).toEqual(['rate']);
  });

  test('another machine is said', () => {
    const other = { machine: { ...MACHINE, cpu: 'Another' }, metrics: [] };
    expect(compareRuns(run(), other, 0.1).text.at(-1)).toMatch(/another machine \(Another, 2 threads\)/);
  });

  test('of the same unit only', () => {
    expect(compareRuns(run(metric('x', 1)), run(metric('x', 100, 'lower')), 0.1).compared).toBe(0);
  });

  test.each(['', '{', 'null', '{}', '{"machine":{"cpu":"x"},"metrics":[{"name":"a"}]}', '{"metrics":[]}'])(
    'a file of %j is refused, by its name',
    (text) => {
      const path = join(folder, 'baseline.json');
      writeFileSync(path, text);
      expect(() => readBaseline(path)).toThrow(/^--baseline .*baseline\.json: /);
    },
  );

  test('what is written is read', () => {
    const path = join(folder, 'good.json');
    writeFileSync(path, JSON.stringify(run(metric('a', 1))));
    expect(readBaseline(path)).toEqual(run(metric('a', 1)));
    expect(() => readBaseline(join(folder, 'none.json'))).toThrow(/^--baseline .*none\.json: ENOENT/);
  });
});

describe('text and page', () => {
  const rows = table(
    'A <title>',
    ['', 'rate'],
    [
      ['one', '1'],
      ['twenty', '20'],
    ],
  );
  const bars: Chart = {
    kind: 'bars',
    title: 'Bars & "more"',
    unit: '/s',
    bars: [
      { label: '<ours>', value: spread([1, 2, 3]), ours: true },
      { label: 'peer', value: spread([1000]), ours: false },
      { label: 'absent', value: spread([Number.NaN]), ours: false },
    ],
  };
  const lines: Chart = {
    kind: 'lines',
    title: 'Lines',
    x: 'MB',
    y: 'dB',
    lines: [
      {
        label: 'veryfast',
        points: [
          { x: 1, y: 30, label: 'crf 23' },
          { x: 2, y: 32 },
        ],
      },
    ],
  };

  test('columns line up', () => {
    expect(tableText(rows)).toBe('\nA <title>\n        rate\n------  ----\none        1\ntwenty    20');
  });

  test('charts are whole numbers of well-formed SVG, whatever the values', () => {
    for (const chart of [bars, { ...bars, logarithmic: true }, lines]) {
      const svg = chartSvg(chart) as string;
      expect(svg).toMatch(/^<svg viewBox="0 0 760 [\d.]+"/);
      expect(svg).not.toMatch(/NaN|Infinity|undefined|<ours>/);
      expect(svg.match(/<(\w+)[^>/]*>/g)?.length).toBeGreaterThan(0);
    }
    expect(chartSvg(bars)).toContain('&lt;ours&gt;');
    expect(chartSvg({ ...bars, bars: [] })).toBeUndefined();
    expect(chartSvg({ ...lines, lines: [] })).toBeUndefined();
    expect(chartSvg({ ...lines, lines: [{ label: 'one', points: [{ x: 5, y: 5 }] }] })).not.toMatch(/NaN/);
  });

  test('the page is one file: nothing in it is fetched or run', () => {
    const aims = [{ aim: 'fast', reached: true, value: '2x' }];
    const sections = [{ name: 'decode', text: [rows, 'A <note>'], charts: [bars, lines] }];
    const html = pageHtml({ machine: MACHINE, command: 'framekiln bench --size 1x1 "<script>"', sections, aims });
    expect(html).not.toMatch(/<script|<link|<img|src=|href=|url\(|@import|https?:/);
    expect(html).toContain('A processor');
    expect(html).toContain('A &lt;note&gt;');
    expect(html.match(/<svg/g)?.length).toBe(2);
    expect(html.match(/<table/g)?.length).toBe(2);
  });
});
