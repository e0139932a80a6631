// SPDX-License-Identifier: Apache-2.0
// What one would write first in TypeScript: the formulas, a pixel at a time, in float64, with nothing kept between frames.
// It imports nothing, so that a browser's bundler takes it as it is.

type Colour = readonly [number, number, number];

const VIBRANT: Colour[] = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
  [1, 1, 0],
  [1, 0, 1],
  [0, 1, 1],
];
const PASTEL: Colour[] = [
  [1, 0.8, 0.8],
  [0.8, 1, 0.8],
  [0.8, 0.8, 1],
  [1, 1, 0.8],
  [1, 0.8, 1],
  [0.8, 1, 1],
];
const MONOCHROME: Colour[] = [
  [0, 0, 0],
  [0.5, 0.5, 0.5],
  [1, 1, 1],
];
const BLACK: Colour = [0, 0, 0];
/** By the number that stands for each in native frames. */
const PALETTES = [VIBRANT, PASTEL, MONOCHROME];

export interface PlainFrame {
  width: number;
  height: number;
  time: number;
  complexity: number;
  /** 0 vibrant, 1 pastel, 2 monochrome */
  palette: number;
}

/** The colour of a pixel, 0 to 1 a channel. */
type Shader = (column: number, row: number) => Colour;

/** One frame as packed RGB24. */
export function plainFrame(frame: PlainFrame): Uint8Array {
  const { width, height } = frame;
  const shader = shaderOf(frame);
  const rgb = new Uint8Array(width * height * 3);
  let at = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const colour = shader(column, row);
      rgb[at++] = colour[0] * 255;
      rgb[at++] = colour[1] * 255;
      rgb[at++] = colour[2] * 255;
    }
  }
  return rgb;
}

/** As NumPy's. */
function linspace(start: number, stop: number, count: number): number[] {
  const step = (stop - start) / (count - 1);
  return Array.from({ length: count }, (_, i) => {
    if (i === 0) return start;
    if (i === count - 1) return stop;
    return step === 0 ? (i / (count - 1)) * (stop - start) + start : i * step + start;
  });
}

function shaderOf({ width, height, time, complexity, palette }: PlainFrame): Shader {
  const colours = PALETTES[palette] as Colour[];
  if (complexity >= 0.8) return mandelbrot(width, height, time, colours);
  const [xs, ys] = [linspace(0, 1, width), linspace(0, 1, height)];
  if (complexity < 0.3) return geometric(xs, ys, time, complexity, colours);
  if (complexity < 0.6) return fractal(xs, ys, time, complexity, colours);
  return plasma(xs, ys, time, colours);
}

/** The colour in whose part of [0, 1) the value lies. */
function band(value: number, colours: Colour[]): Colour {
  const n = colours.length;
  for (let i = 0; i < n; i++) if (i / n <= value && value < (i + 1) / n) return colours[i] as Colour;
  return BLACK;
}

function geometric(xs: number[], ys: number[], time: number, complexity: number, colours: Colour[]): Shader {
  const to = time * 2;
  const circles = Array.from({ length: Math.trunc(3 + complexity * 5) }, (_, i) => ({
    cx: 0.5 + 0.3 * Math.sin(to + i * 0.5),
    cy: 0.5 + 0.3 * Math.cos(to + i * 0.3),
    radius: 0.1 + 0.05 * Math.sin(to * 1.5 + i),
    colour: colours[modulo(i + Math.trunc(to * 10), colours.length)] as Colour,
  }));
  return (column, row) => {
    const x = xs[column] as number;
    const y = ys[row] as number;
    let r = 0;
    let g = 0;
    let b = 0;
    for (const { cx, cy, radius, colour } of circles) {
      const distance = Math.sqrt((x - cx) * (x - cx) + (y - cy) * (y - cy)) - radius;
      const u = Math.min(Math.max(-distance / 0.02, 0), 1);
      const shape = u * u * (3 - 2 * u);
      r += shape * colour[0];
      g += shape * colour[1];
      b += shape * colour[2];
    }
    return [Math.min(r, 1), Math.min(g, 1), Math.min(b, 1)];
  };
}

const modulo = (value: number, n: number) => ((value % n) + n) % n;

function fractal(xs: number[], ys: number[], time: number, complexity: number, colours: Colour[]): Shader {
  const scale = 2 + complexity * 3;
  const to = time * 0.5;
  const n = colours.length;
  return (column, row) => {
    const x = (xs[column] as number) * scale + to;
    const y = (ys[row] as number) * scale + to * 0.7;
    let noise = 0;
    let amplitude = 1;
    let frequency = 1;
    for (let octave = 0; octave < 6; octave++) {
      // 31 bits are used at the end, so 32-bit integers come to the same as 64-bit ones.
      let k = (Math.trunc(x * frequency) + Math.trunc(y * frequency) * 57) | 0;
      k = (k << 13) ^ k;
      const hash = (Math.imul(k, Math.imul(k, Math.imul(k, 15731)) + 789221) + 1376312589) & 0x7fffffff;
      noise += amplitude * (1 - hash / 1073741824);
      amplitude *= 0.5;
      frequency *= 2;
    }
    for (let i = 0; i < n; i++) if (i / n < noise && noise <= (i + 1) / n) return colours[i] as Colour;
    return BLACK;
  };
}

function plasma(xs: number[], ys: number[], time: number, colours: Colour[]): Shader {
  const to = time * 2;
  return (column, row) => {
    const x = xs[column] as number;
    const y = ys[row] as number;
    const sum =
      Math.sin(x * 10 + to) +
      Math.sin(y * 10 + to * 0.7) +
      Math.sin((x + y) * 7 + to * 1.3) +
      Math.sin(Math.sqrt(x * x + y * y) * 8 + to * 0.9);
    return band((sum / 4 + 1) / 2, colours);
  };
}

function mandelbrot(width: number, height: number, time: number, colours: Colour[]): Shader {
  const reach = 2 / (1 + time * 0.5);
  const centre = [0.5 + 0.1 * Math.sin(time), 0.5 + 0.1 * Math.cos(time)] as const;
  const [res, ims] = [
    linspace(centre[0] - reach, centre[0] + reach, width),
    linspace(centre[1] - reach, centre[1] + reach, height),
  ];
  return (column, row) => {
    const re = res[column] as number;
    const im = ims[row] as number;
    let zr = 0;
    let zi = 0;
    let iterations = 0;
    for (let i = 0; i < 100 && zr * zr + zi * zi <= 4; i++) {
      const next = zr * zr - zi * zi + re;
      zi = 2 * zr * zi + im;
      zr = next;
      iterations = i;
    }
    return band(iterations / 100, colours);
  };
}
