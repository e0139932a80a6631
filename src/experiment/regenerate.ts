// SPDX-License-Identifier: Apache-2.0
import { type ExperimentRecord, proceduralEntry } from '../catalog/record.js';
import { type FrameTable, frameCount } from '../document/table.js';
import { fingerprintOf, recipeOf } from '../render/fingerprint.js';
import { type ResolvedSettings, resolveSettings } from '../render/settings.js';
import { invalidId, isExperimentId, videoKey } from '../storage/keys.js';
import type { Chosen } from './choose.js';
import type { ExperimentContext } from './context.js';
import { inlineDocument, type Search } from './find-document.js';
import { makeVideo, timed } from './make-video.js';
import type { MakeOptions, Prepared } from './on-demand.js';
import type { Obstacle, Outcome } from './outcome.js';
import { readExperimentDocument } from './read-document.js';
import { recordVideo } from './record-video.js';
import { type StoredVideo, videoOf } from './stored-video.js';
import { unlessOverwritten } from './unless-overwritten.js';

export interface RegenerateOptions extends MakeOptions {
  /** Only renews the link of a video that is there. */
  relink?: boolean | undefined;
  /** Reads a stored document again although nothing says that it changed since its video was made. */
  recheck?: boolean | undefined;
  /** Told of the video that would be made; nothing is then rendered or written. */
  plan?: ((table: FrameTable, settings: ResolvedSettings, fingerprint: string) => void) | undefined;
}

/**
 * Brings one experiment to where its video is in the bucket and on its record, by the least work: nothing, a fresh link,
 * a copy, or a render. An experiment that cannot have its video is an outcome; what went wrong on the way is thrown.
 * @throws FramekilnError what stopped the work; the signal's reason
 */
export function regenerateExperiment(
  context: ExperimentContext,
  chosen: Chosen,
  options: RegenerateOptions,
): Promise<Outcome> {
  return unlessOverwritten(options, (attempt) => new Regeneration(context, chosen, attempt).run());
}

/** A table that is ready to be rendered, and what is known of its video. */
interface Planned {
  table: FrameTable;
  settings: ResolvedSettings;
  fingerprint: string;
  source: string;
}

/** One look at one experiment, and what follows from it. */
class Regeneration {
  readonly #context: ExperimentContext;
  readonly #record: ExperimentRecord;
  readonly #options: RegenerateOptions;
  readonly #recipe: string;
  readonly #seconds: Outcome['seconds'] = {};
  /** What every outcome says. */
  readonly #base: Pick<Outcome, 'experimentId' | 'timestamp' | 'others' | 'seconds'>;

  constructor(context: ExperimentContext, { record, others }: Chosen, options: RegenerateOptions) {
    this.#context = context;
    this.#record = record;
    this.#options = options;
    this.#recipe = recipeOf(options.settings ?? {});
    const items = {
      experimentId: record.id,
      timestamp: record.timestamp,
      ...(others.length > 0 && { others: [...others] }),
    };
    this.#base = { ...items, seconds: this.#seconds };
  }

