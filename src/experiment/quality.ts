// SPDX-License-Identifier: Apache-2.0
// PSNR and SSIM of an experiment's frames against its original, or against another experiment's.
import { LRUCache } from 'lru-cache';
import type { ExperimentRecord } from '../catalog/record.js';
import { frameCount } from '../document/table.js';
import { FramekilnError } from '../errors.js';
import { documentSource } from '../measure/document-source.js';
import { measureSources } from '../measure/measure.js';
import type { FrameSource, Measurement } from '../measure/source.js';
import type { JobOptions } from '../render/job.js';
import { findExperiment } from './choose.js';
import type { ExperimentContext } from './context.js';
import { exactFingerprint, noDocument, openExperiment } from './document-facts.js';
import { nameOf, originalOf, SCHEDULE_SOURCE } from './original.js';
import { SCHEDULE_LABEL } from './originals.js';
import { SharedWork } from './shared-work.js';
import { MOST_FRAMES, readQuality, type StoredQuality, writeQuality } from './stored-quality.js';

export interface Quality {
  /** What it was measured against, for people. */
  a: string;
  /** The experiment. */
  b: string;
  /** Frames a second, such as `30000/1001`. */
  rate?: string;
  measurement: Measurement;
}

/** Beside an id, what to measure against. */
export const AGAINST_ORIGINAL = 'original';

const CACHE_ENTRIES = 20;

/** What decides a measurement, in words: as long as it is the same, the measurement is. */
interface Subject {
  record: ExperimentRecord;
  against: string;
  /** Of this experiment's frames. */
  fingerprint: string;
  /** Of the original, where it is an object. */
  etag: string | undefined;
  /** Of the other experiment's frames. */
  otherFingerprint: string | undefined;
}

/** Measures experiments, and finds what was measured. Against an original it is stored, in the bucket. */
export class Qualities {
  readonly #context: ExperimentContext;
  readonly #kept = new LRUCache<string, Quality>({ max: CACHE_ENTRIES });
  readonly #making = new SharedWork<Quality>();
  /** Those who follow what is being measured. */
  readonly #listeners = new Map<string, Set<NonNullable<JobOptions['onProgress']>>>();

  constructor(context: ExperimentContext) {
    this.#context = context;
  }

  /**
   * What was measured, if that is still true.
   * @throws FramekilnError `NO_ORIGINAL`, `NO_PARAMETERS`, `INVALID_DOCUMENT`, `EXPERIMENT_NOT_FOUND`, `INVALID_ID`
   */
  async find(id: string, against: string, signal: AbortSignal | undefined): Promise<Quality | undefined> {
    return this.#known(await this.#subject(id, against, signal), signal);
  }

