// SPDX-License-Identifier: Apache-2.0
import { frameAt, frameClock, middleOf } from './frame-clock.js';

const SPEEDS = [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 4];
/** Where nobody says how many frames a second there are. */
const USUAL_RATE = 30;

/** Moves a video about by frames. */
export class Playback {
  static readonly speeds: readonly number[] = SPEEDS;
  readonly video: HTMLVideoElement;
  readonly rate: number;
  readonly #frames: number | undefined;
  readonly #listeners: ((frame: number) => void)[] = [];

  /** @param frames how many there are, where known */
  constructor(video: HTMLVideoElement, rate: number | undefined, frames: number | undefined) {
    this.video = video;
    this.rate = rate ?? USUAL_RATE;
    this.#frames = frames;
    frameClock(video, this.rate, (frame) => {
      for (const listener of this.#listeners) listener(this.#within(frame));
    });
  }

  /** Told of each frame that comes on show. */
  onFrame(listener: (frame: number) => void): void {
    this.#listeners.push(listener);
  }

  get frame(): number {
    return this.#within(frameAt(this.video.currentTime, this.rate));
  }

  /** How many frames there are; 0 as long as that is not known. */
  get frames(): number {
    if (this.#frames !== undefined) return this.#frames;
    const { duration } = this.video;
    return Number.isFinite(duration) ? Math.round(duration * this.rate) : 0;
  }

  /** Shows a frame; while the video is being made, the last that is there. */
  seek(frame: number): void {
    const { buffered, src } = this.video;
    const last = Math.max(0, this.frames - 1);
    const made = src.startsWith('blob:') && buffered.length > 0 ? buffered.end(buffered.length - 1) : undefined;
    const limit = made === undefined ? last : Math.min(last, Math.floor(made * this.rate) - 1);
    this.video.currentTime = middleOf(Math.min(Math.max(0, Math.round(frame)), Math.max(0, limit)), this.rate);
  }

  /** Stands still some frames further on, or back. */
  step(by: number): void {
    this.video.pause();
    this.seek(this.frame + by);
  }

  /** Some seconds further on, or back. */
  jump(seconds: number): void {
    this.seek(this.frame + seconds * this.rate);
  }

  toggle(): void {
    if (this.video.paused) void this.video.play().catch(() => undefined);
    else this.video.pause();
  }

  /** The next speed up, or down. */
  changeSpeed(by: 1 | -1): void {
    const at = SPEEDS.findIndex((speed) => speed >= this.video.playbackRate);
    this.video.playbackRate = SPEEDS[Math.min(Math.max(0, at + by), SPEEDS.length - 1)] ?? 1;
  }

  /** At its very end a video still shows the last. */
  #within(frame: number): number {
    return this.frames > 0 ? Math.min(frame, this.frames - 1) : frame;
  }
}