  async run(): Promise<Outcome> {
    const { force, relink, recheck, signal, plan } = this.#options;
    const { id } = this.#record;
    if (!isExperimentId(id)) return this.#notRegenerable('invalid_id', invalidId(id));
    const key = videoKey(id);
    const object = await timed(this.#seconds, 'find', () => this.#context.stores.objects.head(key, signal));
    const there = videoOf(object);

    if (relink) {
      if (!there) return this.#notRegenerable('no_video', `There is no video at ${key}`);
      if (!there.readable) return this.#notRegenerable('archived', `The video at ${key} is archived`);
      return plan ? { ...this.#base, outcome: 'planned', ...videoFacts(there) } : this.#renewLink(there);
    }
    if (there?.published && !force) {
      return there.readable
        ? this.#current(there)
        : this.#notRegenerable('archived', `The video at ${key} is archived`);
    }
    const inline = inlineDocument(this.#record);
    if (there && !inline.found && !force && !recheck && this.#isAsRecorded(there)) return this.#current(there);

    const prepared = await this.#prepare(inline);
    if ('outcome' in prepared) return prepared;
    const { table, settings, fingerprint, source } = prepared;
    if (there?.readable && there.fingerprint === fingerprint && !force) {
      return { ...(await this.#current(there)), source };
    }
    if (plan) {
      plan(table, settings, fingerprint);
      const faults = warned(this.#record.faults);
      return { ...this.#base, ...faults, source, key, fingerprint, frames: frameCount(table), outcome: 'planned' };
    }
    return this.#make(prepared, key, object?.etag ?? null);
  }

  /** Finds the document, reads and validates it. */
  async #prepare(inline: Search): Promise<Planned | Outcome> {
    const read = await readExperimentDocument(this.#context, this.#record, this.#seconds, this.#options.signal, inline);
    if ('outcome' in read) {
      const faults = read.outcome === 'invalid_document' ? warned(this.#record.faults) : {};
      return { ...this.#base, ...faults, ...read };
    }
    const { table } = read.document;
    const settings = resolveSettings(this.#options.settings ?? {}, table);
    return { table, settings, fingerprint: fingerprintOf(table, settings), source: read.found.source };
  }

  /** Renders or copies, then records. */
  async #make(
    { table, settings, fingerprint, source }: Planned,
    key: string,
    replaces: string | null,
  ): Promise<Outcome> {
    const force = this.#options.force === true;
    const wanted = { key, table, settings, fingerprint, recipe: this.#recipe, force, replaces };
    await this.#options.onPrepared?.(preparedOf(table, settings, source));
    const warnings = [...this.#record.faults];
    const options = { ...this.#options, onWarning: (text: string) => void warnings.push(text) };
    const { video, copiedFrom } = await makeVideo(this.#context, wanted, this.#seconds, options);
    const { link, state } = await this.#write(video, 'video');
    const outcome = state === 'theirs' ? 'current' : copiedFrom ? 'copied' : 'regenerated';
    if (link.warning !== undefined) warnings.push(link.warning);
    return {
      ...this.#base,
      ...warned(warnings),
      source,
      ...videoFacts(video),
      outcome,
      ...(copiedFrom && { copiedFrom }),
      linkExpiresAt: link.expiresAt,
    };
  }

  /** The object is the video on the record, made by this recipe: documents do not change once they are stored. */
  #isAsRecorded(video: StoredVideo): boolean {
    const { fingerprint } = this.#record.reconstructed;
    return video.readable && video.recipe === this.#recipe && video.fingerprint === fingerprint;
  }

  /** The video is there: nothing to do, unless the record does not say so, or its link is dead. */
  async #current(video: StoredVideo): Promise<Outcome> {
    this.#context.videos.remember(video.fingerprint, video.key);
    const { fingerprint, url, expiresAt = 0 } = this.#record.reconstructed;
    const alive = url !== undefined && expiresAt > Date.now() / 1000 && this.#entryHas(url);
    const outcome = { ...this.#base, outcome: 'current' as const, ...videoFacts(video) };
    if (fingerprint === video.fingerprint && alive) {
      return { ...outcome, linkExpiresAt: expiresAt };
    }
    return this.#options.plan ? outcome : this.#renewLink(video);
  }

  /** The framework may have written its entries anew since. */
  #entryHas(url: string): boolean {
    const entry = this.#record.experiments === undefined ? undefined : proceduralEntry(this.#record);
    return entry === undefined || entry.fields.video_url === url;
  }

  async #renewLink(video: StoredVideo): Promise<Outcome> {
    const same = this.#record.reconstructed.fingerprint === video.fingerprint;
    const { link, state } = await this.#write(video, same ? 'link' : 'video');
    const outcome = state === 'theirs' ? 'current' : 'relinked';
    const warnings = warned(link.warning === undefined ? [] : [link.warning]);
    return { ...this.#base, ...warnings, outcome, ...videoFacts(video), linkExpiresAt: link.expiresAt };
  }

  #write(video: StoredVideo, kind: 'video' | 'link') {
    const { signal } = this.#options;
    return timed(this.#seconds, 'record', () => recordVideo(this.#context, this.#record, video, kind, signal));
  }

  #notRegenerable(code: Obstacle, message: string): Outcome {
    return { ...this.#base, outcome: 'not_regenerable', code, message };
  }
}

/** What is told of a video before it is made. */
export function preparedOf(table: FrameTable, { rate }: ResolvedSettings, source: string): Prepared {
  const { width, height } = table;
  return { frames: frameCount(table), width, height, rate: `${rate.num}/${rate.den}`, source };
}

function warned(warnings: readonly string[]): Pick<Outcome, 'warnings'> {
  return warnings.length > 0 ? { warnings: [...warnings] } : {};
}

/** What an outcome says of its video. */
export function videoFacts({ key, fingerprint, framesDigest, bytes, frames }: StoredVideo): Partial<Outcome> {
  return {
    key,
    fingerprint,
    ...(framesDigest !== undefined && { framesDigest }),
    bytes,
    ...(frames !== undefined && { frames }),
  };
}
