// SPDX-License-Identifier: Apache-2.0
import { EventEmitter, once } from 'node:events';
import { FramekilnError, fromNative, refuseSetting } from '../errors.js';
import type { Addon, EncodedSegment, EncodeSettings, FragmentMuxer } from '../native.js';
import type { ResolvedSettings } from './settings.js';

/** Two minutes of 1920x1080 that compress badly. */
const LIMIT_BYTES = 256 * 2 ** 20;

/**
 * A fragmented MP4 that grows while its video is made, for any number of readers. Its bytes are kept once, until it is
 * disposed of. Whatever goes wrong here is for the readers: the render goes on.
 */
export class LiveVideo implements Disposable {
  /** True when the first bytes are there, false when it ended without any. */
  readonly started: Promise<boolean>;
  readonly #addon: Addon;
  readonly #limitBytes: number;
  readonly #events = new EventEmitter().setMaxListeners(0);
  #start: (any: boolean) => void = () => undefined;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #framesAdded = 0;
  #mimeType: string | undefined;
  #overflowed = false;
  #muxer: FragmentMuxer | undefined;
  /** What add() and end() asked for, one step at a time. */
  #work: Promise<void> = Promise.resolve();
  #ending = false;
  #ended: { error?: unknown } | undefined;

  /** @param limitBytes above this it frees what it holds, and readers get an error (`OUT_OF_MEMORY`) */
  constructor(addon: Addon, limitBytes = LIMIT_BYTES) {
    this.#addon = addon;
    this.#limitBytes = limitBytes;
    this.started = new Promise((resolve) => {
      this.#start = resolve;
    });
  }

  /** Such as `video/mp4; codecs="avc1.64001F"`; undefined before the first segment. */
  get mimeType(): string | undefined {
    return this.#mimeType;
  }

  /** How many there are so far. */
  get bytes(): number {
    return this.#bytes;
  }

  get overflowed(): boolean {
    return this.#overflowed;
  }

  /** The next segment, of H.264 in 4:2:0 or 4:4:4. It ends by itself after the last one. */
  readonly add = (segment: EncodedSegment, { range, encode }: ResolvedSettings): void => {
    // Also when the same video is rendered a second time, because its copy in the bucket went away meanwhile.
    if (this.#ending) return;
    this.#mimeType ??= mimeTypeOf(segment.extradata);
    this.#framesAdded += segment.frames;
    this.#then(() => this.#append(segment, encode));
    if (this.#framesAdded >= range.end - range.start) this.end();
  };

  /** No more segments come: readers get all there is, then the error if there is one. */
  end(error?: unknown): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#then(() => this.#end(error === undefined ? {} : { error }));
  }

  /**
   * All bytes from the beginning, then more as they come, to the end.
   * @throws what end() was given; FramekilnError `OUT_OF_MEMORY` (too large to be kept), `CLOSED` (disposed of) or
   * `MUX_FAILED`; the signal's reason
   */
  async *read(signal?: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    for (let next = 0; ; ) {
      signal?.throwIfAborted();
      const chunk = this.#chunks[next];
      if (chunk) {
        next++;
        yield chunk;
      } else if (this.#ended) {
        if ('error' in this.#ended) throw this.#ended.error;
        return;
      } else {
        await once(this.#events, 'change', { signal }).catch(() => undefined);
      }
    }
  }

  [Symbol.dispose](): void {
    this.#ending = true;
    this.#free(new FramekilnError('CLOSED', 'The video is no longer kept.'));
  }

  #then(step: () => void | Promise<void>): void {
    this.#work = this.#work.then(step).catch((error) => this.#end({ error: fromNative(error) }));
  }

  async #append(segment: EncodedSegment, encode: EncodeSettings): Promise<void> {
    if (this.#ended) return;
    if (encode.codec !== 'h264_420' && encode.codec !== 'h264_444') {
      refuseSetting('h264_420 or h264_444', 'codec', encode.codec);
    }
    this.#muxer ??= this.#addon.createMuxer(encode, 'fmp4');
    const chunk = await this.#muxer.append(segment);
    // Disposed of meanwhile.
    if (this.#ended) return;
    if (this.#bytes + chunk.byteLength > this.#limitBytes) {
      this.#overflowed = true;
      const message = `The video is larger than the ${this.#limitBytes} bytes that are kept while it is made`;
      return this.#free(new FramekilnError('OUT_OF_MEMORY', message, { remedy: 'Wait for the stored video.' }));
    }
    this.#bytes += chunk.byteLength;
    this.#chunks.push(chunk);
    this.#start(true);
    this.#events.emit('change');
  }

  #free(error: FramekilnError): void {
    this.#chunks = [];
    this.#ended = undefined;
    this.#end({ error });
  }

  #end(how: { error?: unknown }): void {
    if (this.#ended) return;
    this.#ended = how;
    this.#ending = true;
    this.#muxer?.close();
    this.#muxer = undefined;
    this.#start(false);
    this.#events.emit('change');
  }
}

/** For MediaSource, from the H.264 parameter sets: avcC, or NAL units behind start codes. */
function mimeTypeOf(extradata: Uint8Array): string {
  const isSps = (byte: number, i: number) => (byte & 31) === 7 && extradata[i - 1] === 1 && extradata[i - 2] === 0;
  const before = extradata[0] === 1 ? 0 : extradata.findIndex(isSps);
  const profile = Buffer.from(extradata.subarray(before + 1, before + 4));
  return `video/mp4; codecs="avc1.${profile.toString('hex').toUpperCase()}"`;
}
