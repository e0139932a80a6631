// SPDX-License-Identifier: Apache-2.0
import { type FrameTable, frameCount } from '../document/table.js';
import { FramekilnError, refuseSetting } from '../errors.js';
import { documentSource } from '../measure/document-source.js';
import type { FrameSource } from '../measure/source.js';
import { videoSource } from '../measure/video-source.js';
import type { RenderContext } from '../render/video.js';

/** Brings an object of S3 to a local file, and gives its path. */
export type Fetch = (bucket: string, key: string, signal: AbortSignal | undefined) => Promise<string>;

/** The framework read its clips with VideoCapture. */
const conversion = 'opencv';

/**
 * What experiments compressed: local files, `s3://bucket/key`, or `schedule`, the default schedule of a document's size,
 * rate and length. A file is opened once for all experiments.
 */
export class Originals {
  readonly #context: RenderContext;
  readonly #fetch: Fetch | undefined;
  readonly #opened = new Map<string, Promise<FrameSource>>();

  /** @param fetch undefined where there are no stores */
  constructor(context: RenderContext, fetch: Fetch | undefined) {
    this.#context = context;
    this.#fetch = fetch;
  }

  /**
   * The frames that a table's PSNR and SSIM are against.
   * @throws FramekilnError `INVALID_SETTING`, `INVALID_VIDEO`, `INPUT_UNREADABLE`, or why it cannot be fetched
   */
  async open(original: string, table: FrameTable, signal: AbortSignal | undefined): Promise<FrameSource> {
    return original === 'schedule' ? scheduleSource(this.#context, table) : this.#file(original, signal);
  }

  /** Throws what `open` would throw of every table. */
  async check(original: string, signal: AbortSignal | undefined): Promise<void> {
    if (original !== 'schedule') await this.#file(original, signal);
  }

  #file(original: string, signal: AbortSignal | undefined): Promise<FrameSource> {
    const known = this.#opened.get(original);
    if (known) return known;
    const opening = this.#openFile(original, signal);
    this.#opened.set(original, opening);
    // Whoever asks next may be luckier.
    opening.catch(() => this.#opened.delete(original));
    return opening;
  }

  async #openFile(original: string, signal: AbortSignal | undefined): Promise<FrameSource> {
    if (!original.startsWith('s3://')) return videoSource(this.#context, original, signal, { conversion });
    const [, bucket, key] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.{1,1024})$/.exec(original) ?? [];
    if (bucket === undefined || key === undefined) refuseSetting('s3://bucket/key', 'source', original);
    if (!this.#fetch) {
      const remedy = 'Give a local file, or a table and a bucket.';
      throw new FramekilnError('INVALID_SETTING', 'A source in S3 needs the stores', { setting: 'source', remedy });
    }
    const path = await this.#fetch(bucket, key, signal);
    const source = await videoSource(this.#context, path, signal, { conversion, name: original });
    return { ...source, label: original };
  }
}

/** What the framework's test clips show, of the table's size, rate and length. */
function scheduleSource({ addon }: RenderContext, table: FrameTable): FrameSource {
  const frames = frameCount(table);
  const schedule = { ...table, ...addon.defaultSchedule(frames, table.fps), palette: new Uint8Array(frames) };
  return documentSource(schedule, 'the default schedule');
}
