// SPDX-License-Identifier: Apache-2.0
// All that can be done with the experiments of one table and one bucket.
import { findExperiment } from '../experiment/choose.js';
import { type ExperimentContext, openExperiments } from '../experiment/context.js';
import { describeExperiment } from '../experiment/describe.js';
import type { ExperimentDetails } from '../experiment/details.js';
import { type ExperimentLink, linkExperiment } from '../experiment/link.js';
import type { ExperimentPage, ListQuery } from '../experiment/list-query.js';
import { Listing } from '../experiment/listing.js';
import { locateVideo } from '../experiment/locate.js';
import { makeVariant } from '../experiment/make.js';
import type { Located, MakeOptions } from '../experiment/on-demand.js';
import type { Outcome } from '../experiment/outcome.js';
import { Pictures } from '../experiment/pictures.js';
import { type Published, publishVideo } from '../experiment/publish.js';
import { Qualities, type Quality } from '../experiment/quality.js';
import { regenerateExperiment } from '../experiment/regenerate.js';
import { SharedWork } from '../experiment/shared-work.js';
import type { StoreOptions } from '../experiment/stores.js';
import type { Variant } from '../experiment/variant.js';
import { type VerifiedExperiment, type VerifyOptions, verifyExperiment } from '../experiment/verify.js';
import { plotMeasurement } from '../measure/plot.js';
import type { VideoSettings } from '../render/fingerprint.js';
import type { JobOptions } from '../render/job.js';
import { LiveVideo } from '../render/live.js';
import type { RenderContext } from '../render/video.js';
import type { Link } from '../storage/link.js';
import { type BackfillOptions, runBackfill } from './run.js';
import type { BackfillSummary } from './summary.js';
import { type VerifyAllOptions, type VerifySummary, verifyAll } from './verify-all.js';

export interface RegenerateCall extends JobOptions {
  settings?: VideoSettings | undefined;
  /** Renders although the video is there. */
  force?: boolean | undefined;
}

/** What became of one experiment, and a link to its video when it has one. */
export interface Regenerated extends Outcome {
  link?: Link;
}

/** Runs a call with a signal that also fires when its owner closes; the owner waits for it. */
export type Call = <T>(signal: AbortSignal | undefined, body: (signal: AbortSignal) => Promise<T>) => Promise<T>;

export class Experiments implements Disposable {
  readonly #context: ExperimentContext;
  readonly #call: Call;
  readonly #listing: Listing;
  readonly #pictures: Pictures;
  readonly #qualities: Qualities;
  readonly #describing = new SharedWork<ExperimentDetails>();

  /**
   * @param call owns every call from outside
   * @throws FramekilnError `INVALID_SETTING`
   */
  constructor(render: RenderContext, options: StoreOptions, call: Call) {
    this.#context = openExperiments(render, options);
    this.#call = call;
    this.#pictures = new Pictures(this.#context);
    this.#qualities = new Qualities(this.#context);
    this.#listing = new Listing(this.#context.stores.table, (body) => call(undefined, body));
  }

  /** Throws unless the table and the bucket answer. */
  async check(signal?: AbortSignal): Promise<void> {
    const { table, objects } = this.#context.stores;
    await this.#call(signal, (stop) => Promise.all([table.check(stop), objects.check(stop)]));
  }

  /**
   * One page of the table's experiments, as they were at most half a minute before somebody last asked.
   * @throws FramekilnError `INVALID_SETTING`, or why the table cannot be read
   */
  list(query: ListQuery = {}, signal?: AbortSignal): Promise<ExperimentPage> {
    return this.#call(signal, (stop) => this.#listing.list(query, stop));
  }

