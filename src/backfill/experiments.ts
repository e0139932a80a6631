// SPDX-License-Identifier: Apache-2.0
// All that can be done with the experiments of one table and one bucket.
import { findExperiment } from '../experiment/choose.js';
import { type ExperimentContext, openExperiments } from '../experiment/context.js';
import { type ExperimentLink, linkExperiment } from '../experiment/link.js';
import type { Outcome } from '../experiment/outcome.js';
import { type Published, publishVideo } from '../experiment/publish.js';
import { regenerateExperiment } from '../experiment/regenerate.js';
import type { StoreOptions } from '../experiment/stores.js';
import { type VerifiedExperiment, type VerifyOptions, verifyExperiment } from '../experiment/verify.js';
import type { VideoSettings } from '../render/fingerprint.js';
import type { JobOptions } from '../render/job.js';
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

export class Experiments implements Disposable {
  readonly #context: ExperimentContext;

  /** @throws FramekilnError `INVALID_SETTING` */
  constructor(render: RenderContext, options: StoreOptions) {
    this.#context = openExperiments(render, options);
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
