// SPDX-License-Identifier: Apache-2.0
import type { Clip } from './pairing.js';
import type { SideNow } from './sync.js';

/** One frame's pixels. Whoever takes it closes it, and keeps few. */
export interface Picture {
  frame: number;
  image: TexImageSource;
  close(): void;
}

/** Frames that can be played and looked at one by one, wherever they come from. */
export interface FrameSource extends Clip {
  /** Playback rate; takes effect at once. */
  speed: number;
  /** Where it is, in seconds, and whether it can go on. */
  now(): SideNow;
  /** It has played its last frame. */
  ended(): boolean;
  /** The frame that is presented, -1 before the first. */
  readonly presented: number;
  play(): void;
  pause(): void;
  /** Resolves when this frame is presented, or another one because it cannot be. */
  seek(frame: number): Promise<void>;
  /** Jumps to about there, in seconds, and goes on. */
  jump(seconds: number): void;
  /** What is presented, if anything is. @throws SecurityError where its pixels may not be read */
  picture(): Picture | undefined;
  /** Calls back whenever another frame is presented; returns what ends this. */
  onFrame(callback: () => void): () => void;
}
