// SPDX-License-Identifier: Apache-2.0
import type { Experiments, RegenerateCall, Regenerated } from './backfill/experiments.js';
import type { BackfillOptions } from './backfill/run.js';
import type { BackfillSummary } from './backfill/summary.js';
import type { VerifyAllOptions, VerifySummary } from './backfill/verify-all.js';
import { Document, type DocumentInput } from './document/document.js';
import { frameCount } from './document/table.js';
import { FramekilnError, refuseSetting } from './errors.js';
import type { ExperimentLink } from './experiment/link.js';
import type { Published } from './experiment/publish.js';
import type { StoreOptions } from './experiment/stores.js';
import type { VerifiedExperiment } from './experiment/verify.js';
import { type VerifyDocumentOptions, verifyOneDocument } from './experiment/verify-document.js';
import type { Backend, FidelityOptions, FramesOptions, KilnOptions, VerifyCall } from './kiln/options.js';
import { type MeasureOptions, measureSources } from './measure/measure.js';
import { type FramesInput, openSource } from './measure/open.js';
import { drawInputs, type Plot, plotInputs } from './measure/pictures.js';
import type { ContactSheet, DifferenceOptions, DifferenceSheet } from './measure/sheet.js';
import type { Measurement } from './measure/source.js';
import { type CpuLevel, type Fidelity, FRAME_FORMATS, loadAddon } from './native.js';
import { measureFidelity } from './render/colour.js';
import { cpuLevel } from './render/cpu.js';
import { checkChoice, Devices } from './render/devices.js';
import { encoderName } from './render/encoder-names.js';
import { encodeSettings } from './render/fingerprint.js';
import { type Frame, renderFrames } from './render/frames.js';
import type { JobOptions } from './render/job.js';
import { FrameMemory } from './render/memory.js';
import { checkThreads, RenderPool } from './render/pool.js';
import { type RenderSettings, rangeWithin, resolveSettings } from './render/settings.js';
import { type RenderContext, type RenderReport, renderVideo } from './render/video.js';
import type { Verification } from './verify/evidence.js';

export type { Backend, FidelityOptions, FramesOptions, KilnOptions, VerifyCall } from './kiln/options.js';

/** A pool of threads that turns documents into frames and videos. Several calls may run at once; close it when done. */
export interface Kiln extends AsyncDisposable {
  readonly cpu: CpuLevel;
  readonly threads: number;
  /**
   * What it draws and encodes with; finding out opens the GPUs.
   * @throws FramekilnError `INVALID_SETTING`, or with the code of what keeps the device or encoder that was asked for
   * from working
   */
  backend(settings?: Omit<RenderSettings, 'range'>): Promise<Backend>;
  /** What draws raw frames, as `backend` says it. @throws FramekilnError as `backend` */
  drawing(): Promise<Pick<Backend, 'renderer' | 'why'>>;
  /** Validates a document; every other call does so itself when given anything else. */
  open(document: DocumentInput): Document;
  /**
   * Renders a document to a video in memory (up to 2 GiB).
   * @throws FramekilnError `INVALID_DOCUMENT`, `INVALID_SETTING`, or what stopped the work; the signal's reason
   */
  render(
    document: DocumentInput,
    settings?: RenderSettings,
    options?: JobOptions,
  ): Promise<{ video: Uint8Array; report: RenderReport }>;
  /** Renders to the file `path`, which must not exist yet, in memory that does not grow with the video. */
  renderToFile(
    document: DocumentInput,
    path: string,
    settings?: RenderSettings,
    options?: JobOptions,
  ): Promise<RenderReport>;
  /** Raw frames, in order; leaving the loop stops the work. */
  frames(document: DocumentInput, options?: FramesOptions): AsyncGenerator<Frame, void, undefined>;
  /** What 4:2:0 and 4:4:4 cost a document's colours before any compression, measured on a few frames. */
  chromaFidelity(document: DocumentInput, options?: FidelityOptions): Promise<Fidelity>;
  /**
   * PSNR and SSIM of every frame of `b` against `a`, as scikit-image defines them for 8-bit RGB.
   * @throws FramekilnError `NOT_COMPARABLE` (sizes or lengths differ), `INVALID_VIDEO`, `INVALID_DOCUMENT`, ...
   */
  measure(a: FramesInput, b: FramesInput, options?: MeasureOptions): Promise<Measurement>;
  /** A PNG of frames from all over `a`; with a `b` of frames of both, and what they differ by. */
  sheet(a: FramesInput, b?: FramesInput, options?: DifferenceOptions): Promise<ContactSheet | DifferenceSheet>;
  /** An SVG of what `measure` says over time; of a document alone of its complexity and families. */
  plot(a: FramesInput, b?: FramesInput, options?: MeasureOptions): Promise<Plot>;
  /** A PNG of frames from all over the document. */
  contactSheet(document: DocumentInput, options?: JobOptions): Promise<ContactSheet>;
  /**
   * Brings one experiment to its video in the bucket and its link on the record, by the least work.
   * @throws FramekilnError `EXPERIMENT_NOT_FOUND`, `INVALID_ID`, `INVALID_SETTING`, or what stopped the work
   */
  regenerate(id: string, options?: RegenerateCall): Promise<Regenerated>;
  /**
   * Makes somebody's own MP4 an experiment's video: checked, uploaded, linked and recorded.
   * @throws FramekilnError `INVALID_VIDEO`, and as `regenerate`
   */
  publish(id: string, path: string, options?: JobOptions): Promise<Published>;
  /** A fresh link to an experiment's video, also on its record. @throws FramekilnError `NO_VIDEO`, and as `regenerate` */
  link(id: string, options?: JobOptions): Promise<ExperimentLink>;
  /**
   * Whether an experiment, or a document, is what was recorded: rendered again and compared line by line.
   * @param target an experiment's id, or a document
   * @throws FramekilnError `EXPERIMENT_NOT_FOUND`, `INVALID_DOCUMENT`, `INVALID_VIDEO`, ...
   */
  verify(target: string, options?: VerifyCall): Promise<VerifiedExperiment>;
  verify(target: DocumentInput, options?: VerifyDocumentOptions): Promise<Verification>;
  /**
   * Brings every selected experiment to its video. Its signal does not reject: the summary then says `interrupted`.
   * @throws FramekilnError before any work, or what makes going on pointless; one experiment's failure is its outcome
   */
  backfill(options?: BackfillOptions): Promise<BackfillSummary>;
  verifyAll(options?: VerifyAllOptions): Promise<VerifySummary>;
  /** The experiments one by one and on demand, for servers; closed with the kiln. @throws FramekilnError `INVALID_SETTING` */
  experiments(): Promise<Experiments>;
  /** A PNG of packed rgb24 pixels. */
  png(rgb: Uint8Array, width: number, height: number): Promise<Uint8Array>;
}

