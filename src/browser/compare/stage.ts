// SPDX-License-Identifier: Apache-2.0
// The pictures: takes what both sides present, and draws the newest pair.
import type { FrameSource } from './frame-source.js';
import { type Pairing, pair } from './pairing.js';
import { Playback } from './playback.js';
import { Renderer, type Rgb, type Side } from './renderer.js';
import { type CompareStore, shownMode } from './state.js';
import { clamped, fitted, type Pane, type Point, panes, pictureAt, type Size, type View } from './view.js';

export interface StageEvents {
  /** The pixels cannot be had: the plain videos must do. */
  onPlain(why: string): void;
  /** A sentence about the graphics, or nothing any more. */
  onGraphics(said: string): void;
}

export class Stage {
  readonly #root: HTMLElement;
  readonly #canvas: HTMLCanvasElement;
  readonly #store: CompareStore;
  readonly #events: StageEvents;
  #sides: Record<Side, FrameSource> | undefined;
  #pairing: Pairing | undefined;
  #playback: Playback | undefined;
  #renderer: Renderer | undefined;
  #around: Rgb = [0, 0, 0];
  #refresh = 0;
  #closed = new AbortController();

  constructor(root: HTMLElement, canvas: HTMLCanvasElement, store: CompareStore, events: StageEvents) {
    this.#root = root;
    this.#canvas = canvas;
    this.#store = store;
    this.#events = events;
    canvas.addEventListener('webglcontextlost', (event) => {
      event.preventDefault();
      this.#closeRenderer();
      events.onGraphics('The graphics processor was lost; this page waits for it.');
    });
    canvas.addEventListener('webglcontextrestored', () => {
      events.onGraphics('');
      this.#openRenderer();
    });
    new ResizeObserver(() => this.#restyle()).observe(canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#restyle());
    store.follow(() => this.redraw());
  }

  get playback(): Playback | undefined {
    return this.#playback;
  }

  get size(): Size {
    return { width: this.#canvas.clientWidth, height: this.#canvas.clientHeight };
  }

  get picture(): Size | undefined {
    return this.#sides?.a;
  }

  /** Of the leader. */
  get framesPerSecond(): number | undefined {
    const rate = this.#sides?.a.rate;
    return rate && rate.num / rate.den;
  }

  get panes(): Pane[] {
    return panes(this.size, this.picture ?? this.size, this.#store.state.mode === 'two-up');
  }

  /** What part of the pictures is seen. */
  get view(): View {
    const [pane = { ...this.size, left: 0, top: 0 }] = this.panes;
    const picture = this.picture ?? pane;
    return clamped(this.#store.state.view ?? fitted(pane, picture), pane, picture);
  }

  /**
   * Shows two sources from now on, at the state's frame.
   * @param plain their pixels cannot be read, which is known already
   */
  async open(a: FrameSource, b: FrameSource, plain: boolean): Promise<Pairing> {
    this.close();
    this.#closed = new AbortController();
    this.#sides = { a, b };
    const pairing = pair(a, b);
    this.#pairing = pairing;
    const playback = new Playback(a, b, pairing, {
      onSought: () => this.#takeBoth(),
      onPlaying: (playing) => this.#store.set({ playing }),
      onPace: (pace) => this.#store.set({ pace }),
    });
    this.#playback = playback;
    for (const side of ['a', 'b'] as const) {
      const stop = this.#sides[side].onFrame(() => this.#take(side));
      this.#closed.signal.addEventListener('abort', stop);
    }
    if (!plain) this.#openRenderer();
    const { speed, loop, frame } = this.#store.state;
    playback.speed = speed;
    playback.loop = loop;
    await playback.seek(frame);
    this.#store.set({ frames: pairing.frames });
    return pairing;
  }

  close(): void {
    this.#closed.abort();
    this.#closeRenderer();
    this.#playback?.halt();
    this.#playback = undefined;
    this.#sides = undefined;
    this.#store.set({ frames: 0 });
  }

  /** Draws before the next screen refresh. */
  redraw(): void {
    if (this.#refresh !== 0) return;
    this.#refresh = requestAnimationFrame(() => {
      this.#refresh = 0;
      this.#draw();
    });
  }

  /** What is below a point of the canvas: the place in A, and both colours. */
  look(at: Point): { x: number; y: number; a: Rgb; b: Rgb } | undefined {
    const pane = this.panes.find(({ left, top, width, height }) => {
      return at.x >= left && at.y >= top && at.x < left + width && at.y < top + height;
    });
    const sides = this.#sides;
    if (!pane || !sides) return undefined;
    const place = pictureAt(this.view, pane, at);
    const [x, y] = [Math.floor(place.x), Math.floor(place.y)];
    if (x < 0 || y < 0 || x >= sides.a.width || y >= sides.a.height) return undefined;
    const other = [
      Math.floor(((x + 0.5) * sides.b.width) / sides.a.width),
      Math.floor(((y + 0.5) * sides.b.height) / sides.a.height),
    ] as const;
    const a = this.#renderer?.pixel('a', x, y);
    const b = this.#renderer?.pixel('b', ...other);
    return a && b && { x, y, a, b };
  }

  #openRenderer(): void {
    if (!this.#sides || !this.#pairing) return;
    try {
      this.#renderer = new Renderer(this.#canvas, this.#sides.a, this.#pairing);
      this.#takeBoth();
    } catch (error) {
      this.#giveUp(error);
    }
  }

  #takeBoth(): void {
    this.#take('a');
    this.#take('b');
  }

  #take(side: Side): void {
    const source = this.#sides?.[side];
    if (!source) return;
    this.#root.dataset[side === 'a' ? 'frameA' : 'frameB'] = String(source.presented);
    try {
      const picture = this.#renderer && source.picture();
      if (picture) this.#renderer?.put(side, picture);
    } catch (error) {
      this.#giveUp(error);
    }
    this.redraw();
  }

  #draw(): void {
    const sides = this.#sides;
    if (!sides) return;
    const { split, gain } = this.#store.state;
    const mode = shownMode(this.#store.state);
    const scene = { mode, split, gain, view: this.view, stage: this.size, density: devicePixelRatio };
    let frame: number | undefined = Math.max(0, sides.a.presented);
    try {
      if (this.#renderer) frame = this.#renderer.draw({ ...scene, around: this.#around });
    } catch (error) {
      this.#giveUp(error);
    }
    if (frame === undefined) return;
    if (frame !== this.#store.state.frame) this.#playback?.drawn();
    this.#root.dataset.frame = String(frame);
    this.#root.toggleAttribute('data-stacked', (this.panes[1]?.top ?? 0) > 0);
    this.#store.set({ frame });
  }

  #closeRenderer(): void {
    this.#renderer?.close();
    this.#renderer = undefined;
  }

  #giveUp(error: unknown): void {
    this.#closeRenderer();
    this.#events.onPlain(error instanceof Error ? error.message : String(error));
  }

  #restyle(): void {
    const [r = 0, g = 0, b = 0] = (getComputedStyle(this.#canvas).backgroundColor.match(/\d+/g) ?? []).map(Number);
    this.#around = [r / 255, g / 255, b / 255];
    this.redraw();
  }
}
