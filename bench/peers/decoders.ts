// SPDX-License-Identifier: Apache-2.0
// Conventional decoding: the same clip out of a video file, by libavcodec through the ffmpeg program.
import { FPS, SCENES } from '../scenes.js';
import { findFfmpeg, timeFfmpeg } from './ffmpeg.js';
import type { Peer } from './peer.js';
import { CODECS, encodeStream, type StreamCodec, streamFile } from './streams.js';

const NOWHERE = ['-fps_mode', 'passthrough', '-f', 'null', '-'];

const input = (codec: StreamCodec, file: string) => ['-threads', '1', '-c:v', CODECS[codec].decoder, '-i', file];

/** One codec's stream, decoded to pixels as it stores them or to RGB. */
export function decoder(codec: StreamCodec, makes: 'yuv420p' | 'rgb24', command = 'ffmpeg'): Peer {
  const { decoder: name, encoder, args } = CODECS[codec];
  const settings = args
    .slice(2)
    .join(' ')
    .replaceAll(/^-|(?<= )-(?=[a-z])/g, '');
  const format = makes === 'rgb24' ? ['-pix_fmt', 'rgb24'] : [];
  return {
    name: `libavcodec ${codec}${makes === 'rgb24' ? ' to RGB' : ''}`,
    what:
      `the clip as ${encoder} (${settings}) encoded it, decoded by ${name}` +
      (makes === 'rgb24' ? ' and converted to RGB by swscale' : '') +
      ', on one thread: lossy, by the PSNR given',
    scenes: SCENES,
    makes,
    from: 'stream',
    find: () => findFfmpeg(command, { encoders: [encoder], decoders: [name] }),
    prepare: (clip, folder) => encodeStream(command, codec, clip, streamFile(codec, clip, folder)),
    run: (clip, _seconds, folder) =>
      timeFfmpeg(command, [...input(codec, streamFile(codec, clip, folder)), ...format, ...NOWHERE]),
  };
}

/**
 * Milliseconds to get each of some frames alone out of a file of `prepare`'s, as RGB: from the keyframe before it on.
 * By ffmpeg's own clock, which starts once the file is open and its index read: neither the process's start nor the
 * opening is in it, only reading, decoding and converting. That favours the file.
 */
export async function seekMilliseconds(
  codec: StreamCodec,
  clipFile: string,
  frameIndexes: readonly number[],
  command = 'ffmpeg',
): Promise<number[]> {
  const found: number[] = [];
  for (const index of frameIndexes) {
    const { seconds } = await timeFfmpeg(command, [...seekTo(codec, clipFile, index), '-f', 'null', '-']);
    found.push(seconds * 1000);
  }
  return found;
}

/** Inputs and settings that give one frame of a stream as RGB. */
export function seekTo(codec: StreamCodec, clipFile: string, index: number): string[] {
  // Frames before this time are dropped: half a frame ahead, no rounding can drop the one that is wanted.
  const at = Math.max(0, (index - 0.5) / FPS).toFixed(6);
  return ['-ss', at, ...input(codec, clipFile), '-frames:v', '1', '-pix_fmt', 'rgb24'];
}
