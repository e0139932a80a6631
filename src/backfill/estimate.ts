// SPDX-License-Identifier: Apache-2.0
// What a backfill would take: measured on a few of its own documents, on this machine.
import { type FrameTable, frameCount } from '../document/table.js';
import type { ExperimentContext } from '../experiment/context.js';
import type { ResolvedSettings } from '../render/settings.js';
import { renderVideo } from '../render/video.js';

const SAMPLES = 6;
const SAMPLE_FRAMES = 24;
/** S3 Standard, us-east-1: https://aws.amazon.com/s3/pricing/ */
const USD_PER_GB_MONTH = 0.023;
const USD_PER_PUT = 0.005 / 1000;

/** What is still to be done, in numbers. */
export interface Estimate {
  /** Videos to render, and to copy because another one is the same. */
  videos: number;
  copies: number;
  frames: number;
  megapixels: number;
  /** Undefined when there is nothing to measure it on. */
  seconds: number | undefined;
  gigabytes: number | undefined;
  usdPerMonth: number | undefined;
  /** One-off, for the requests. */
  usdOnce: number | undefined;
}

interface Planned {
  table: FrameTable;
  settings: ResolvedSettings;
}

/** Collects what would be made, and then measures some of it. */
export class Estimator {
  readonly #samples: Planned[] = [];
  readonly #fingerprints = new Set<string>();
  #copies = 0;
  #frames = 0;
  #pixels = 0;
  /** Of copies: they are stored, but not rendered. */
  #copiedPixels = 0;

  add(table: FrameTable, settings: ResolvedSettings, fingerprint: string): void {
    const pixels = frameCount(table) * table.width * table.height;
    if (this.#fingerprints.has(fingerprint)) {
      this.#copies++;
      this.#copiedPixels += pixels;
      return;
    }
    this.#fingerprints.add(fingerprint);
    this.#frames += frameCount(table);
    this.#pixels += pixels;
    this.#sample({ table, settings });
  }

  /** Renders a little of the samples, on all threads at once. */
  async measure({ render }: ExperimentContext, signal: AbortSignal | undefined): Promise<Estimate> {
    const estimate = {
      videos: this.#fingerprints.size,
      copies: this.#copies,
      frames: this.#frames,
      megapixels: this.#pixels / 1e6,
    };
    if (this.#samples.length === 0) {
      return { ...estimate, seconds: undefined, gigabytes: undefined, usdPerMonth: undefined, usdOnce: undefined };
    }
    const start = performance.now();
    let pixels = 0;
    let bytes = 0;
    const jobs = this.#samples.flatMap((sample) => Array<Planned>(render.pool.threads).fill(sample));
    const measured = jobs.map(async ({ table, settings }, i) => {
      const range = middle(frameCount(table), i);
      const { report } = await renderVideo(render, table, { ...settings, range }, undefined, { signal });
      pixels += report.frames * table.width * table.height;
      bytes += report.bytes;
    });
    for (const result of await Promise.allSettled(measured)) {
      if (result.status === 'rejected') throw result.reason;
    }
    const elapsed = (performance.now() - start) / 1000;
    const gigabytes = ((this.#pixels + this.#copiedPixels) * bytes) / pixels / 1e9;
    return {
      ...estimate,
      seconds: (this.#pixels * elapsed) / pixels,
      gigabytes,
      usdPerMonth: gigabytes * USD_PER_GB_MONTH,
      usdOnce: (estimate.videos + estimate.copies) * USD_PER_PUT,
    };
  }

  /** Documents of different sizes tell more than equal ones. */
  #sample(planned: Planned): void {
    const size = ({ table }: Planned): number => table.width * table.height;
    const known = this.#samples.some((sample) => size(sample) === size(planned));
    if (this.#samples.length < SAMPLES && !known) this.#samples.push(planned);
  }
}

/** Some frames from the middle of the video, others each time. */
function middle(frames: number, turn: number): { start: number; end: number } {
  const length = Math.min(SAMPLE_FRAMES, frames);
  const start = Math.floor(((turn + 1) * (frames - length)) / (turn + 2));
  return { start, end: start + length };
}
