// SPDX-License-Identifier: Apache-2.0
import { basename } from 'node:path';
import { FramekilnError, fromNative } from '../errors.js';
import type { Addon, Conversion, Luma, PixelFrames, VideoFacts, VideoReader } from '../native.js';
import { probeVideo } from '../render/probe.js';
import type { RenderContext } from '../render/video.js';
import type { FrameChunks, FrameSource } from './source.js';

/** Frames that are skipped are decoded so many at a time. */
const SKIP = 4;

export interface VideoSourceOptions {
  /** How YCbCr becomes RGB; default `accurate`. */
  conversion?: Conversion | undefined;
  /** The matrix of YCbCr that does not say its own; default BT.601. */
  matrix?: Luma | undefined;
  /** What messages and pictures call it; default its path. */
  name?: string | undefined;
}

/** As H.273 numbers them. */
const MATRICES = { bt709: 1, bt601: 6 } as const;
const NOT_SAID = 2;

/**
 * The frames of a video file, which is read through once to know that it is whole.
 * @throws FramekilnError `INVALID_VIDEO`, `INPUT_UNREADABLE`; the signal's reason
 */
export async function videoSource(
  context: RenderContext,
  path: string,
  signal: AbortSignal | undefined,
  { conversion = 'accurate', matrix, name = path }: VideoSourceOptions = {},
): Promise<FrameSource> {
  const { addon } = context;
  const facts = await probeVideo(context, path, signal).catch((error) => {
    throw naming(name, error);
  });
  const { width, height, frames, rate, codec, pixelFormat } = facts;
  return {
    label: `${basename(name)} (${codec} ${pixelFormat})`,
    width,
    height,
    frames,
    rate: rate.startsWith('0/') ? undefined : rate,
    notes: [
      ...notesOf(facts),
      ...(conversion === 'opencv'
        ? ["Its colours are converted as OpenCV's VideoCapture converts them."]
        : matrixNotes(facts, matrix)),
    ],
    async *chunks({ start, end }, perChunk, stop) {
      using video = new OpenVideo(addon, path, { facts, conversion, matrix, name }, stop);
      await video.skip(start);
      for (let at = start; at < end; at += perChunk) yield await video.read(Math.min(perChunk, end - at));
    },
    async *pick(indices, stop): FrameChunks {
      using video = new OpenVideo(addon, path, { facts, conversion, matrix, name }, stop);
      for (const index of indices) {
        await video.skip(index - video.position);
        yield await video.read(1);
      }
    },
  };
}

/** What a file was when it was opened first, and how it is read. */
interface Opened {
  facts: VideoFacts;
  conversion: Conversion;
  matrix: Luma | undefined;
  name: string;
}

/** A reader that gives exactly as many frames as it is asked for, of the size that they had. */
class OpenVideo implements Disposable {
  position = 0;
  readonly #as: Opened;
  readonly #stop: AbortSignal | undefined;
  readonly #reader: VideoReader;

  constructor(addon: Addon, path: string, as: Opened, stop: AbortSignal | undefined) {
    this.#as = as;
    this.#stop = stop;
    try {
      this.#reader = addon.openReader(path);
    } catch (error) {
      throw naming(as.name, fromNative(error));
    }
    stop?.addEventListener('abort', this.#close);
  }

  async read(count: number): Promise<PixelFrames> {
    const frames = await this.#next(count);
    this.position += frames?.frames ?? 0;
    const { facts, conversion, matrix: assumed, name } = this.#as;
    if (frames?.frames === count && frames.width === facts.width && frames.height === facts.height) {
      const matrix = frames.matrix === NOT_SAID && assumed ? MATRICES[assumed] : frames.matrix;
      return { ...frames, matrix, conversion };
    }
    // Why no more came is told behind the good frames, unless the file ends.
    if (frames) await this.#next(1);
    throw new FramekilnError('INVALID_VIDEO', `${name} is not what it was: it was changed meanwhile`);
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
      throw this.#stop?.aborted ? this.#stop.reason : naming(this.#as.name, fromNative(error));
    });
  }
}

/** Of several files, which one it is. */
function naming(name: string, error: unknown): unknown {
  if (!(error instanceof FramekilnError) || error.code !== 'INVALID_VIDEO') return error;
  return new FramekilnError('INVALID_VIDEO', `${name}: ${error.message}`, { cause: error });
}

/** Half of all colours depend on it, and raw video never says it. */
function matrixNotes({ matrix, pixelFormat }: VideoFacts, assumed: Luma | undefined): string[] {
  if (matrix !== NOT_SAID || !pixelFormat.startsWith('yuv')) return [];
  const taken = assumed === 'bt709' ? 'BT.709' : 'BT.601';
  const remedy = assumed ? '' : ' (--matrix bt709 if it is)';
  return [`It does not say its colour matrix; ${taken} is assumed${remedy}.`];
}

function notesOf({ pixelFormat, audio }: VideoFacts): string[] {
  const bits = /(?:p|gray|gbrp|nv|y)(9|10|12|14|16)(?:le|be)$/.exec(pixelFormat)?.[1];
  return [
    ...(bits === undefined ? [] : [`Its ${bits}-bit samples (${pixelFormat}) are converted to 8 bits.`]),
    ...(audio ? ['Its sound is left out.'] : []),
  ];
}
