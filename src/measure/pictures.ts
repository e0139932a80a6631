// SPDX-License-Identifier: Apache-2.0
// Pictures of whatever can be opened.
import { Document } from '../document/document.js';
import { frameCount, sliceTable } from '../document/table.js';
import { refuseSetting } from '../errors.js';
import { rangeWithin } from '../render/settings.js';
import type { RenderContext } from '../render/video.js';
import { type MeasureOptions, measureSources } from './measure.js';
import { type FramesInput, openSource } from './open.js';
import { plotMeasurement } from './plot.js';
import { plotDocument } from './plot-document.js';
import {
  type ContactSheet,
  type DifferenceOptions,
  type DifferenceSheet,
  drawContactSheet,
  drawDifferenceSheet,
} from './sheet.js';
import type { Measurement } from './source.js';

export interface Plot {
  /** A picture that needs nothing from outside. */
  svg: string;
  frames: number;
  /** What is shown, where two clips were measured. */
  measurement?: Measurement;
}

/**
 * Draws frames of two clips with what they differ by; of one clip frames from all over it.
 * @throws FramekilnError as `openSource`, `drawContactSheet` and `drawDifferenceSheet`
 */
export async function drawInputs(
  context: RenderContext,
  a: FramesInput,
  b: FramesInput | undefined,
  options: DifferenceOptions = {},
): Promise<ContactSheet | DifferenceSheet> {
  const left = await openSource(context, a, options.signal);
  if (b === undefined) return drawContactSheet(context, left, options);
  return drawDifferenceSheet(context, left, await openSource(context, b, options.signal), options);
}

/**
 * Draws two clips' PSNR and SSIM over time; of a document alone its complexity, families and palettes.
 * @throws FramekilnError as `measureSources` and `openSource`; `INVALID_SETTING` for a single input that is no document
 */
export async function plotInputs(
  context: RenderContext,
  a: FramesInput,
  b: FramesInput | undefined,
  options: MeasureOptions = {},
): Promise<Plot> {
  const { signal, range } = options;
  if (b === undefined) {
    if ('video' in a || 'rgb' in a) {
      const remedy = 'Of a video alone, a contact sheet (PNG) can be drawn.';
      refuseSetting('a document, or two clips, as what to plot', 'input', 'video' in a ? a.video : a.rgb, remedy);
    }
    const { document, label } = 'document' in a ? a : { document: a, label: 'document' };
    const { table } = Document.from(document, context.addon.defaultSchedule);
    const { start, end } = rangeWithin(frameCount(table), range);
    return { svg: plotDocument(sliceTable(table, start, end), label, start), frames: end - start };
  }
  const left = await openSource(context, a, signal);
  const right = await openSource(context, b, signal);
  const measurement = await measureSources(context, left, right, options);
  const names = { a: left.label, b: right.label, rate: left.rate ?? right.rate, first: range?.start };
  return { svg: plotMeasurement(measurement, names), frames: measurement.frames, measurement };
}
