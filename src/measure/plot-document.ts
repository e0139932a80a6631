// SPDX-License-Identifier: Apache-2.0
import { type Inspection, inspectTable } from '../document/inspect.js';
import { FAMILIES, FAMILY_STARTS, type FrameTable, familyOf, PALETTES } from '../document/table.js';
import { buckets, outline, type Scale, scaleFor } from './axis.js';
import {
  COLUMNS,
  type Frames,
  frameAxis,
  frameOf,
  frameX,
  grid,
  type Header,
  header,
  headerHeight,
  LEFT,
  linePath,
  MARGIN,
  RIGHT,
  WIDTH,
} from './panel.js';
import { at, box, label, page } from './svg.js';

/** Complexities are drawn no farther from 0 than this. */
const FAR = 1e6;

const CURVE_HEIGHT = 280;
const STRIP_HEIGHT = 18;
const STRIP_GAP = 10;
/** So that a colour's part of a strip, at four corners a column, has no more points than a line. */
const STRIP_COLUMNS = COLUMNS / 2;

/**
 * A document's complexity over time, as an SVG that needs nothing from outside: on bands of the scene families that it
 * selects, above strips of the families and the palettes of the frames.
 * @param first the number of the table's first frame
 */
export function plotDocument(table: FrameTable, name: string, first = 0): string {
  const { complexity, palette } = table;
  const inspection = inspectTable(table);
  const { width, height, rate, frames: count, families, palettes } = inspection;
  const frames: Frames = { count, first, rate };
  const top: Header = {
    title: 'Complexity of each frame',
    facts: `${width}x${height}, ${count} ${count === 1 ? 'frame' : 'frames'}`,
    rows: [['', name]],
  };
  const curve = headerHeight(top) + 16;
  const family = curve + CURVE_HEIGHT + STRIP_GAP;
  const paletteTop = family + STRIP_HEIGHT + STRIP_GAP;
  const bottom = paletteTop + STRIP_HEIGHT;
  const inFamily = FAMILIES.map((each) => families.find((found) => found.family === each)?.frames ?? 0);
  const inPalette = PALETTES.map((each) => palettes[each]);
  const parts = [
    ...header(top),
    ...drawCurve(frames, complexity, inspection.complexity, curve),
    ...drawStrip(frames, 'family', FAMILIES, (i) => FAMILIES.indexOf(familyOf(complexity[i] as number)), family),
    ...drawStrip(frames, 'palette', PALETTES, (i) => palette[i] as number, paletteTop),
    ...frameAxis(frames, bottom),
    ...drawLegend('Families', FAMILIES, inFamily, bottom + 70),
    ...drawLegend('Palettes', PALETTES, inPalette, bottom + 94),
  ];
  return page(WIDTH, bottom + 116, `Complexity of ${name}`, parts);
}

function drawCurve(frames: Frames, complexity: Float64Array, bounds: Inspection['complexity'], top: number): string[] {
  // Any finite number is a complexity; the span of two must be finite, too.
  const near = (c: number) => Math.min(Math.max(c, -FAR), FAR);
  const [least, most] = [near(bounds.min), near(bounds.max)];
  const values = least === bounds.min && most === bounds.max ? complexity : complexity.map(near);
  const usual: Scale = { min: 0, max: 1, ticks: [0, 0.2, 0.4, 0.6, 0.8, 1], format: (value) => value.toFixed(1) };
  const scale = least < 0 || most > 1 ? scaleFor(Math.min(least, 0), Math.max(most, 1)) : usual;
  const { min, max } = scale;
  const y = (value: number) => top + CURVE_HEIGHT - ((value - min) / (max - min)) * CURVE_HEIGHT;
  const bands = FAMILIES.flatMap((family, i) => {
    const low = y(Math.max(min, FAMILY_STARTS[i] as number));
    const high = y(Math.min(max, FAMILY_STARTS[i + 1] ?? max));
    return [
      box(LEFT, high, COLUMNS, low - high, `tint fill-${family}`),
      // Complexities far outside make the bands thin.
      ...(low - high < 14 ? [] : [label(RIGHT + 6, (low + high) / 2 + 4, family)]),
    ];
  });
  return [
    ...bands,
    ...grid(scale, y),
    frameOf(top, CURVE_HEIGHT),
    `<path class="line curve" d="${linePath(frames, outline(values, COLUMNS), y)}"/>`,
  ];
}

/** What kind the frames are of. A column of several kinds shows them one above the other, by their share. */
function drawStrip(
  frames: Frames,
  name: string,
  kinds: readonly string[],
  kindOf: (index: number) => number,
  top: number,
): string[] {
  const paths = kinds.map(() => '');
  let begin = 0;
  let shares: number[] = [];
  const draw = (end: number) => {
    let y = top;
    const [left, right] = [at(frameX(frames, begin)), at(frameX(frames, end))];
    for (const [kind, share] of shares.entries()) {
      const below = y + share * STRIP_HEIGHT;
      if (share > 0) paths[kind] += `M${left} ${at(y)}H${right}V${at(below)}H${left}z`;
      y = below;
    }
  };
  for (const [start, end] of buckets(frames.count, STRIP_COLUMNS)) {
    const found = kinds.map(() => 0);
    for (let i = start; i < end; i++) found[kindOf(i)] = (found[kindOf(i)] as number) + 1 / (end - start);
    // Neighbours that look alike become one box.
    if (start > 0 && found.some((share, kind) => share !== shares[kind])) {
      draw(start);
      begin = start;
    }
    shares = found;
  }
  draw(frames.count);
  return [
    label(LEFT - 8, top + STRIP_HEIGHT / 2 + 4, name, 'muted', 'end'),
    ...kinds.map((kind, i) => `<path class="fill-${kind}" d="${paths[i]}"/>`),
  ];
}

/** The colours that occur, with what part of the frames has each. */
function drawLegend(name: string, kinds: readonly string[], frames: readonly number[], y: number): string[] {
  const total = frames.reduce((a, b) => a + b);
  const shown = kinds.map((kind, i) => ({ kind, count: frames[i] as number })).filter(({ count }) => count > 0);
  return [
    label(MARGIN, y, name, 'strong'),
    ...shown.flatMap(({ kind, count }, i) => {
      const x = LEFT + 16 + i * 210;
      const share = `${((count / total) * 100).toFixed(count === total ? 0 : 1)} %`;
      return [box(x, y - 10, 11, 11, `fill-${kind}`), label(x + 18, y, `${kind} ${count} (${share})`)];
    }),
  ];
}
