// SPDX-License-Identifier: Apache-2.0
import { basename } from 'node:path';
import { FramekilnError, fromNative } from '../errors.js';
import type { Addon, Conversion, PixelFrames, VideoFacts, VideoReader } from '../native.js';
import { probeVideo } from '../render/probe.js';
import type { RenderContext } from '../render/video.js';
import type { FrameChunks, FrameSource } from './source.js';

/** Frames that are skipped are decoded so many at a time. */
const SKIP = 4;

/**
 * The frames of a video file, which is read through once to know that it is whole.
 * @throws FramekilnError `INVALID_VIDEO`, `INPUT_UNREADABLE`; the signal's reason
 */
export async function videoSource(
  context: RenderContext,
  path: string,
  signal: AbortSignal | undefined,
  conversion: Conversion = 'accurate',
): Promise<FrameSource> {
  const { addon } = context;
  const facts = await probeVideo(context, path, signal).catch((error) => {
    throw naming(path, error);
  });
  const { width, height, frames, rate, codec, pixelFormat } = facts;
  return {
    label: `${basename(path)} (${codec} ${pixelFormat})`,
    width,
    height,
    frames,
    rate: rate.startsWith('0/') ? undefined : rate,
    notes: [
      ...notesOf(facts),
      ...(conversion === 'opencv' ? ["Its colours are converted as OpenCV's VideoCapture converts them."] : []),
    ],
    async *chunks({ start, end }, perChunk) {
      using video = new OpenVideo(addon, path, conversion);
      await video.skip(start);
      for (let at = start; at < end; at += perChunk) yield await video.read(Math.min(perChunk, end - at));
    },
    async *pick(indices): FrameChunks {
      using video = new OpenVideo(addon, path, conversion);
      for (const index of indices) {
        await video.skip(index - video.position);
        yield await video.read(1);
      }
    },
  };
}

/** A reader that gives exactly as many frames as it is asked for. */
class OpenVideo implements Disposable {
  position = 0;
  readonly #path: string;
  readonly #reader: VideoReader;
  readonly #conversion: Conversion;

  constructor(addon: Addon, path: string, conversion: Conversion) {
    this.#path = path;
    this.#conversion = conversion;
    try {
      this.#reader = addon.openReader(path);
    } catch (error) {
      throw naming(path, fromNative(error));
    }
  }

  async read(count: number): Promise<PixelFrames> {
    const frames = await this.#reader.read(count).catch((error) => {
      throw naming(this.#path, fromNative(error));
    });
    this.position += frames?.frames ?? 0;
    if (frames?.frames === count) return { ...frames, conversion: this.#conversion };
    throw new FramekilnError('INVALID_VIDEO', `${this.#path} has fewer frames than it had: it was changed meanwhile`);
  }

  async skip(count: number): Promise<void> {
    for (let left = count; left > 0; left -= SKIP) await this.read(Math.min(SKIP, left));
  }

  [Symbol.dispose](): void {
    this.#reader.close();
  }
}

/** Of several files, which one it is. */
function naming(path: string, error: unknown): unknown {
  if (!(error instanceof FramekilnError) || error.code !== 'INVALID_VIDEO') return error;
  return new FramekilnError('INVALID_VIDEO', `${path}: ${error.message}`, { cause: error });
}

function notesOf({ pixelFormat, audio }: VideoFacts): string[] {
  const bits = /(?:p|gray|gbrp|nv|y)(9|10|12|14|16)(?:le|be)$/.exec(pixelFormat)?.[1];
  return [
    ...(bits === undefined ? [] : [`Its ${bits}-bit samples (${pixelFormat}) are converted to 8 bits.`]),
    ...(audio ? ['Its sound is left out.'] : []),
  ];
}
