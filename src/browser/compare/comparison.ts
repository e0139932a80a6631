// SPDX-License-Identifier: Apache-2.0
// Everything together: loads both sides, and connects the pictures with the page.
import { toFailure } from '../api.js';
import { byId, create } from '../dom.js';
import { Notice } from '../notice.js';
import { clock } from '../time-text.js';
import { type Actions, makeActions } from './actions.js';
import { connectControls } from './controls.js';
import { connectDivider } from './divider.js';
import { listenToGestures } from './gestures.js';
import { listenToKeys, listKeys } from './keyboard.js';
import { type LoadedSide, loadSide, type SideName } from './load-side.js';
import { Measures } from './measures.js';
import { PixelReadout } from './pixel-readout.js';
import type { Side } from './renderer.js';
import { Stage } from './stage.js';
import type { CompareStore } from './state.js';
import type { WantedVariant } from './url-state.js';
import { UrlWriter } from './url-writer.js';
import { makeZoom } from './zoom.js';

const ORIGINAL = 'original';
const SHOWN = {
  video: '4:2:0, plays everywhere',
  exact: 'exact 4:4:4',
  original: '4:2:0',
  'original-exact': 'exact 4:4:4',
} as const;
const NO_CORS =
  'The bucket does not let this page read the pixels of its videos, so they are played as they are: two-up, without ' +
  'zoom and difference. Remedy: set the CORS rules that “framekiln doctor” prints on the bucket, then load this page again.';

export class Comparison {
  readonly #root: HTMLElement;
  readonly #store: CompareStore;
  readonly #stage: Stage;
  readonly #actions: Actions;
  readonly #pixels: PixelReadout | undefined;
  readonly #notices: Record<Side, Notice> = { a: new Notice(), b: new Notice() };
  readonly #url = new UrlWriter();
  #measures: Measures | undefined;
  #loading = new AbortController();

