// SPDX-License-Identifier: Apache-2.0
// FFmpeg's programs as independent judges of what we write.
import { run } from './process.js';

async function output(command: string, args: readonly string[]): Promise<Buffer> {
  const { code, stdout, stderr } = await run(command, args);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${stderr}`);
  return stdout;
}

/** A few seconds of picture and of sound, as inputs. */
export const PICTURE = ['-f', 'lavfi', '-i', 'testsrc2=size=160x90:rate=25:duration=2'];
export const SOUND = ['-f', 'lavfi', '-i', 'sine=duration=2'];

/** Makes a file of whatever `args` ask for. */
export async function make(file: string, ...args: readonly string[]): Promise<string> {
  await output('ffmpeg', ['-v', 'error', '-y', ...args, file]);
  return file;
}

/** The encoders of the ffmpeg at hand, by name. */
export async function encoders(): Promise<Set<string>> {
  const text = (await output('ffmpeg', ['-hide_banner', '-encoders'])).toString();
  return new Set(Array.from(text.matchAll(/^ [VAS][.A-Z]{5} (\S+)/gm), (match) => match[1] as string));
}

export interface Probe {
  /** The video stream, as ffprobe prints it. */
  stream: Record<string, string | number>;
  format: Record<string, string | number>;
  streams: number;
}

/** What ffprobe says of a file; `nb_read_frames` counts what it decoded. */
export async function probe(file: string): Promise<Probe> {
  const args = ['-v', 'error', '-count_frames', '-show_streams', '-show_format', '-of', 'json', file];
  const { streams, format } = JSON.parse((await output('ffprobe', args)).toString());
  return { stream: streams[0], format, streams: streams.length };
}

export interface Packet {
  pts: number;
  key: boolean;
}

/** Seconds and kinds of a file's packets, in order of display. */
export async function packets(file: string): Promise<Packet[]> {
  const args = ['-v', 'error', '-show_entries', 'packet=pts_time,flags', '-of', 'json', file];
  const found: { pts_time: string; flags: string }[] = JSON.parse((await output('ffprobe', args)).toString()).packets;
  return found
    .map(({ pts_time, flags }) => ({ pts: Number(pts_time), key: flags.startsWith('K') }))
    .sort((a, b) => a.pts - b.pts);
}

/** Frames as FFmpeg decodes them, packed; `filter` comes before the conversion to `pixels`. */
export function decode(file: string, pixels: string, filter?: string): Promise<Buffer> {
  const filters = filter ? ['-vf', filter] : [];
  const args = ['-v', 'error', '-i', file, ...filters, '-pix_fmt', pixels, '-fps_mode', 'passthrough'];
  return output('ffmpeg', [...args, '-f', 'rawvideo', '-']);
}

/** What FFmpeg complains about when it decodes a file. */
export async function complaints(file: string): Promise<string> {
  const { code, stderr } = await run('ffmpeg', ['-v', 'warning', '-i', file, '-f', 'null', '-']);
  return code === 0 ? stderr : `ended with ${code}: ${stderr}`;
}

/** dB between equally long data of 8-bit samples; Infinity when equal. */
export function psnr(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) throw new Error(`${a.length} bytes against ${b.length}`);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
  return 10 * Math.log10((255 * 255 * a.length) / sum);
}
