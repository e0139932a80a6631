// SPDX-License-Identifier: Apache-2.0
import type { FrameTable } from '../document/table.js';
import { FramekilnError } from '../errors.js';
import type { FrameSource } from '../measure/source.js';
import { videoSource } from '../measure/video-source.js';
import type { JobOptions } from '../render/job.js';
import { type ResolvedSettings, resolveSettings } from '../render/settings.js';
import { type RenderContext, renderVideo } from '../render/video.js';

/** The MPEG-4 file that the framework wrote of these frames, made when it is first asked for. */
export class WrittenVideo {
  readonly #context: RenderContext;
  readonly #path: string;
  readonly #signal: AbortSignal | undefined;
  readonly #make: () => Promise<number | string>;
  #bytes: Promise<number | string> | undefined;

  constructor(context: RenderContext, table: FrameTable, path: string, options: JobOptions) {
    this.#context = context;
    this.#path = path;
    this.#signal = options.signal;
    this.#make = async () => {
      const settings = asRecorded(table);
      if (typeof settings === 'string') return settings;
      const { report } = await renderVideo(context, table, settings, path, { ...options, software: true });
      return report.bytes;
    };
  }

  /** Its size, or why there can be none. */
  bytes(): Promise<number | string> {
    this.#bytes ??= this.#make();
    return this.#bytes;
  }

  /** Its frames, as OpenCV reads them back. */
  source(): Promise<FrameSource> {
    const name = "OpenCV's VideoWriter";
    return videoSource(this.#context, this.#path, this.#signal, { conversion: 'opencv', name });
  }
}

/** The settings of that file, or why there can be none. */
export function asRecorded(table: FrameTable): ResolvedSettings | string {
  try {
    return resolveSettings({ asRecorded: true }, table);
  } catch (error) {
    if (error instanceof FramekilnError && error.code === 'INVALID_SETTING') return error.message;
    throw error;
  }
}
