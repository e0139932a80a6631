// SPDX-License-Identifier: Apache-2.0
import { lowestOf } from './axis.js';
import { type Frames, fitted, frameAxis, type Header, header, headerHeight, MARGIN, WIDTH } from './panel.js';
import { drawPanel, PANEL_HEIGHT, type Panel, type Series } from './series.js';
import type { Distribution, Measurement } from './source.js';
import { label, page } from './svg.js';

/** What was measured, for people. */
export interface MeasurementNames extends Pick<Frames, 'first' | 'rate'> {
  a: string;
  b: string;
  /** What the two are called; default A and B. */
  called?: { a: string; b: string } | undefined;
}

const PANEL_GAP = 52;

/**
 * PSNR and SSIM of each frame, over time, as an SVG that needs nothing from outside. Frames without any difference have
 * no finite PSNR: they are marked on a line of their own at the top.
 */
export function plotMeasurement(measurement: Measurement, names: MeasurementNames): string {
  const { width, height, frames, psnr, ssim, luma, notes } = measurement;
  const top: Header = {
    title: 'PSNR and SSIM of each frame',
    facts: `${width}x${height}, ${frames} ${frames === 1 ? 'frame' : 'frames'}`,
    rows: [
      [names.called?.a ?? 'A', names.a],
      [names.called?.b ?? 'B', names.b],
    ],
  };
  const axis: Frames = { count: frames, first: names.first, rate: names.rate };
  const series = (of: 'psnr' | 'ssim'): Series[] => [
    { name: 'RGB', ink: 'first', values: measurement[of].perFrame },
    ...(luma ? [{ name: `luma (${luma.matrix})`, ink: 'second' as const, values: luma[of].perFrame }] : []),
  ];
  const pooled = psnr.pooled === null ? '' : `pooled ${decibels(psnr.pooled)}, `;
  const panels: Panel[] = [
    {
      title: 'PSNR (dB)',
      facts: `${pooled}${lowest(psnr, names.first, decibels)}`,
      series: series('psnr'),
      infinite: series('psnr').some(({ values }) => values.includes(null)),
      format: decibels,
    },
    {
      title: 'SSIM',
      facts: lowest(ssim, names.first, similarity),
      series: series('ssim'),
      limit: 1,
      format: similarity,
    },
  ];
  const first = headerHeight(top) + 42;
  const bottom = first + panels.length * PANEL_HEIGHT + (panels.length - 1) * PANEL_GAP;
  const parts = [
    ...header(top),
    ...panels.flatMap((panel, i) => drawPanel(axis, panel, first + i * (PANEL_HEIGHT + PANEL_GAP))),
    ...frameAxis(axis, bottom),
    ...notes.map((note, i) => label(MARGIN, bottom + 66 + i * 18, fitted(`Note: ${note}`), 'muted')),
  ];
  return page(WIDTH, bottom + 54 + notes.length * 18, `PSNR and SSIM of ${names.b} against ${names.a}`, parts);
}

/** In words: the worst frame. */
function lowest({ perFrame, max }: Distribution, first = 0, format: (value: number) => string): string {
  const worst = lowestOf(perFrame);
  if (!worst) return 'all frames are identical';
  if (worst.value === max) return `${format(max)} in every frame`;
  return `lowest ${format(worst.value)} in frame ${first + worst.index}`;
}

const decibels = (value: number): string => `${value.toFixed(2)} dB`;

/** With two digits that say how far from 1 it is. */
const similarity = (value: number): string => {
  const digits = value < 1 ? Math.ceil(-Math.log10(1 - value)) + 1 : 0;
  return value.toFixed(Math.min(9, Math.max(4, digits)));
};
