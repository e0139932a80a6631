// SPDX-License-Identifier: Apache-2.0
// Random access in video files.
import { percentile } from '../measure.js';
import type { Bench } from '../part.js';
import type { Scene } from '../scenes.js';
import { seekMilliseconds } from './decoders.js';
import type { Peer, PeerClip } from './peer.js';
import { CODECS, type StreamCodec, streamFile } from './streams.js';

/** Single frames of a file; a step that shares no factor with its length meets frames from all over. */
const SEEKS = { usual: 12, quick: 3, step: 77 };

export interface Seeks {
  peer: string;
  scene: Scene;
  /** Milliseconds to a frame, opening the file not included. */
  p50: number;
  p95: number;
}

/** For each of the peers that decodes a file to RGB. */
export async function measureSeeks(
  { options }: Bench,
  clip: PeerClip,
  peers: readonly Peer[],
  folder: string,
): Promise<Seeks[]> {
  const count = options.quick ? SEEKS.quick : SEEKS.usual;
  const indexes = Array.from({ length: count }, (_, i) => ((i + 1) * SEEKS.step) % clip.frames.time.length);
  const found: Seeks[] = [];
  for (const codec of Object.keys(CODECS) as StreamCodec[]) {
    const peer = peers.find(({ name }) => name === `libavcodec ${codec} to RGB`);
    if (!peer) continue;
    const times = await seekMilliseconds(codec, streamFile(codec, clip, folder), indexes);
    found.push({ peer: peer.name, scene: clip.scene, p50: percentile(times, 0.5), p95: percentile(times, 0.95) });
  }
  return found;
}
