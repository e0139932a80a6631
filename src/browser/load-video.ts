// SPDX-License-Identifier: Apache-2.0
// Brings a video element to an experiment's video, and keeps it there: watched while it is made, signed again in time.
import { ApiFailure, askVideo, toFailure } from './api.js';
import type { JobView, Variant, VideoLink } from './api-types.js';
import { type Fed, feedStream } from './feed-stream.js';
import { frameAt, middleOf } from './frame-clock.js';
import { Renewal } from './renewal.js';
import { event } from './wait.js';
import { watchJob } from './watch-job.js';

export interface LoadOptions {
  /** Ends it: the element is left as it is. */
  signal: AbortSignal;
  /** Frames a second, where known: to go on at the very frame. */
  rate?: number | undefined;
  /** Waits until the video is stored: for who needs all of its frames. */
  whole?: boolean;
  /** Told of the job that makes the video, each time it gets on. */
  onJob?: (job: JobView) => void;
  /** Told of each link to the stored video, when there is one. */
  onLink?: (link: VideoLink) => void;
  /** Told when it plays no more, and asking again by itself would not help. */
  onFailure?: (failure: ApiFailure) => void;
}

/**
 * Gives an element the video of an experiment. Resolves when its size and length are known. From then on a link that
 * expires is replaced, and the video goes on at the same frame, at the same speed, playing or not as before. The element
 * needs `crossorigin` beforehand where its pixels are read.
 * @throws ApiFailure; the signal's reason
 */
export async function loadVideo(
  video: HTMLVideoElement,
  experiment: string,
  variant: Variant,
  options: LoadOptions,
): Promise<void> {
  try {
    await new Loading(video, experiment, variant, options).start();
  } catch (error) {
    options.signal.throwIfAborted();
    throw toFailure(error);
  }
}

class Loading {
  readonly #video: HTMLVideoElement;
  readonly #ask: () => ReturnType<typeof askVideo>;
  readonly #options: LoadOptions;
  readonly #renewal = new Renewal();
  #link: VideoLink | undefined;
  /** A source is on its way: what the element says meanwhile is known already. */
  #busy = true;
  /** Whether it plays, as far as people are concerned: a browser pauses what has an error. */
  #playing: boolean;

  constructor(video: HTMLVideoElement, experiment: string, variant: Variant, options: LoadOptions) {
    this.#video = video;
    this.#options = options;
    this.#ask = () => askVideo(experiment, variant, options.signal);
    this.#playing = !video.paused;
  }

  async start(): Promise<void> {
    const { signal } = this.#options;
    this.#video.addEventListener('error', () => this.#onError(), { signal });
    for (const name of ['play', 'seeking']) this.#video.addEventListener(name, () => this.#onUse(), { signal });
    for (const name of ['play', 'pause']) this.#video.addEventListener(name, () => this.#onTurn(), { signal });
    await this.#load();
  }

  async #load(): Promise<void> {
    this.#busy = true;
    const { link, job } = await this.#ask();
    await (link ? this.#play(link) : this.#make(job));
  }

  /** Shows the stored video as the element was before: at the same frame, at the same speed. */
  async #play(link: VideoLink): Promise<void> {
    const { signal, rate, onLink } = this.#options;
    const video = this.#video;
    const { currentTime, playbackRate } = video;
    this.#busy = true;
    this.#link = link;
    onLink?.(link);
    video.src = link.url;
    // Before anything is there: it begins at that place.
    if (currentTime > 0) video.currentTime = rate ? middleOf(frameAt(currentTime, rate), rate) : currentTime;
    await metadata(video, signal);
    video.playbackRate = playbackRate;
    if (this.#playing) void video.play().catch(() => undefined);
    this.#busy = false;
  }

  /** Watches a video that is being made. */
  async #make(job: JobView): Promise<void> {
    const { signal, onJob } = this.#options;
    onJob?.(job);
    const stop = new AbortController();
    const feeding = AbortSignal.any([signal, stop.signal]);
    const done = watchJob(job, (view) => onJob?.(view), signal);
    // There will be no more to watch; or what the browser cannot play like this it may play when it is stored.
    done.catch(() => stop.abort());
    this.#video.addEventListener('error', () => stop.abort(), { signal: feeding });
    let full = false;
    const onFull = () => {
      full = true;
      // Where there is no room for all of it, the stored video is better as soon as it is there.
      void done.then(
        () => stop.abort(),
        () => undefined,
      );
    };
    const fed = this.#feed(job, onFull, feeding).catch(() => undefined);
    const stored = this.#store(
      done,
      fed.then((how) => how === 'whole' && !full),
    );
    await Promise.race([event(this.#video, 'loadedmetadata', feeding).catch(() => stored), stored]);
    stored.catch((error) => this.#fail(error));
  }

  /** Resolves when the video is stored, and all of it can be played. `whole`: whether what was streamed is all there. */
  async #store(done: Promise<JobView>, whole: Promise<boolean>): Promise<void> {
    const enough = await whole;
    await done;
    const { link } = await this.#ask();
    if (!link) throw new ApiFailure({ code: 'NO_VIDEO', message: 'The video was made, and is not there any more' });
    if (!enough) return this.#play(link);
    this.#busy = false;
    this.#options.onLink?.(link);
  }

  async #feed({ links, frames }: JobView, onFull: () => void, signal: AbortSignal): Promise<Fed> {
    const { rate, whole } = this.#options;
    if (whole || links.stream === undefined) return 'unsupported';
    const seconds = frames === undefined || rate === undefined ? undefined : frames / rate;
    const fed = await feedStream(this.#video, links.stream, seconds, onFull, signal);
    // Some browsers play what they are given bit by bit without any help.
    if (fed === 'unsupported') this.#video.src = links.stream;
    return fed;
  }

  #onTurn(): void {
    const { error, paused } = this.#video;
    if (!error) this.#playing = !paused;
  }

  #onError(): void {
    if (this.#busy || this.#options.signal.aborted) return;
    const { error, currentTime } = this.#video;
    if (this.#renewal.afterError(Date.now() / 1000, currentTime)) this.#load().catch((failure) => this.#fail(failure));
    else this.#fail(unplayable(error));
  }

  #onUse(): void {
    if (this.#busy || !this.#link) return;
    if (!this.#renewal.beforeUse(Date.now() / 1000, this.#video.currentTime, this.#link.expiresAt)) return;
    this.#load().catch((failure) => this.#fail(failure));
  }

  #fail(error: unknown): void {
    const { signal, onFailure } = this.#options;
    if (!signal.aborted) onFailure?.(toFailure(error));
  }
}

/** @throws ApiFailure when it cannot be played; the signal's reason */
async function metadata(video: HTMLVideoElement, signal: AbortSignal): Promise<void> {
  const broken = new AbortController();
  const broke = () => broken.abort(unplayable(video.error));
  video.addEventListener('error', broke, { once: true });
  try {
    await event(video, 'loadedmetadata', AbortSignal.any([signal, broken.signal]));
  } finally {
    video.removeEventListener('error', broke);
  }
}

function unplayable(error: MediaError | null): ApiFailure {
  const why = error?.message ? ` (${error.message})` : '';
  const remedy = 'Try again; if it stays like that, the file is broken, or no video: regenerate it.';
  return new ApiFailure({ code: 'VIDEO_UNPLAYABLE', message: `The browser cannot play the video${why}`, remedy });
}
