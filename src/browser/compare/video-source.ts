// SPDX-License-Identifier: Apache-2.0
import type { FrameSource, Picture } from './frame-source.js';
import type { Clip } from './pairing.js';
import { frameAt, middleOf, type Rate } from './rate.js';
import type { SideNow } from './sync.js';

/** Chromium refuses less than a sixteenth. */
const LEAST_SPEED = 0.0625;
/** A seek that takes longer will not come to its end, in milliseconds. */
const MOST_SEEK = 10_000;
/** After `seeked`, the frame itself follows within this, in milliseconds. */
const MOST_PRESENT = 500;

/** The frames of a video element. */
export class VideoSource implements FrameSource {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly rate: Rate;
  readonly #video: HTMLVideoElement;
  readonly #listeners = new Set<() => void>();
  #presented = -1;

  /** @param video whose size and length are known */
  constructor(video: HTMLVideoElement, { frames, rate }: Pick<Clip, 'frames' | 'rate'>, signal: AbortSignal) {
    this.#video = video;
    this.frames = frames;
    this.rate = rate;
    this.width = video.videoWidth;
    this.height = video.videoHeight;
    this.#listen(signal);
  }

  get presented(): number {
    return this.#presented;
  }

  get speed(): number {
    return this.#video.playbackRate;
  }

  set speed(speed: number) {
    const played = Math.max(LEAST_SPEED, speed);
    if (this.#video.playbackRate !== played) this.#video.playbackRate = played;
  }

  now(): SideNow {
    const { currentTime, seeking, readyState, ended } = this.#video;
    return { position: currentTime, waiting: !ended && (seeking || readyState < HTMLMediaElement.HAVE_FUTURE_DATA) };
  }

  ended(): boolean {
    return this.#video.ended;
  }

  play(): void {
    // A pause that comes first rejects it, which is as it should be.
    if (this.#video.paused) this.#video.play().catch(() => undefined);
  }

  pause(): void {
    if (!this.#video.paused) this.#video.pause();
  }

  jump(seconds: number): void {
    this.#video.currentTime = seconds;
  }

  async seek(frame: number): Promise<void> {
    const video = this.#video;
    video.currentTime = middleOf(frame, this.rate);
    await first(video, ['seeked', 'error', 'emptied'], MOST_SEEK);
    if (this.#look() === frame) return;
    await new Promise<void>((done) => {
      const finish = () => {
        clearTimeout(timer);
        stop();
        done();
      };
      const timer = setTimeout(finish, MOST_PRESENT);
      const stop = this.onFrame(() => this.#presented === frame && finish());
    });
    this.#look();
  }

  picture(): Picture | undefined {
    const video = this.#video;
    if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return undefined;
    if (!('VideoFrame' in globalThis)) return this.#copy();
    // Unlike the element it says which frame it holds; the element may be a frame further than its last callback.
    const image = new VideoFrame(video);
    return { frame: this.#index(image.timestamp / 1e6), image, close: () => image.close() };
  }

  /** For browsers that give no frames away. */
  #copy(): Picture {
    const image = new OffscreenCanvas(this.width, this.height);
    image.getContext('2d')?.drawImage(this.#video, 0, 0);
    return { frame: this.#presented, image, close: () => undefined };
  }

  onFrame(callback: () => void): () => void {
    this.#listeners.add(callback);
    return () => this.#listeners.delete(callback);
  }

  #index(mediaTime: number): number {
    return Math.max(0, Math.min(this.frames - 1, frameAt(mediaTime, this.rate)));
  }

  #listen(signal: AbortSignal): void {
    const video = this.#video;
    video.addEventListener('seeked', () => this.#look(), { signal });
    if ('requestVideoFrameCallback' in video) {
      const next = (_now: number, { mediaTime }: { mediaTime: number }) => {
        if (signal.aborted) return;
        video.requestVideoFrameCallback(next);
        this.#present(this.#index(mediaTime));
      };
      video.requestVideoFrameCallback(next);
    } else {
      const next = () => {
        if (signal.aborted) return;
        requestAnimationFrame(next);
        this.#present(this.#shownByClock());
      };
      requestAnimationFrame(next);
    }
  }

  /** Looks for itself: a frame that was decoded long ago comes back without a callback in some browsers. */
  #look(): number {
    let frame = this.#shownByClock();
    try {
      const picture = this.picture();
      if (picture && 'VideoFrame' in globalThis) frame = picture.frame;
      picture?.close();
    } catch {
      // Its pixels are not for us; the clock will do.
    }
    this.#present(frame);
    return frame;
  }

  #shownByClock(): number {
    const { num, den } = this.rate;
    return Math.max(0, Math.min(this.frames - 1, Math.floor((this.#video.currentTime * num) / den + 1e-3)));
  }

  #present(frame: number): void {
    this.#presented = frame;
    for (const listener of this.#listeners) listener();
  }
}

function first(target: EventTarget, names: readonly string[], most: number): Promise<void> {
  return new Promise((done) => {
    const finish = () => {
      clearTimeout(timer);
      for (const name of names) target.removeEventListener(name, finish);
      done();
    };
    const timer = setTimeout(finish, most);
    for (const name of names) target.addEventListener(name, finish);
  });
}
