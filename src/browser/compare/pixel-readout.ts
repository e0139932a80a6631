// SPDX-License-Identifier: Apache-2.0
import { create } from '../dom.js';
import type { Rgb } from './renderer.js';
import type { Stage } from './stage.js';
import type { Point } from './view.js';

/** Both colours below the pointer, and their difference; follows the pointer and the frames. */
export class PixelReadout {
  readonly #stage: Stage;
  readonly #place = create('span', { class: 'place' });
  readonly #swatches = [create('span', { class: 'swatch' }), create('span', { class: 'swatch' })] as const;
  readonly #values = [create('span'), create('span'), create('span')] as const;
  readonly #output: HTMLElement;
  #at: Point | undefined;
  #refresh = 0;

  constructor(output: HTMLElement, stage: Stage) {
    this.#output = output;
    this.#stage = stage;
  }

  point(at: Point | undefined): void {
    // Where the pointer was last stays in view: fingers are lifted, and mice go to the controls.
    if (at) this.#at = at;
    this.update();
  }

  /** Reads again, before the next screen refresh. */
  update(): void {
    if (this.#refresh !== 0 || !this.#at) return;
    this.#refresh = requestAnimationFrame(() => {
      this.#refresh = 0;
      this.#show();
    });
  }

  #show(): void {
    const found = this.#at && this.#stage.look(this.#at);
    if (!found) return;
    const { x, y, a, b } = found;
    const difference = a.map((value, i) => Math.abs(value - (b[i] ?? 0)));
    this.#place.textContent = `x ${x}  y ${y}`;
    for (const [i, rgb] of [a, b].entries()) this.#swatches[i]?.style.setProperty('--tone', `rgb(${rgb.join(' ')})`);
    for (const [i, rgb] of [a, b, difference].entries()) {
      const value = this.#values[i];
      if (value) value.textContent = triple(rgb);
    }
    Object.assign(this.#output.dataset, { x: String(x), y: String(y), a: a.join(' '), b: b.join(' ') });
    if (this.#place.isConnected) return;
    const part = (name: string, ...children: Node[]) =>
      create('span', { class: 'part' }, create('b', {}, name), ...children);
    const [inA, inB, differ] = this.#values;
    this.#output.replaceChildren(
      this.#place,
      part('A', this.#swatches[0], inA),
      part('B', this.#swatches[1], inB),
      part('|A−B|', differ),
    );
  }
}

/** In columns, so that the numbers stay where they are. */
const triple = (rgb: Rgb | number[]): string => rgb.map((value) => String(value).padStart(3, '\u2007')).join(' ');
