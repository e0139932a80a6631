// SPDX-License-Identifier: Apache-2.0
// All that can be done to a comparison, for keys and buttons alike.
import type { Stage } from './stage.js';
import type { CompareStore } from './state.js';
import { MOST_GAIN, type Mode } from './url-state.js';
import type { Zoom } from './zoom.js';

const SPEEDS: readonly number[] = [0.1, 0.25, 0.5, 1, 1.5, 2, 4];

export interface Actions {
  toggle(): void;
  step(frames: number): void;
  seek(frame: number): void;
  /** Seconds on or back. */
  jump(seconds: number): void;
  speed(speed: number): void;
  /** To the next slower or faster one. */
  faster(by: -1 | 1): void;
  loop(): void;
  mode(mode: Mode): void;
  gain(gain: number): void;
  split(at: number): void;
  flip(on: boolean): void;
  zoom: Zoom;
}

export function makeActions(stage: Stage, store: CompareStore, zoom: Zoom): Actions {
  const seek = (frame: number) => void stage.playback?.seek(frame);
  const speed = (wanted: number) => {
    if (stage.playback) stage.playback.speed = wanted;
    store.set({ speed: wanted });
  };
  return {
    toggle() {
      if (store.state.playing) stage.playback?.pause();
      else void stage.playback?.play();
    },
    step: (frames) => void stage.playback?.step(store.state.frame, frames),
    seek,
    jump: (seconds) => seek(store.state.frame + Math.round(seconds * (stage.framesPerSecond ?? 0))),
    speed,
    faster(by) {
      const at = SPEEDS.indexOf(store.state.speed);
      speed(SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at + by))] ?? 1);
    },
    loop() {
      const loop = !store.state.loop;
      if (stage.playback) stage.playback.loop = loop;
      store.set({ loop });
    },
    mode: (mode) => store.set({ mode, flipped: false }),
    gain: (gain) => store.set({ gain: Math.max(1, Math.min(MOST_GAIN, gain)) }),
    split: (at) => store.set({ split: Math.max(0, Math.min(1, at)) }),
    flip: (flipped) => store.set({ flipped }),
    zoom,
  };
}
