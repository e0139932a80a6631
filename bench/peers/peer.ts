// SPDX-License-Identifier: Apache-2.0
// What else one would use to get the same frames. Each peer is optional: without its programs it says what brings them.
import type { NativeFrames } from 'framekiln/native';
import type { Scene, Size } from '../scenes.js';

/** Frames at 30 a second, with the parameters of each. */
export interface PeerClip {
  scene: Scene;
  size: Size;
  frames: NativeFrames;
}

/** Its version, or why it cannot run here and what brings it. */
export type Found = { version: string } | { absent: string };

/** What one run made, and how long its frames took once it had started. */
export interface PeerRun {
  frames: number;
  seconds: number;
  /** Until it could make frames, where that can be told. Not in `seconds`. */
  startSeconds?: number;
  /** Of the file it wrote. */
  bytes?: number;
}

/** What `prepare` wrote for a peer that decodes. */
export interface StreamFacts {
  bytes: number;
  /** At the clip's rate of frames. */
  kbitPerSecond: number;
  /** RGB PSNR of decoded frames against the exact ones: what the stream has lost. */
  decibels: number;
}

/**
 * - `rgb24`: pixels with red, green and blue of each, thrown away;
 * - `yuv420p`: pixels as a video codec stores them, thrown away;
 * - `mp4`: a file.
 */
export type Makes = 'rgb24' | 'yuv420p' | 'mp4';

export interface Peer {
  name: string;
  /** One line for the report: what it does, and how its pixels relate to the exact ones. */
  what: string;
  /** Scenes that it can express. */
  scenes: readonly Scene[];
  makes: Makes;
  /** `parameters`: it draws the clip's frames. `stream`: it decodes what `prepare` encoded of them. */
  from: 'parameters' | 'stream';
  /** The most rounds that its pace allows. */
  mostRounds?: number;
  /** Asked once. */
  find(): Promise<Found>;
  /** What is not timed, once for each clip. `folder` is the same for its runs. */
  prepare?(clip: PeerClip, folder: string): Promise<StreamFacts | undefined>;
  /**
   * Makes all of the clip's frames: `mp4` and `stream` once, others again and again for about `seconds`. In processes of
   * its own that have ended when this resolves; one thread of its program's own, where it lets itself be told so.
   */
  run(clip: PeerClip, seconds: number, folder: string): Promise<PeerRun>;
}

/** A clip's parameters as JSON has them: arrays of one element a frame. */
export function plainParameters({ frames }: PeerClip): { time: number[]; complexity: number[]; palette: number[] } {
  const { time, complexity, palette } = frames;
  return { time: [...time], complexity: [...complexity], palette: [...palette] };
}
