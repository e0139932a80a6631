// SPDX-License-Identifier: Apache-2.0
// Plays two sources as one: A leads, B follows, and both stand still together.
import type { FrameSource } from './frame-source.js';
import type { Pairing } from './pairing.js';
import { middleOf, secondsOf } from './rate.js';
import { follow, type Pace, repace } from './sync.js';

export interface PlaybackEvents {
  /** Both present the frame that was sought. */
  onSought(): void;
  /** It plays now, or does no more. */
  onPlaying(playing: boolean): void;
  /** So much of the wanted speed is played from now on; 1 is all. */
  onPace(share: number): void;
}

export class Playback {
  loop = false;
  readonly #a: FrameSource;
  readonly #b: FrameSource;
  readonly #pairing: Pairing;
  readonly #events: PlaybackEvents;
  #speed = 1;
  #playing = false;
  /** The frame to go to next, while a seek is under way. */
  #wanted: number | undefined;
  #seeking: Promise<void> | undefined;
  #refresh = 0;
  #pace: Pace = { share: 1, since: 0 };
  #lastPair = 0;

  constructor(a: FrameSource, b: FrameSource, pairing: Pairing, events: PlaybackEvents) {
    this.#a = a;
    this.#b = b;
    this.#pairing = pairing;
    this.#events = events;
  }

  get playing(): boolean {
    return this.#playing;
  }

  get speed(): number {
    return this.#speed;
  }

  set speed(speed: number) {
    this.#speed = speed;
    this.#setPace({ share: 1, since: performance.now() });
  }

  /** Tells it that another pair has been drawn. */
  drawn(): void {
    this.#lastPair = performance.now();
  }

  get last(): number {
    return this.#pairing.frames - 1;
  }

  async play(): Promise<void> {
    if (this.#playing) return;
    this.#set(true);
    this.#setPace({ share: 1, since: performance.now() });
    await (this.#a.presented >= this.last ? this.seek(0) : this.#seeking);
    this.#tick();
  }

  pause(): void {
    if (!this.#playing) return;
    this.halt();
    // They stop a few frames apart: both show the leader's.
    void this.seek(this.#a.presented);
  }

  /** Stops at once, wherever they are. */
  halt(): void {
    if (this.#playing) this.#set(false);
    this.#stand();
  }

  /** Shows this frame of both; of several that come while one is under way, the last. Goes on playing if it did. */
  seek(frame: number): Promise<void> {
    this.#wanted = Math.max(0, Math.min(this.last, Math.round(frame)));
    this.#seeking ??= this.#seekAll().finally(() => {
      this.#seeking = undefined;
    });
    return this.#seeking;
  }

  /** Steps from where a seek leads that is still under way, so that a held key counts each time. */
  step(from: number, frames: number): Promise<void> {
    this.halt();
    return this.seek((this.#wanted ?? from) + frames);
  }

  /** Called before each screen refresh while it plays. */
  #tick = (): void => {
    if (!this.#playing) return;
    cancelAnimationFrame(this.#refresh);
    this.#refresh = requestAnimationFrame(this.#tick);
    if (this.#seeking) return;
    const [a, b] = [this.#a, this.#b];
    if (a.ended() || b.ended() || a.presented >= this.last) {
      this.#finish();
      return;
    }
    const frame = secondsOf(1, a.rate);
    const { rateB, seekB, hold } = follow(a.now(), b.now(), this.#paced, frame);
    // Loading is no reason to go slower.
    const lastPair = hold ? performance.now() : this.#lastPair;
    this.#setPace(repace(this.#pace, performance.now(), lastPair, this.#speed, frame * 1000));
    b.speed = rateB;
    if (seekB !== undefined) b.jump(Math.max(0, Math.min(seekB, middleOf(b.frames - 1, b.rate))));
    this.#run(a, hold !== 'a' && seekB === undefined);
    this.#run(b, hold !== 'b' || seekB !== undefined);
  };

  get #paced(): number {
    return this.#speed * this.#pace.share;
  }

  #setPace(pace: Pace): void {
    const changed = pace.share !== this.#pace.share;
    this.#pace = pace;
    this.#a.speed = this.#paced;
    if (changed) this.#events.onPace(pace.share);
  }

  #run(source: FrameSource, go: boolean): void {
    if (go) source.play();
    else source.pause();
  }

  #finish(): void {
    if (this.loop) {
      void this.seek(0);
      return;
    }
    this.halt();
    void this.seek(this.last);
  }

  #stand(): void {
    for (const source of [this.#a, this.#b]) source.pause();
  }

  async #seekAll(): Promise<void> {
    while (this.#wanted !== undefined) {
      const frame = this.#wanted;
      this.#stand();
      this.#b.speed = this.#paced;
      await Promise.all([this.#a.seek(frame), this.#b.seek(this.#pairing.partner(frame))]);
      if (this.#wanted === frame) this.#wanted = undefined;
      this.#events.onSought();
    }
  }

  #set(playing: boolean): void {
    this.#playing = playing;
    this.#events.onPlaying(playing);
  }
}
