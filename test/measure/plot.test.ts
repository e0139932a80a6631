// SPDX-License-Identifier: Apache-2.0
// Plots as SVG: sound as XML, true to the numbers, and bounded.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FrameTable, familyOf } from '../../src/document/table.js';
import { plotMeasurement } from '../../src/measure/plot.js';
import { plotDocument } from '../../src/measure/plot-document.js';
import type { Measurement } from '../../src/measure/source.js';

const NAMES = { a: 'a.json', b: 'b.mp4', rate: '30/1' };
const LEFT = 76;
const RIGHT = 828;

function distribution(perFrame: (number | null)[]) {
  const finite = perFrame.filter((value) => value !== null);
  const mean = finite.length < perFrame.length ? null : finite.reduce((sum, v) => sum + v, 0) / finite.length;
  const bound = (f: (a: number, b: number) => number) =>
    finite.length === 0 ? null : finite.reduce((a, b) => f(a, b));
  return { mean, min: bound(Math.min), max: mean === null ? null : bound(Math.max), perFrame };
}

function measurement(psnr: (number | null)[], ssim: number[] = psnr.map((v) => (v === null ? 1 : 0.9))): Measurement {
  const identicalFrames = psnr.filter((value) => value === null).length;
  return {
    frames: psnr.length,
    width: 64,
    height: 48,
    psnr: { ...distribution(psnr), pooled: null, meanOfDiffering: null, identicalFrames },
    ssim: distribution(ssim),
    notes: [],
  };
}

