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
    async *chunks({ start, end }, perChunk, stop) {
      using video = new OpenVideo(addon, path, facts, conversion, stop);
      await video.skip(start);
      for (let at = start; at < end; at += perChunk) yield await video.read(Math.min(perChunk, end - at));
    },
    async *pick(indices, stop): FrameChunks {
      using video = new OpenVideo(addon, path, facts, conversion, stop);
      for (const index of indices) {
        await video.skip(index - video.position);
        yield await video.read(1);
      }
    },
  };
}

/** A reader that gives exactly as many frames as it is asked for, of the size that they had. */
class OpenVideo implements Disposable {
  position = 0;
  readonly #path: string;
  readonly #size: Pick<VideoFacts, 'width' | 'height'>;
  readonly #conversion: Conversion;
  readonly #stop: AbortSignal | undefined;
  readonly #reader: VideoReader;

  constructor(
    addon: Addon,
    path: string,
    size: Pick<VideoFacts, 'width' | 'height'>,
    conversion: Conversion,
    stop: AbortSignal | undefined,
  ) {
    this.#path = path;
    this.#size = size;
    this.#conversion = conversion;
    this.#stop = stop;
    try {
      this.#reader = addon.openReader(path);
    } catch (error) {
      throw naming(path, fromNative(error));
    }
    stop?.addEventListener('abort', this.#close);
  }

  async read(count: number): Promise<PixelFrames> {
    const frames = await this.#next(count);
    this.position += frames?.frames ?? 0;
    const { width, height } = this.#size;
    if (frames?.frames === count && frames.width === width && frames.height === height) {
      return { ...frames, conversion: this.#conversion };
    }
    // Why no more came is told behind the good frames, unless the file ends.
    if (frames) await this.#next(1);
    throw new FramekilnError('INVALID_VIDEO', `${this.#path} is not what it was: it was changed meanwhile`);
  }

  async skip(count: number): Promise<void> {
    for (let left = count; left > 0; left -= SKIP) await this.read(Math.min(SKIP, left));
  }

  [Symbol.dispose](): void {
    this.#stop?.removeEventListener('abort', this.#close);
    this.#close();
  }

  readonly #close = (): void => this.#reader.close();

  #next(count: number): Promise<PixelFrames | undefined> {
    this.#stop?.throwIfAborted();
    return this.#reader.read(count).catch((error) => {
      throw this.#stop?.aborted ? this.#stop.reason : naming(this.#path, fromNative(error));
    });
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