  constructor(root: HTMLElement, canvas: HTMLCanvasElement, store: CompareStore) {
    this.#root = root;
    this.#store = store;
    this.#stage = new Stage(root, canvas, store, {
      onPlain: (why) => this.#showPlain(`The pictures cannot be compared pixel by pixel (${why}).`),
      onGraphics: (said) => this.#say(said),
    });
    this.#actions = makeActions(this.#stage, store, makeZoom(this.#stage, store));
    const output = byId('pixel', HTMLElement);
    this.#pixels = output && new PixelReadout(output, this.#stage);
    listenToGestures(canvas, this.#actions.zoom, (at) => this.#pixels?.point(at));
    this.#connectPage();
    for (const side of ['a', 'b'] as const) byId(`notice-${side}`, HTMLElement)?.append(this.#notices[side].element);
    store.follow(() => this.#follow());
  }

  /** Brings both videos, and shows them. */
  async load(): Promise<void> {
    this.#loading.abort();
    this.#loading = new AbortController();
    const { signal } = this.#loading;
    this.#stage.close();
    this.#enter('loading');
    const [a, b] = await Promise.all([this.#loadSide('a', signal), this.#loadSide('b', signal)]);
    if (signal.aborted) return;
    if (!a || !b) return this.#enter('failed');
    const readable = a.readable && b.readable;
    if (!readable) this.#showPlain(NO_CORS);
    const { notes } = await this.#stage.open(a.source, b.source, !readable);
    if (signal.aborted) return;
    this.#showNotes([...a.notes.map((note) => `A: ${note}`), ...b.notes.map((note) => `B: ${note}`), ...notes]);
    this.#enter('ready');
    this.#startMeasures(a);
  }

  async #loadSide(side: Side, signal: AbortSignal): Promise<LoadedSide | undefined> {
    const video = byId(`video-${side}`, HTMLVideoElement);
    if (!video) return undefined;
    const notice = this.#notices[side];
    const retry = () => void this.load();
    const shown = byId(`shown-${side}`, HTMLElement);
    if (shown) shown.hidden = true;
    notice.say('Loading…');
    try {
      const name = this.#name(side);
      const events = {
        onJob: (job: Parameters<Notice['job']>[0]) => notice.job(job, 'Rendering'),
        onFailure: (failure: Parameters<Notice['failure']>[0]) => notice.failure(failure, retry),
      };
      const loaded = await loadSide(video, name, this.#store.state.variant, events, signal);
      notice.clear();
      if (shown) {
        shown.hidden = false;
        shown.textContent = `${SHOWN[loaded.variant]} · ${loaded.source.width}x${loaded.source.height}`;
        shown.dataset.variant = loaded.variant;
      }
      return loaded;
    } catch (error) {
      if (!signal.aborted) notice.failure(toFailure(error), retry);
      return undefined;
    }
  }

  #name(side: Side): SideName {
    const { a = '', b = '', rateA, rateB } = this.#root.dataset;
    const original = side === 'b' && b === ORIGINAL;
    return { experiment: side === 'a' || original ? a : b, original, rate: side === 'a' ? rateA : rateB };
  }

  #startMeasures({ source }: LoadedSide): void {
    const place = byId('measures', HTMLElement);
    if (!place || this.#measures) return;
    const { a = '', b = ORIGINAL } = this.#root.dataset;
    this.#measures = new Measures(place, {
      a,
      against: b,
      framesPerSecond: source.rate.num / source.rate.den,
      onSeek: (frame) => this.#actions.seek(frame),
      onMeasured: () => this.#follow(),
    });
  }

  /** What changes with the state beside the controls. */
  #follow(): void {
    const { frame, frames, playing, pace, speed } = this.#store.state;
    if (!playing && frames > 0) this.#url.write(this.#store.state);
    this.#pixels?.update();
    this.#measures?.show(frame);
    const readout = byId('readout', HTMLElement);
    if (!readout || frames === 0) return;
    const time = clock(frame / (this.#stage.framesPerSecond ?? 1));
    const slowed = playing && pace < 1 && `slowed to ${(pace * speed).toFixed(2)}× by this machine`;
    readout.textContent = [time, this.#measures?.textOf(frame), slowed].filter(Boolean).join(' · ');
  }

  #enter(state: 'loading' | 'ready' | 'failed'): void {
    this.#root.dataset.state = state;
    const controls = byId('controls', HTMLFieldSetElement);
    if (controls) controls.disabled = state === 'loading';
  }

  /** The videos themselves, where their pixels cannot be had. */
  #showPlain(why: string): void {
    this.#root.toggleAttribute('data-plain', true);
    this.#store.set({ mode: 'two-up', view: undefined });
    this.#say(why);
    for (const video of this.#root.querySelectorAll('.compare-stage video')) video.removeAttribute('tabindex');
    for (const input of this.#root.querySelectorAll<HTMLInputElement>('input[name=mode]')) {
      input.disabled = input.value !== 'two-up';
    }
  }

  #say(text: string): void {
    const place = byId('graphics', HTMLElement);
    if (place) place.textContent = text;
  }

  #showNotes(notes: readonly string[]): void {
    const list = byId('notes', HTMLElement);
    if (!list) return;
    list.replaceChildren(...notes.map((note) => create('li', {}, note)));
    list.hidden = notes.length === 0;
  }

  #connectPage(): void {
    const keys = byId('keys', HTMLDialogElement);
    const help = () => keys?.showModal();
    const list = byId('keys-list', HTMLElement);
    if (list) listKeys(list);
    const stage = byId('stage', HTMLElement);
    const fullscreen = () => {
      if (document.fullscreenElement) void document.exitFullscreen();
      else void this.#root.requestFullscreen?.();
    };
    connectControls(this.#root, this.#stage, this.#store, this.#actions, {
      copyLink: () => void this.#copyLink(),
      fullscreen,
      help,
      variant: (variant: WantedVariant) => {
        this.#store.set({ variant });
        void this.load();
      },
    });
    const divider = byId('divider', HTMLElement);
    if (divider && stage) connectDivider(divider, stage, this.#store, this.#actions);
    listenToKeys(this.#actions, this.#store, { help, fullscreen });
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) this.#stage.playback?.pause();
    });
  }

  async #copyLink(): Promise<void> {
    this.#url.flush();
    const button = byId('copy', HTMLButtonElement);
    const copied = await navigator.clipboard.writeText(location.href).then(
      () => true,
      () => false,
    );
    // Not allowed, or not a secure page: then the address line has it.
    if (!button) return;
    button.textContent = copied ? 'Copied' : 'See the address';
    setTimeout(() => {
      button.textContent = 'Copy link';
    }, 2000);
  }
}
