// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { FramekilnError } from '../errors.js';
import { type SegmentState, Watermark } from './watermark.js';

const SAVE_INTERVAL_MS = 5000;

/** A file that says how far a backfill has come, so that the next one need not read the table from its start. */
export class Checkpoint {
  readonly watermark: Watermark;
  readonly #path: string;
  readonly #job: string;
  #saved = performance.now();
  #saving: Promise<void> = Promise.resolve();

  private constructor(path: string, job: string, states: readonly SegmentState[]) {
    this.#path = path;
    this.#job = job;
    this.watermark = new Watermark(states);
  }

  /**
   * Reads the file, or starts anew when there is none.
   * @param job everything that decides what the backfill does: a checkpoint of another job is refused
   * @throws FramekilnError `INVALID_SETTING`
   */
  static async open(path: string, job: object, segments: number): Promise<Checkpoint> {
    const digest = createHash('sha256').update(JSON.stringify(job)).digest('hex').slice(0, 16);
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw refused(path, `cannot be read (${error.code})`, error);
    });
    if (text === undefined) return new Checkpoint(path, digest, Array(segments).fill(undefined));
    const stored = parse(text);
    if (!stored) throw refused(path, 'is not a checkpoint');
    if (stored.job !== digest || stored.segments.length !== segments) {
      throw refused(path, 'belongs to another backfill (table, bucket, selection or settings differ)');
    }
    return new Checkpoint(
      path,
      digest,
      stored.segments.map((state) => state ?? undefined),
    );
  }

  /** Saves now and then; call it as often as you like. */
  tick(): void {
    if (performance.now() - this.#saved < SAVE_INTERVAL_MS) return;
    this.#saved = performance.now();
    // A disk that is full now is reported by the last save.
    this.#saving = this.save().catch(() => undefined);
  }

  /** Saves at once. The file is whole at every moment. */
  async save(): Promise<void> {
    await this.#saving;
    const partial = `${this.#path}.${process.pid}.partial`;
    const segments = this.watermark.states.map((state) => state ?? null);
    try {
      await writeFile(partial, `${JSON.stringify({ framekiln: 'checkpoint', job: this.#job, segments })}\n`);
      await rename(partial, this.#path);
    } catch (cause) {
      const { message } = cause as Error;
      throw new FramekilnError('OUTPUT_UNWRITABLE', `Cannot write the checkpoint ${this.#path}: ${message}`, { cause });
    }
  }

  /** To call when nothing is left to do: the next backfill begins at the start. */
  async remove(): Promise<void> {
    await this.#saving;
    await rm(this.#path, { force: true });
  }
}

function parse(text: string): { job: string; segments: (SegmentState | null)[] } | undefined {
  try {
    const value = JSON.parse(text);
    const { framekiln, job, segments } = value ?? {};
    const valid = framekiln === 'checkpoint' && typeof job === 'string' && Array.isArray(segments);
    return valid && segments.every(isState) ? { job, segments } : undefined;
  } catch {
    return undefined;
  }
}

function isState(state: unknown): boolean {
  if (state === null || state === 'done') return true;
  const { experiment_id: id, timestamp } = (state ?? {}) as Record<string, unknown>;
  return typeof id === 'string' && typeof timestamp === 'string';
}

function refused(path: string, reason: string, cause?: unknown): FramekilnError {
  const remedy = 'Give another --checkpoint file, or delete this one to start anew.';
  return new FramekilnError('INVALID_SETTING', `The checkpoint ${path} ${reason}`, {
    setting: 'checkpoint',
    remedy,
    cause,
  });
}
