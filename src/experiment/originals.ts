// SPDX-License-Identifier: Apache-2.0
import { type FrameTable, frameCount } from '../document/table.js';
import { FramekilnError, refuseSetting } from '../errors.js';
import { documentSource } from '../measure/document-source.js';
import type { FrameSource } from '../measure/source.js';
import { videoSource } from '../measure/video-source.js';
import type { RenderContext } from '../render/video.js';
import type { Downloads, LocalCopy } from './downloads.js';
import { SharedWork } from './shared-work.js';

/** What the default schedule is called as a source of frames. */
export const SCHEDULE_LABEL = 'the default schedule';

/** The framework read its clips with VideoCapture. */
const conversion = 'opencv';

/**
 * What experiments compressed: local files, `s3://bucket/key`, or `schedule`, the default schedule of a document's size,
 * rate and length. A file is opened once for all experiments.
 */
export class Originals {
  readonly #context: RenderContext;
  readonly #downloads: Downloads | undefined;
  readonly #files = new Map<string, FrameSource>();
  readonly #copies = new WeakMap<LocalCopy, FrameSource>();
  readonly #opening = new SharedWork<FrameSource>();

  /** @param downloads undefined where there are no stores */
  constructor(context: RenderContext, downloads: Downloads | undefined) {
    this.#context = context;
    this.#downloads = downloads;
  }

  /**
   * Lets `body` look at the frames that a table's PSNR and SSIM are against: of an object in S3, as it is now.
   * @throws FramekilnError `INVALID_SETTING`, `INVALID_VIDEO`, `INPUT_UNREADABLE`, or why it cannot be fetched
   */
  async use<T>(
    original: string,
    table: FrameTable,
    signal: AbortSignal | undefined,
    body: (source: FrameSource) => Promise<T>,
  ): Promise<T> {
    return original === 'schedule' ? body(scheduleSource(this.#context, table)) : this.#video(original, signal, body);
  }

  /** Throws what `use` would throw of every table. */
  async check(original: string, signal: AbortSignal | undefined): Promise<void> {
    if (original !== 'schedule') await this.#video(original, signal, async () => undefined);
  }

  async #video<T>(
    original: string,
    signal: AbortSignal | undefined,
    body: (source: FrameSource) => Promise<T>,
  ): Promise<T> {
    if (!original.startsWith('s3://')) return body(await this.#openFile(original, signal));
    const [, bucket, key] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.{1,1024})$/.exec(original) ?? [];
    if (bucket === undefined || key === undefined) refuseSetting('s3://bucket/key', 'source', original);
    if (!this.#downloads) {
      const remedy = 'Give a local file, or a table and a bucket.';
      throw new FramekilnError('INVALID_SETTING', 'A source in S3 needs the stores', { setting: 'source', remedy });
    }
    return this.#downloads.use(bucket, key, signal, async (copy) => body(await this.#openCopy(copy, original, signal)));
  }

  async #openFile(path: string, signal: AbortSignal | undefined): Promise<FrameSource> {
    const known = this.#files.get(path);
    if (known) return known;
    const source = await this.#opening.run(path, signal, (stop) =>
      videoSource(this.#context, path, stop, { conversion }),
    );
    this.#files.set(path, source);
    return source;
  }

  async #openCopy(copy: LocalCopy, original: string, signal: AbortSignal | undefined): Promise<FrameSource> {
    const known = this.#copies.get(copy);
    if (known) return known;
    const opened = await this.#opening.run(copy.path, signal, (stop) =>
      videoSource(this.#context, copy.path, stop, { conversion, name: original }),
    );
    const source = { ...opened, label: original };
    this.#copies.set(copy, source);
    return source;
  }
}

/** What the framework's test clips show, of the table's size, rate and length. */
function scheduleSource(context: RenderContext, table: FrameTable): FrameSource {
  return documentSource(scheduleTable(context, table), SCHEDULE_LABEL);
}

/** The default schedule of a table's size, rate and length. */
export function scheduleTable({ addon }: RenderContext, table: FrameTable): FrameTable {
  const frames = frameCount(table);
  return { ...table, ...addon.defaultSchedule(frames, table.fps), palette: new Uint8Array(frames) };
}