  /**
   * All that a page about one experiment shows.
   * @throws FramekilnError `INVALID_ID`, `EXPERIMENT_NOT_FOUND`, or what stopped it
   */
  describe(id: string, signal?: AbortSignal): Promise<ExperimentDetails> {
    return this.#call(signal, (stop) =>
      this.#describing.run(id, stop, (shared) => describeExperiment(this.#context, id, shared)),
    );
  }

  /**
   * Where one of an experiment's videos is, with a fresh link. `save`: browsers save what it leads to.
   * @throws FramekilnError `INVALID_ID`; for originals `NO_ORIGINAL`, `EXPERIMENT_NOT_FOUND`
   */
  locate(id: string, variant: Variant, signal?: AbortSignal, save = false): Promise<Located> {
    return this.#call(signal, (stop) => locateVideo(this.#context, id, variant, stop, save));
  }

  /**
   * Brings one of an experiment's videos into the bucket, by the least work. What cannot be made is an outcome.
   * @throws FramekilnError `INVALID_ID`, `EXPERIMENT_NOT_FOUND`, `NO_ORIGINAL`, `KEY_TAKEN`, or what stopped the work
   */
  make(id: string, variant: Variant, options: MakeOptions = {}): Promise<Outcome> {
    return this.#call(options.signal, async (signal) => {
      const chosen = await findExperiment(this.#context, id, signal);
      const outcome = await makeVariant(this.#context, chosen, variant, { ...options, signal });
      // The video is there, whatever becomes of the list.
      if (variant === 'video') await this.#listing.touch(id, signal).catch(() => undefined);
      return outcome;
    });
  }

  /**
   * One frame of the experiment's document, as a PNG 320 pixels wide.
   * @throws FramekilnError `NO_PARAMETERS`, `INVALID_DOCUMENT`, `EXPERIMENT_NOT_FOUND`, `INVALID_ID`
   */
  poster(id: string, signal?: AbortSignal): Promise<Uint8Array> {
    return this.#call(signal, (stop) => this.#pictures.poster(id, stop));
  }

  /** The document's complexity and families over time, as an SVG. @throws FramekilnError as `poster` */
  parametersPlot(id: string, signal?: AbortSignal): Promise<string> {
    return this.#call(signal, (stop) => this.#pictures.parametersPlot(id, stop));
  }

  /**
   * PSNR and SSIM of the experiment's frames as they were measured, if that is still true.
   * @param against `original`, or another experiment's id
   * @throws FramekilnError `NO_ORIGINAL`, `NO_PARAMETERS`, `INVALID_DOCUMENT`, `EXPERIMENT_NOT_FOUND`, `INVALID_ID`
   */
  findQuality(id: string, against: string, signal?: AbortSignal): Promise<Quality | undefined> {
    return this.#call(signal, (stop) => this.#qualities.find(id, against, stop));
  }

  /**
   * The same, measured if need be.
   * @throws FramekilnError as `findQuality`, and `NOT_COMPARABLE`, `NO_VIDEO`, `INVALID_VIDEO`; the signal's reason
   */
  makeQuality(id: string, against: string, options: JobOptions = {}): Promise<Quality> {
    return this.#call(options.signal, (signal) => this.#qualities.make(id, against, { ...options, signal }));
  }

  /** PSNR and SSIM over time, as an SVG. */
  qualityPlot({ a, b, rate, measurement }: Quality): string {
    return plotMeasurement(measurement, { a, b, rate, called: { a: 'Against', b: 'Of' } });
  }

  /**
   * Where links lead, such as `https://bucket.s3.us-east-1.amazonaws.com`: videos, and originals when they are elsewhere.
   * @throws FramekilnError `NO_CREDENTIALS`, `NO_REGION`
   */
  async linkOrigins(): Promise<string[]> {
    const { signer, objects, source } = this.#context.stores;
    const [, other = objects.bucket] = /^s3:\/\/([^/]+)/.exec(source ?? '') ?? [];
    const links = [objects.bucket, other].map((bucket) => signer.sign('origin', 'origin', { bucket }));
    return [...new Set((await Promise.all(links)).map(({ url }) => new URL(url).origin))];
  }

  /** For watching a video while `make` makes it: give its `add` as `onSegment`. */
  liveVideo(): LiveVideo {
    return new LiveVideo(this.#context.render.addon);
  }

  /** @throws FramekilnError `EXPERIMENT_NOT_FOUND`, `INVALID_ID`, or what stopped the work */
  async regenerate(id: string, options: RegenerateCall): Promise<Regenerated> {
    const chosen = await findExperiment(this.#context, id, options.signal);
    const outcome = await regenerateExperiment(this.#context, chosen, options);
    if (outcome.linkExpiresAt === undefined || outcome.key === undefined) return outcome;
    return { ...outcome, link: await this.#context.stores.signer.sign(outcome.key, `${id}.mp4`) };
  }

  publish(id: string, path: string, options: JobOptions): Promise<Published> {
    return publishVideo(this.#context, id, path, options);
  }

  link(id: string, signal: AbortSignal | undefined): Promise<ExperimentLink> {
    return linkExperiment(this.#context, id, signal);
  }

  /** @param closing stops it at once */
  backfill(options: BackfillOptions, closing: AbortSignal): Promise<BackfillSummary> {
    return runBackfill(this.#context, options, closing);
  }

  /** @throws FramekilnError `EXPERIMENT_NOT_FOUND`, `INVALID_ID`, or what stopped the work */
  async verify(id: string, options: VerifyOptions): Promise<VerifiedExperiment> {
    return verifyExperiment(this.#context, await findExperiment(this.#context, id, options.signal), options);
  }

  /** @param closing stops it at once */
  verifyAll(options: VerifyAllOptions, closing: AbortSignal): Promise<VerifySummary> {
    return verifyAll(this.#context, options, closing);
  }

  [Symbol.dispose](): void {
    this.#context[Symbol.dispose]();
  }
}
