// SPDX-License-Identifier: Apache-2.0
// PSNR and SSIM of each frame: a plot that leads to frames, and the numbers of the frame on show.
import { experimentPath, getJson, toFailure } from '../api.js';
import type { JobView } from '../api-types.js';
import { create } from '../dom.js';
import { Notice } from '../notice.js';
import { Timeline } from '../timeline.js';
import { watchJob } from '../watch-job.js';

interface Series {
  /** null: infinite, of equal frames. */
  perFrame: (number | null)[];
}

interface Measured {
  measurement: { frames: number; psnr: Series; ssim: Series };
}

export interface MeasuresOptions {
  a: string;
  /** `original`, or another experiment. */
  against: string;
  framesPerSecond: number;
  onSeek(frame: number): void;
  onMeasured(): void;
}

export class Measures {
  readonly #place: HTMLElement;
  readonly #options: MeasuresOptions;
  readonly #notice = new Notice();
  #measured: Measured['measurement'] | undefined;
  #timeline: Timeline | undefined;

  constructor(place: HTMLElement, options: MeasuresOptions) {
    this.#place = place;
    this.#options = options;
    place.replaceChildren(this.#notice.element);
    void this.#measure();
  }

  /** What was measured of a frame, in words; undefined where nothing was. */
  textOf(frame: number): string | undefined {
    const psnr = this.#measured?.psnr.perFrame[frame];
    const ssim = this.#measured?.ssim.perFrame[frame];
    if (psnr === undefined || ssim === undefined || ssim === null) return undefined;
    return `PSNR ${psnr === null ? '∞ (equal)' : `${psnr.toFixed(2)} dB`} · SSIM ${ssim.toFixed(5)}`;
  }

  show(frame: number): void {
    this.#timeline?.show(frame);
  }

  async #measure(): Promise<void> {
    const { a, against, onMeasured } = this.#options;
    const query = `against=${encodeURIComponent(against)}`;
    const path = experimentPath(a, `/quality?${query}`);
    const { signal } = new AbortController();
    try {
      let { status, body } = await getJson<Measured | JobView>(path, signal);
      if (status === 202) {
        await watchJob(body as JobView, (view) => this.#notice.job(view, 'Measuring'), signal);
        ({ status, body } = await getJson<Measured | JobView>(path, signal));
      }
      if (!('measurement' in body)) throw new Error('The measurement is made, and is not there');
      this.#measured = body.measurement;
      this.#showPlot(experimentPath(a, `/quality.svg?${query}`), body.measurement.frames);
      onMeasured();
    } catch (error) {
      this.#notice.failure(toFailure(error), () => void this.#measure());
    }
  }

  #showPlot(src: string, frames: number): void {
    const { framesPerSecond, onSeek } = this.#options;
    const alt = 'PSNR and SSIM of each frame over time';
    // The page says where the plot has its panels.
    const { top = '', bottom = '', height = '' } = this.#place.dataset;
    const place = { 'data-top': top, 'data-bottom': bottom };
    const figure = create('figure', { class: 'timeline', 'data-label': 'Frame, on the plot', ...place });
    figure.append(create('img', { src, alt, width: 960, height }));
    this.#place.replaceChildren(figure);
    this.#timeline = new Timeline(figure, { frames, rate: framesPerSecond, onSeek });
  }
}