  /**
   * What was measured, or is measured now.
   * @throws FramekilnError as `find`, and `NOT_COMPARABLE`, `NO_VIDEO`, `INVALID_VIDEO`; the signal's reason
   */
  async make(id: string, against: string, { signal, onProgress }: JobOptions): Promise<Quality> {
    const name = `${id} ${against}`;
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    if (onProgress) listeners.add(onProgress);
    try {
      return await this.#making.run(name, signal, (stop) =>
        this.#make(id, against, {
          signal: stop,
          onProgress: (progress) => listeners.forEach((listener) => void listener(progress)),
        }),
      );
    } finally {
      if (onProgress) listeners.delete(onProgress);
      if (listeners.size === 0 && this.#listeners.get(name) === listeners) this.#listeners.delete(name);
    }
  }

  async #make(id: string, against: string, options: JobOptions): Promise<Quality> {
    const { signal } = options;
    const subject = await this.#subject(id, against, signal);
    const known = await this.#known(subject, signal);
    if (known) return known;
    const { document } = await openExperiment(this.#context, subject.record, signal);
    const { table } = document;
    checkFrames(id, frameCount(table));
    const b = documentSource(table, id);
    const measure = (a: FrameSource) => this.#measure(a, b, options);
    let measured: Quality;
    if (against === AGAINST_ORIGINAL) {
      measured = await this.#context.originals.use(subject.against, table, signal, measure);
    } else {
      const { record } = await findExperiment(this.#context, against, signal);
      const other = await openExperiment(this.#context, record, signal);
      measured = await measure(documentSource(other.document.table, against));
    }
    // What was measured is what was read now.
    const fingerprint = exactFingerprint(table);
    if (fingerprint === subject.fingerprint) await this.#keep(subject, measured, signal);
    return measured;
  }

  async #measure(a: FrameSource, b: FrameSource, options: JobOptions): Promise<Quality> {
    const { renders, render } = this.#context;
    const frames = Math.min(a.frames, b.frames);
    const range = { start: 0, end: frames };
    const measurement = await renders(() => measureSources(render, a, b, { ...options, resize: true, range }));
    const cut =
      a.frames === b.frames ? [] : [`${a.label} has ${a.frames} frames, ${b.label} ${b.frames}: the first ${frames}.`];
    const rate = b.rate ?? a.rate;
    const { notes } = measurement;
    return {
      a: a.label,
      b: b.label,
      ...(rate !== undefined && { rate }),
      measurement: { ...measurement, notes: [...notes, ...cut] },
    };
  }

  async #subject(id: string, against: string, signal: AbortSignal | undefined): Promise<Subject> {
    const { record } = await findExperiment(this.#context, id, signal);
    const fingerprint = await this.#fingerprint(record, signal);
    if (against !== AGAINST_ORIGINAL) {
      const other = await findExperiment(this.#context, against, signal);
      const otherFingerprint = await this.#fingerprint(other.record, signal);
      return { record, against, fingerprint, etag: undefined, otherFingerprint };
    }
    const { stores } = this.#context;
    const original = originalOf(record, stores.objects.bucket, stores.source);
    const object =
      original.kind === 'object' ? await stores.bucket(original.bucket).head(original.key, signal) : undefined;
    return { record, against: nameOf(original), fingerprint, etag: object?.etag, otherFingerprint: undefined };
  }

  async #fingerprint(record: ExperimentRecord, signal: AbortSignal | undefined): Promise<string> {
    const facts = await this.#context.documents.of(this.#context, record, signal);
    if ('outcome' in facts) throw noDocument(facts);
    return facts.fingerprint;
  }

  async #known(subject: Subject, signal: AbortSignal | undefined): Promise<Quality | undefined> {
    const name = nameOfSubject(subject);
    const kept = this.#kept.get(name);
    if (kept || subject.otherFingerprint !== undefined) return kept;
    const stored = await readQuality(this.#context.stores.objects, subject.record.id, signal);
    if (!stored || !isOf(stored, subject)) return undefined;
    const { rate, measurement } = stored;
    const a = subject.against === SCHEDULE_SOURCE ? SCHEDULE_LABEL : subject.against;
    const quality = { a, b: subject.record.id, ...(rate !== undefined && { rate }), measurement };
    this.#kept.set(name, quality);
    return quality;
  }

  async #keep(subject: Subject, quality: Quality, signal: AbortSignal | undefined): Promise<void> {
    this.#kept.set(nameOfSubject(subject), quality);
    if (subject.otherFingerprint !== undefined) return;
    const { fingerprint, against, etag, record } = subject;
    const { rate, measurement } = quality;
    const stored = {
      ...{ fingerprint, source: against, measurement },
      ...(etag !== undefined && { etag }),
      ...(rate !== undefined && { rate }),
    };
    await writeQuality(this.#context.stores.objects, record.id, stored, signal);
  }
}

function isOf(stored: StoredQuality, { fingerprint, against, etag }: Subject): boolean {
  return stored.fingerprint === fingerprint && stored.source === against && stored.etag === etag;
}

function nameOfSubject({ record, against, fingerprint, etag, otherFingerprint }: Subject): string {
  return JSON.stringify([record.id, against, fingerprint, etag, otherFingerprint]);
}

function checkFrames(id: string, frames: number): void {
  if (frames <= MOST_FRAMES) return;
  const remedy = 'Measure files of it: "framekiln measure A B".';
  const message = `${id} has ${frames} frames, more than the ${MOST_FRAMES} that are measured here`;
  throw new FramekilnError('NOT_COMPARABLE', message, { remedy });
}
