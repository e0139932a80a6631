// SPDX-License-Identifier: Apache-2.0
// The player in an experiment's page.
import { type ApiFailure, toFailure } from './api.js';
import type { Variant, VideoLink } from './api-types.js';
import { playsExact } from './codecs.js';
import { create } from './dom.js';
import { middleOf } from './frame-clock.js';
import { loadVideo } from './load-video.js';
import { Notice } from './notice.js';
import { Playback } from './playback.js';
import { makeControls } from './player-controls.js';
import { listenToKeys, makeHelp } from './player-keys.js';

export interface PlayerOptions {
  id: string;
  /** Frames a second, and how many there are, where that is known. */
  rate: number | undefined;
  frames: number | undefined;
  /** What is in its place until it plays: a picture of it, and its size. */
  still: { poster: string; width: string; height: string } | undefined;
  onLink: (link: VideoLink) => void;
}

const VARIANT_TEXTS: [Variant, string][] = [
  ['video', 'Plays everywhere (4:2:0)'],
  ['exact', 'Exact frames (4:4:4)'],
];

export class Player {
  readonly playback: Playback;
  readonly #options: PlayerOptions;
  readonly #stage: HTMLElement;
  readonly #notice = new Notice();
  readonly #help = makeHelp();
  readonly #controls: HTMLElement;
  readonly #shown = create('p', { class: 'shown muted' });
  #variant: Variant = 'video';
  #loading = new AbortController();

  /** Puts a player in the place of what the section shows. */
  constructor(section: HTMLElement, options: PlayerOptions) {
    this.#options = options;
    const usual = { playsinline: true, preload: 'auto', tabindex: 0, 'aria-label': 'Video' };
    const video = create('video', { ...usual, ...options.still });
    this.playback = new Playback(video, options.rate, options.frames);
    this.#stage = create('div', { class: 'stage' }, video);
    const actions = {
      fullscreen: () => this.#fullscreen(section),
      help: () => (this.#help.open ? this.#help.close() : this.#help.showModal()),
    };
    this.#controls = makeControls(this.playback, actions);
    const below = create('div', { class: 'variants' }, ...this.#makeVariants(), this.#shown);
    section.replaceChildren(this.#stage, this.#controls, this.#notice.element, below, this.#help);
    video.addEventListener('click', () => this.playback.toggle());
    for (const name of ['waiting', 'playing', 'pause', 'seeked']) {
      video.addEventListener(name, () => this.#stage.classList.toggle('waiting', name === 'waiting'));
    }
    listenToKeys(this.playback, actions, new AbortController().signal);
  }

  /** Shows a frame, which may not be made yet, and plays on unless told otherwise; what plays already is left. */
  async open(variant = this.#variant, frame = 0, playing = true): Promise<void> {
    const { video, rate } = this.playback;
    this.#loading.abort();
    this.#loading = new AbortController();
    this.#variant = variant;
    this.#show(true);
    this.#stage.classList.add('waiting');
    this.#notice.say('Asking for the video…');
    this.#shown.textContent = '';
    const { signal } = this.#loading;
    try {
      await this.#load(signal);
      this.#shown.textContent =
        variant === 'exact'
          ? 'Shown: the exact frames, in 4:4:4 without loss.'
          : 'Shown: 4:2:0, with half the resolution of colour, as every browser plays it.';
      if (frame > 0) video.currentTime = middleOf(frame, rate);
      if (playing) await video.play().catch(() => undefined);
      else this.#stage.classList.remove('waiting');
    } catch (error) {
      if (!signal.aborted) this.#fail(toFailure(error));
    }
  }

  #load(signal: AbortSignal): Promise<void> {
    const { id, rate, onLink } = this.#options;
    return loadVideo(this.playback.video, id, this.#variant, {
      signal,
      rate,
      onJob: (job) => this.#notice.job(job, 'Rendering'),
      onLink: (link) => {
        this.#notice.clear();
        onLink(link);
      },
      onFailure: (failure) => this.#fail(failure),
    });
  }

  #fail(failure: ApiFailure): void {
    this.#loading.abort();
    this.#stage.classList.remove('waiting');
    // What has been seen stays on show.
    this.#show(this.playback.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA);
    this.#notice.failure(failure, () => void this.open(this.#variant, this.playback.frame));
  }

  #show(shown: boolean): void {
    this.#stage.hidden = !shown;
    this.#controls.hidden = !shown;
  }

  #fullscreen(section: HTMLElement): void {
    const { video } = this.playback as { video: HTMLVideoElement & { webkitEnterFullscreen?: () => void } };
    if (document.fullscreenElement) void document.exitFullscreen();
    else if (section.requestFullscreen) void section.requestFullscreen().catch(() => undefined);
    else video.webkitEnterFullscreen?.();
  }

  #makeVariants(): HTMLElement[] {
    // Without a document there are no exact frames.
    if (!playsExact() || this.#options.frames === undefined) return [];
    const options = VARIANT_TEXTS.map(([value, text]) => create('option', { value }, text));
    const select = create('select', {}, ...options);
    select.addEventListener('change', () => {
      void this.open(select.value as Variant, this.playback.frame, !this.playback.video.paused);
    });
    return [create('label', {}, create('span', {}, 'Variant'), select)];
  }
}
