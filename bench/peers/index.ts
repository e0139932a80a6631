// SPDX-License-Identifier: Apache-2.0
// All peers, in the order of the report.
import { decoder } from './decoders.js';
import { geq, mandelbrotFilter } from './lavfi.js';
import { numpyGenerator } from './numpy.js';
import type { Peer } from './peer.js';
import { plainFrames, plainVideo } from './plain.js';
import { remotion } from './remotion.js';
import { CODECS, type StreamCodec } from './streams.js';

export const PEERS: readonly Peer[] = [
  numpyGenerator(),
  plainFrames(),
  geq(),
  mandelbrotFilter(),
  ...(Object.keys(CODECS) as StreamCodec[]).flatMap((codec) => [decoder(codec, 'yuv420p'), decoder(codec, 'rgb24')]),
  plainVideo(),
  remotion(),
];