/** What stands between the tags of a whole, rightly nested piece of XML with attributes and no more; else throws. */
function texts(xml: string): string[] {
  const token =
    /<(\/?)([a-z]+)((?: [\w:-]+="(?:[^"<&]|&(?:amp|lt|gt|quot|#39);)*")*)(\/?)>|((?:[^<&]|&(?:amp|lt|gt|quot|#39);)+)/gy;
  const open: string[] = [];
  const found: string[] = [];
  while (token.lastIndex < xml.length) {
    const from = token.lastIndex;
    const match = token.exec(xml);
    if (!match) throw new Error(`not XML from: ${xml.slice(from, from + 80)}`);
    const [, closing, name = '', , empty, text] = match;
    if (text?.trim()) found.push(text);
    if (closing && open.pop() !== name) throw new Error(`</${name}> closes nothing`);
    if (name && !closing && !empty) open.push(name);
  }
  expect(open).toEqual([]);
  expect(xml).not.toMatch(/NaN|Infinity|undefined/);
  return found;
}

/** The corners of the paths of one class, in drawing order. */
function points(svg: string, kind: string): [x: number, y: number][] {
  const paths = Array.from(svg.matchAll(new RegExp(`<path class="${kind}" d="([^"]*)"`, 'g')), ([, d = '']) => d);
  return paths.flatMap((d) =>
    Array.from(d.matchAll(/[ML]([-\d.]+) ([-\d.]+)/g), ([, x, y]) => [Number(x), Number(y)] as [number, number]),
  );
}

const LINE = 'line ink-first';

describe('plotMeasurement', () => {
  test('says what was measured, and how well it went', () => {
    const svg = plotMeasurement({ ...measurement([30, 40, 50], [0.9, 0.99996, 1]), notes: ['B: scaled'] }, NAMES);
    const said = texts(svg);
    expect(said).toEqual(expect.arrayContaining(['a.json', 'b.mp4', '64x48, 3 frames', 'Note: B: scaled']));
    expect(said).toEqual(expect.arrayContaining(['mean 40.00 dB', 'lowest 30.00 dB in frame 0', 'mean 0.9667']));
    expect(said.join()).not.toContain('identical');
  });

  test('a line through every frame, higher where it is better', () => {
    const svg = plotMeasurement(measurement([30, 40, 35]), NAMES);
    const [first, second, third] = points(svg, LINE).slice(0, 3) as [number, number][];
    const column = (RIGHT - LEFT) / 3;
    expect([first, second, third].map((point) => point?.[0])).toEqual(
      [0.5, 1.5, 2.5].map((i) => expect.closeTo(LEFT + i * column, 1)),
    );
    expect((first?.[1] as number) - (second?.[1] as number)).toBeCloseTo(
      2 * ((third?.[1] as number) - (second?.[1] as number)),
      1,
    );
    expect(first?.[1]).toBeGreaterThan(second?.[1] as number);
  });

  test('frames are numbered from the first that was measured', () => {
    const said = texts(plotMeasurement(measurement([30, 29, 31]), { ...NAMES, first: 1000, rate: '25/1' }));
    expect(said).toEqual(
      expect.arrayContaining(['1000', '1001', '1002', '40.00 s', '40.08 s', 'lowest 29.00 dB in frame 1001']),
    );
  });

  test('no rate, no seconds', () => {
    const said = texts(plotMeasurement(measurement([30, 29, 31]), { a: 'a', b: 'b' }));
    expect(said.filter((text) => /\d s$|frames\/s/.test(text))).toEqual([]);
  });

  test('identical frames are marked at the top, and the line has a gap', () => {
    const svg = plotMeasurement(measurement([30, null, null, 40]), NAMES);
    const said = texts(svg);
    expect(said).toEqual(expect.arrayContaining(['∞', 'identical: 2', 'mean 35.00 dB', 'where they differ']));
    const column = (RIGHT - LEFT) / 4;
    const [, from, y, to] = /<path class="mark ink-first" d="M([\d.]+) ([\d.]+)H([\d.]+)"/.exec(svg) ?? [];
    expect([Number(from), Number(to)]).toEqual([
      expect.closeTo(LEFT + column, 1),
      expect.closeTo(LEFT + 3 * column, 1),
    ]);
    expect(Number(y)).toBeLessThan(Math.min(...points(svg, LINE).map((point) => point[1])));
    expect(/<path class="line ink-first" d="M[\d. ]+h0M[\d. ]+h0"/.test(svg)).toBe(true);
  });

  test('only identical frames', () => {
    const said = texts(plotMeasurement(measurement([null, null, null]), NAMES));
    expect(said).toEqual(expect.arrayContaining(['No frame differs.', 'all frames are identical', 'mean 1.0000']));
  });

  test('luma beside RGB', () => {
    const luma = { matrix: 'bt709', psnr: { ...distribution([20, 22]), pooled: 21 }, ssim: distribution([0.5, 0.6]) };
    const svg = plotMeasurement({ ...measurement([30, 32]), luma }, NAMES);
    expect(texts(svg)).toEqual(
      expect.arrayContaining(['RGB', 'luma (bt709)', 'mean 31.00 dB', 'mean 21.00 dB', 'mean 0.5500']),
    );
    const lowest = (kind: string) =>
      Math.max(
        ...points(svg, kind)
          .slice(0, 2)
          .map(([, y]) => y),
      );
    expect(lowest('line ink-second')).toBeGreaterThan(lowest(LINE));
  });

  test('of many frames, the one bad, the one good and the one identical stay visible', () => {
    const frames = 50_000;
    const psnr: (number | null)[] = Array.from({ length: frames }, (_, i) => 40 + (i % 7) / 10);
    psnr[31_337] = 10;
    psnr[22_222] = 90;
    psnr[40_000] = null;
    const svg = plotMeasurement(measurement(psnr), NAMES);
    const path = points(svg, LINE).slice(0, points(svg, LINE).length / 2);
    const worst = path.reduce((a, b) => (b[1] > a[1] ? b : a));
    expect(path.filter((point) => point[1] > worst[1] - 50)).toEqual([worst]);
    const x = (frame: number) => LEFT + ((RIGHT - LEFT) * (frame + 0.5)) / frames;
    expect(worst[0]).toBeCloseTo(x(31_337), 1);
    const best = path.reduce((a, b) => (b[1] < a[1] ? b : a));
    expect(path.filter((point) => point[1] < best[1] + 50)).toEqual([best]);
    expect(best[0]).toBeCloseTo(x(22_222), 1);
    const [, from, to] = /<path class="mark ink-first" d="M([\d.]+) [\d.]+H([\d.]+)"/.exec(svg) ?? [];
    expect(Number(to) - Number(from)).toBeGreaterThanOrEqual(1);
    expect((Number(from) + Number(to)) / 2).toBeCloseTo(x(40_000), -0.5);
  });

  test('names cannot break out, hide or break the file', () => {
    const name = `</text><script>alert("1")</script>&'\0\x1b\u202e\ud800x`;
    const svg = plotMeasurement({ ...measurement([1]), notes: [name] }, { ...NAMES, a: name, b: '&amp;' });
    const said = texts(svg);
    expect(svg).not.toContain('<script');
    expect(said).toContain(
      '&lt;/text&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;\ufffd\ufffd\ufffd\ufffdx',
    );
    expect(said).toContain('&amp;amp;');
  });

  test('a long name keeps its beginning and its end', () => {
    const said = texts(plotMeasurement(measurement([1]), { ...NAMES, a: `begin${'😀'.repeat(300)}end.json` }));
    const shown = said.find((text) => text.startsWith('begin') && text.endsWith('end.json')) as string;
    expect(Array.from(shown).length).toBeLessThan(120);
  });

  test('needs nothing from outside, and knows dark and light', () => {
    const svg = plotMeasurement(measurement([1]), NAMES);
    expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/https?:|url\(|href|@import/);
    expect(svg).toContain('@media (prefers-color-scheme:dark)');
  });

  test('any numbers make a sound plot of bounded size', () => {
    const psnr = fc.oneof(
      fc.constant(null),
      fc.double({ min: 0, max: 400, noNaN: true }),
      fc.constantFrom(48.13, 0, 1e-300),
    );
    const ssim = fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.constantFrom(1, 1 - 2 ** -53, 0));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(psnr, ssim), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 300 }),
        (values, repeat) => {
          const many = Array.from({ length: repeat }, () => values).flat();
          const svg = plotMeasurement(
            measurement(
              many.map(([p]) => p),
              many.map(([, s]) => s),
            ),
            NAMES,
          );
          texts(svg);
          for (const [, d = ''] of svg.matchAll(/<path class="[^"]*" d="([^"]*)"/g)) {
            expect(d.match(/[MLH]/g)?.length ?? 0).toBeLessThanOrEqual(2000);
          }
          for (const [x, y] of points(svg, LINE)) {
            expect(x).toBeGreaterThanOrEqual(LEFT);
            expect(x).toBeLessThanOrEqual(RIGHT);
            expect(y).toBeGreaterThan(80);
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

function table(complexity: number[], palette = complexity.map(() => 0), fps = 30): FrameTable {
  const time = Float64Array.from(complexity, (_, i) => i / fps);
  return {
    width: 64,
    height: 48,
    fps,
    time,
    complexity: Float64Array.from(complexity),
    palette: Uint8Array.from(palette),
  };
}

/** The area of a kind in the strips. */
function area(svg: string, kind: string): number {
  const [, d = ''] = new RegExp(`<path class="fill-${kind}" d="([^"]*)"`).exec(svg) ?? [];
  const boxes = d.matchAll(/M([\d.]+) ([\d.]+)H([\d.]+)V([\d.]+)H/g);
  return Array.from(boxes, ([, x1, y1, x2, y2]) => (Number(x2) - Number(x1)) * (Number(y2) - Number(y1))).reduce(
    (a, b) => a + b,
    0,
  );
}

describe('plotDocument', () => {
  test('the bands are where the families change', () => {
    const svg = plotDocument(table([0, 1]), 'doc.json');
    const bands = Array.from(
      svg.matchAll(/<rect x="\S+" y="(\S+)" width="\S+" height="(\S+)" class="tint fill-(\w+)"/g),
    );
    expect(bands.map(([, , , family]) => family)).toEqual(['geometric', 'fractal', 'plasma', 'mandelbrot']);
    const [[, top, height] = []] = bands;
    const bottom = Number(top) + Number(height);
    const full = bottom - Number(bands[3]?.[1]);
    for (const [, y, h, family] of bands) {
      const [low, high] = [(bottom - Number(y) - Number(h)) / full, (bottom - Number(y)) / full];
      expect([low, high, familyOf(low + 1e-6), familyOf(high - 1e-6)]).toEqual([low, high, family, family]);
    }
    expect(texts(svg)).toEqual(
      expect.arrayContaining(['doc.json', '64x48, 2 frames', 'geometric 1 (50.0 %)', 'mandelbrot 1 (50.0 %)']),
    );
  });

  test.each([7, 60, 10_001])('the strips have each colour by its share, of %d frames', (frames) => {
    const complexity = Array.from({ length: frames }, (_, i) => ((i * i) % 97) / 97);
    const palette = complexity.map((_, i) => (i % 5) % 3);
    const svg = plotDocument(table(complexity, palette), 'doc.json');
    texts(svg);
    const whole = (RIGHT - LEFT) * 18;
    for (const family of ['geometric', 'fractal', 'plasma', 'mandelbrot']) {
      const share = complexity.filter((c) => familyOf(c) === family).length / frames;
      expect(area(svg, family) / whole).toBeCloseTo(share, 2);
    }
    for (const [index, name] of ['vibrant', 'pastel', 'monochrome'].entries()) {
      expect(area(svg, name) / whole).toBeCloseTo(palette.filter((p) => p === index).length / frames, 2);
    }
    const [, d = ''] = /<path class="line curve" d="([^"]*)"/.exec(svg) ?? [];
    expect(d.match(/[ML]/g)?.length).toBeLessThanOrEqual(2000);
  });

  test.each([[[1e308, -1e308]], [[0.5]], [[0.8, 0.8, 0.8]], [[-3, 2.5]], [[1e-320, 7e5]]])(
    'complexities %j',
    (complexity) => {
      expect(texts(plotDocument(table(complexity), 'doc.json'))).toContain('Complexity of each frame');
    },
  );

  test('the name is text', () => {
    expect(texts(plotDocument(table([0.1]), '<b>&'))).toContain('&lt;b&gt;&amp;');
  });
});
