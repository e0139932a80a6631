// SPDX-License-Identifier: Apache-2.0
// A plot over time as a way to a frame: by click, by drag, by key.
import { create } from './dom.js';
import { clock } from './time-text.js';

export interface TimelineOptions {
  frames: number;
  /** Frames a second. */
  rate: number;
  onSeek: (frame: number) => void;
}

/** How far Page Up and Page Down go, in seconds. */
const PAGE = 1;

export class Timeline {
  readonly #options: TimelineOptions;
  readonly #track: HTMLElement;
  readonly #readout = create('span', { class: 'readout', 'aria-hidden': 'true' });
  #frame = 0;

  /** Lays a track over the panels of the plot in this figure: all plots have them at the same place (style.css). */
  constructor(figure: HTMLElement, options: TimelineOptions) {
    this.#options = options;
    this.#track = create('div', {
      class: 'track',
      role: 'slider',
      tabindex: 0,
      'aria-label': figure.dataset.label ?? 'Frame',
      'aria-valuemin': 0,
      'aria-valuemax': options.frames - 1,
    });
    this.#track.append(create('div', { class: 'playhead' }, this.#readout));
    this.#place(figure, figure.querySelector('img'));
    const plot = create('div', { class: 'plot' });
    plot.append(...figure.childNodes, this.#track);
    figure.append(plot);
    this.#track.addEventListener('pointerdown', (event) => this.#drag(event));
    this.#track.addEventListener('pointermove', (event) => {
      if (this.#track.hasPointerCapture(event.pointerId)) this.#seekTo(event);
    });
    this.#track.addEventListener('keydown', (event) => this.#onKey(event));
    this.show(0);
  }

  /** Moves the playhead. */
  show(frame: number): void {
    const { frames, rate } = this.#options;
    this.#frame = Math.min(Math.max(0, frame), frames - 1);
    const at = (this.#frame + 0.5) / frames;
    const text = `frame ${this.#frame}, ${clock(this.#frame / rate)}`;
    this.#track.style.setProperty('--at', String(at));
    this.#track.setAttribute('aria-valuenow', String(this.#frame));
    this.#track.setAttribute('aria-valuetext', text);
    this.#track.classList.toggle('late', at > 0.75);
    this.#readout.textContent = text;
  }

  /** Over the panels. Notes below them make some plots higher than others. */
  #place({ dataset }: HTMLElement, image: HTMLImageElement | null): void {
    if (!image) return;
    const place = () => {
      const height = image.naturalHeight || image.height;
      this.#track.style.setProperty('top', `${(Number(dataset.top) / height) * 100}%`);
      this.#track.style.setProperty('bottom', `${(1 - Number(dataset.bottom) / height) * 100}%`);
    };
    image.addEventListener('load', place);
    place();
  }

  #drag(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.#track.setPointerCapture(event.pointerId);
    this.#seekTo(event);
  }

  #seekTo({ clientX }: PointerEvent): void {
    const { left, width } = this.#track.getBoundingClientRect();
    this.#seek(Math.floor(((clientX - left) / width) * this.#options.frames));
  }

  #onKey(event: KeyboardEvent): void {
    const { frames, rate } = this.#options;
    const target = {
      ArrowLeft: this.#frame - 1,
      ArrowDown: this.#frame - 1,
      ArrowRight: this.#frame + 1,
      ArrowUp: this.#frame + 1,
      PageUp: this.#frame + Math.round(PAGE * rate),
      PageDown: this.#frame - Math.round(PAGE * rate),
      Home: 0,
      End: frames - 1,
    }[event.key];
    if (target === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.#seek(target);
  }

  #seek(frame: number): void {
    this.show(frame);
    this.#options.onSeek(this.#frame);
  }
}
