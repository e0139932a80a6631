// SPDX-License-Identifier: Apache-2.0
// The clip as a codec would store it: what conventional decoders start from.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { frameBytes, loadAddon, type NativeFrames } from 'framekiln/native';
import { bestLevel } from '../levels.js';
import { FPS, sizeName, slice } from '../scenes.js';
import { runCommand } from './command.js';
import { X264 } from './ffmpeg.js';
import type { PeerClip, StreamFacts } from './peer.js';

/** How each codec encodes the clip. Untimed, so on all cores; qualities are near each other, not equal. */
export const CODECS = {
  'H.264': { decoder: 'h264', encoder: 'libx264', args: X264 },
  HEVC: {
    decoder: 'hevc',
    encoder: 'libx265',
    // hvc1 is what players of Apple's take.
    args: ['-c:v', 'libx265', '-preset', 'fast', '-crf', '28', '-tag:v', 'hvc1', '-x265-params', 'log-level=error'],
  },
  AV1: { decoder: 'libdav1d', encoder: 'libsvtav1', args: ['-c:v', 'libsvtav1', '-preset', '10', '-crf', '35'] },
  VP9: {
    decoder: 'vp9',
    encoder: 'libvpx-vp9',
    args: ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-row-mt', '1', '-crf', '34', '-b:v', '0'],
  },
} as const satisfies Record<string, { decoder: string; encoder: string; args: readonly string[] }>;
export type StreamCodec = keyof typeof CODECS;

/** Where a clip's stream lies in the bench's folder. */
export function streamFile(codec: StreamCodec, { scene, size }: PeerClip, folder: string): string {
  return join(folder, `${scene}-${sizeName(size)}-${codec.replace('.', '')}.mp4`);
}

/** Exact frames of a clip, one after the other. */
export function* exactFrames(
  frames: NativeFrames,
  indexes: Iterable<number> = frames.time.keys(),
): Generator<Uint8Array> {
  const addon = loadAddon();
  const cpu = bestLevel(addon);
  const bytes = frameBytes('rgb24', frames.width, frames.height);
  for (const i of indexes) {
    // A fresh buffer: a stream may still hold the last one.
    const out = new Uint8Array(bytes);
    addon.renderFrames({ ...slice(frames, i, i + 1), format: 'rgb24', cpu, out });
    yield out;
  }
}

const made = new Map<string, Promise<StreamFacts>>();

/** Writes the clip as 4:2:0 in an MP4, keyframes where the encoder's defaults put them; once for each file. */
export function encodeStream(command: string, codec: StreamCodec, clip: PeerClip, file: string): Promise<StreamFacts> {
  const found = made.get(file) ?? encode(command, codec, clip, file);
  made.set(file, found);
  return found;
}

async function encode(command: string, codec: StreamCodec, clip: PeerClip, file: string): Promise<StreamFacts> {
  const raw = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', sizeName(clip.size), '-r', `${FPS}`, '-i', 'pipe:0'];
  const args = ['-v', 'error', '-y', ...raw, ...CODECS[codec].args, '-pix_fmt', 'yuv420p', file];
  // SVT-AV1 talks to standard error whatever ffmpeg is told.
  await runCommand(command, args, { input: exactFrames(clip.frames), env: { ...process.env, SVT_LOG: '1' } });
  const { size: bytes } = statSync(file);
  const frames = clip.frames.time.length;
  return { bytes, kbitPerSecond: kbitPerSecond(bytes, frames), decibels: await streamDecibels(command, clip, file) };
}

const kbitPerSecond = (bytes: number, frames: number) => (bytes * 8 * FPS) / frames / 1000;

/** RGB PSNR of all samples of up to 8 frames, evenly spread. */
async function streamDecibels(command: string, { size, frames }: PeerClip, file: string): Promise<number> {
  const every = Math.ceil(frames.time.length / 8);
  const args = ['-v', 'error', '-i', file, '-vf', `select=not(mod(n\\,${every}))`, '-fps_mode', 'passthrough'];
  const { stdout } = await runCommand(command, [...args, '-pix_fmt', 'rgb24', '-f', 'rawvideo', 'pipe:1']);
  const bytes = frameBytes('rgb24', size.width, size.height);
  const indexes = Array.from({ length: Math.floor(stdout.length / bytes) }, (_, i) => i * every);
  let squares = 0;
  let at = 0;
  for (const frame of exactFrames(frames, indexes)) {
    for (const sample of frame) squares += (sample - (stdout[at++] as number)) ** 2;
  }
  return 10 * Math.log10((255 * 255 * at) / squares);
}
