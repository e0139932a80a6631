// SPDX-License-Identifier: Apache-2.0
import type { PeerClip } from '../../bench/peers/peer.js';
import { plainFrame } from '../../bench/peers/plain-frame.js';
import { FAMILIES, type Size } from '../../bench/scenes.js';

/** Frames of one family. */
export function clipOf(scene: keyof typeof FAMILIES, size: Size, times: readonly number[]): PeerClip {
  const complexity = new Float64Array(times.length).fill(FAMILIES[scene]);
  const palette = new Uint8Array(times.length);
  return { scene, size, frames: { ...size, time: Float64Array.from(times), complexity, palette } };
}

/** All of its frames, exact. */
export function plainFrames({ size, frames }: PeerClip): Uint8Array[] {
  return Array.from(frames.time, (time, i) =>
    plainFrame({ ...size, time, complexity: frames.complexity[i] as number, palette: frames.palette[i] as number }),
  );
}