/**
 * Makes a kiln. It holds threads until it is disposed of; running calls are then stopped (`CLOSED`) and waited for.
 * @throws FramekilnError `ADDON_MISSING`, `ADDON_BROKEN` or `INVALID_SETTING`
 */
export function createKiln(options: KilnOptions = {}): Kiln {
  const addon = loadAddon();
  const [device, encoder] = checkChoice(options.device, options.encoder);
  const cpu = cpuLevel(addon.about().cpuLevels, options.cpu);
  const pool = new RenderPool(checkThreads(options.threads));
  const memory = new FrameMemory(pool.threads + 1);
  return new PooledKiln({ addon, pool, cpu, devices: new Devices(pool, device, encoder), memory }, options);
}

class PooledKiln implements Kiln {
  readonly #context: RenderContext;
  readonly #closing = new AbortController();
  readonly #calls = new Set<Promise<unknown>>();
  readonly #stores: StoreOptions;
  #experiments: Experiments | undefined;

  constructor(context: RenderContext, stores: StoreOptions) {
    this.#context = context;
    this.#stores = stores;
  }

  get cpu(): CpuLevel {
    return this.#context.cpu;
  }

  get threads(): number {
    return this.#context.pool.threads;
  }

  async backend(settings: Omit<RenderSettings, 'range'> = {}): Promise<Backend> {
    const { codec } = encodeSettings(settings);
    return this.#call({}, async () => {
      const { devices, nvenc, why } = await this.#context.devices.means(codec);
      return { renderer: this.#renderer(devices), encoder: encoderName(codec, nvenc), why };
    });
  }

  async drawing(): Promise<Pick<Backend, 'renderer' | 'why'>> {
    return this.#call({}, async () => {
      const { devices, why } = await this.#context.devices.drawing();
      return { renderer: this.#renderer(devices), why };
    });
  }

  open(document: DocumentInput): Document {
    return Document.from(document, this.#context.addon.defaultSchedule);
  }

  async render(document: DocumentInput, settings: RenderSettings = {}, options: JobOptions = {}) {
    const { table } = this.open(document);
    const resolved = resolveSettings(settings, table);
    const { video, report } = await this.#call(options, (o) =>
      renderVideo(this.#context, table, resolved, undefined, o),
    );
    return { video: video as Uint8Array, report };
  }

  async renderToFile(document: DocumentInput, path: string, settings: RenderSettings = {}, options: JobOptions = {}) {
    const { table } = this.open(document);
    const resolved = resolveSettings(settings, table);
    return (await this.#call(options, (o) => renderVideo(this.#context, table, resolved, path, o))).report;
  }

  async *frames(document: DocumentInput, options: FramesOptions = {}): AsyncGenerator<Frame, void, undefined> {
    const { table } = this.open(document);
    const { format = 'rgb24', range } = options;
    if (!FRAME_FORMATS.includes(format)) refuseSetting(`one of ${FRAME_FORMATS.join(', ')}`, 'format', format);
    const within = rangeWithin(frameCount(table), range);
    yield* renderFrames(this.#context, table, format, within, this.#closable(options));
  }

  async chromaFidelity(document: DocumentInput, options: FidelityOptions = {}): Promise<Fidelity> {
    const { table } = this.open(document);
    const { samples = 8 } = options;
    if (!Number.isInteger(samples) || samples < 1) refuseSetting('an integer of at least 1', 'samples', samples);
    return this.#call({ signal: options.signal }, (o) => measureFidelity(this.#context, table, samples, o.signal));
  }

  async measure(a: FramesInput, b: FramesInput, options: MeasureOptions = {}): Promise<Measurement> {
    return this.#call(options, async (o) => {
      const left = await openSource(this.#context, a, o.signal);
      return measureSources(this.#context, left, await openSource(this.#context, b, o.signal), o);
    });
  }

  async contactSheet(document: DocumentInput, options: JobOptions = {}): Promise<ContactSheet> {
    return this.sheet(this.open(document), undefined, options);
  }

  async sheet(a: FramesInput, b?: FramesInput, options: DifferenceOptions = {}) {
    return this.#call(options, (o) => drawInputs(this.#context, a, b, o));
  }

  async plot(a: FramesInput, b?: FramesInput, options: MeasureOptions = {}): Promise<Plot> {
    return this.#call(options, (o) => plotInputs(this.#context, a, b, o));
  }

  async regenerate(id: string, options: RegenerateCall = {}): Promise<Regenerated> {
    return this.#call(options, async (o) => (await this.#openExperiments()).regenerate(id, o));
  }

  async publish(id: string, path: string, options: JobOptions = {}): Promise<Published> {
    return this.#call(options, async (o) => (await this.#openExperiments()).publish(id, path, o));
  }

  async link(id: string, options: JobOptions = {}): Promise<ExperimentLink> {
    return this.#call(options, async (o) => (await this.#openExperiments()).link(id, o.signal));
  }

  verify(target: string, options?: VerifyCall): Promise<VerifiedExperiment>;
  verify(target: DocumentInput, options?: VerifyDocumentOptions): Promise<Verification>;
  async verify(
    target: string | DocumentInput,
    options: VerifyCall & VerifyDocumentOptions = {},
  ): Promise<Verification> {
    if (typeof target !== 'string') {
      const opened = this.open(target);
      return this.#call(options, (o) => verifyOneDocument(this.#context, opened, o));
    }
    const document = options.document && this.open(options.document);
    return this.#call(options, async (o) => (await this.#openExperiments()).verify(target, { ...o, document }));
  }

  async backfill(options: BackfillOptions = {}): Promise<BackfillSummary> {
    const closing = this.#closing.signal;
    return this.#call({}, async () => (await this.#openExperiments()).backfill(options, closing));
  }

  async verifyAll(options: VerifyAllOptions = {}): Promise<VerifySummary> {
    const closing = this.#closing.signal;
    return this.#call({}, async () => (await this.#openExperiments()).verifyAll(options, closing));
  }

  async experiments(): Promise<Experiments> {
    this.#closing.signal.throwIfAborted();
    return this.#openExperiments();
  }

  async png(rgb: Uint8Array, width: number, height: number): Promise<Uint8Array> {
    return this.#call({}, () => this.#context.pool.run('png', { rgb, width, height }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new FramekilnError('CLOSED', 'The kiln was closed'));
    await Promise.allSettled(this.#calls);
    this.#experiments?.[Symbol.dispose]();
    await this.#context.pool.close();
  }

  /** Who only renders never loads the AWS SDK. */
  async #openExperiments(): Promise<Experiments> {
    const { Experiments } = await import('./backfill/experiments.js');
    this.#experiments ??= new Experiments(this.#context, this.#stores, (signal, body) =>
      this.#call({ signal }, ({ signal: closable }) => body(closable as AbortSignal)),
    );
    return this.#experiments;
  }

  #renderer(devices: readonly number[]): string {
    return devices.map((index) => `cuda:${index}`).join('+') || `cpu-${this.cpu}`;
  }

  /** The options, with a signal that also fires when the kiln closes. */
  #closable<O extends JobOptions>(options: O): O {
    this.#closing.signal.throwIfAborted();
    const { signal } = options;
    const closing = this.#closing.signal;
    return { ...options, signal: AbortSignal.any(signal ? [signal, closing] : [closing]) };
  }

  async #call<T>(options: JobOptions, body: (options: JobOptions) => Promise<T>): Promise<T> {
    const call = body(this.#closable(options));
    this.#calls.add(call);
    try {
      return await call;
    } finally {
      this.#calls.delete(call);
    }
  }
}
