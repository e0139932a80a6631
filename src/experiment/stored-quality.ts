// SPDX-License-Identifier: Apache-2.0
// A measurement as it is stored beside the video. Whoever can write the bucket can write anything there.
import { parseJson } from '../document/json.js';
import { FramekilnError } from '../errors.js';
import type { Distribution, Measurement } from '../measure/source.js';
import { distribution } from '../measure/statistics.js';
import { qualityKey } from '../storage/keys.js';
import type { ObjectStore } from '../storage/object-store.js';

/** Raised when a measurement of the same frames gives other numbers, or is written in another way. */
const VERSION = 1;
/** A measurement of so many has a few megabytes. */
export const MOST_FRAMES = 100_000;
/** Two numbers a frame of 20 characters each, and the rest. */
const MOST_BYTES = 16 * 2 ** 20;
const MOST_TEXT = 2000;
const MOST_NOTES = 20;

/** A measurement, and what decided it. */
export interface StoredQuality {
  /** Of the experiment's frames. */
  fingerprint: string;
  /** `schedule`, or `s3://bucket/key` with the etag that it had. */
  source: string;
  etag?: string;
  rate?: string;
  measurement: Measurement;
}

/** What is stored; undefined when there is nothing that can be used. */
export async function readQuality(
  objects: ObjectStore,
  id: string,
  signal: AbortSignal | undefined,
): Promise<StoredQuality | undefined> {
  let object: { bytes: Buffer } | undefined;
  try {
    object = await objects.get(qualityKey(id), MOST_BYTES, signal);
  } catch (error) {
    // Too large to be ours, or not to be read any more: it is measured again.
    if (error instanceof FramekilnError && ['INVALID_DOCUMENT', 'OBJECT_ARCHIVED'].includes(error.code))
      return undefined;
    throw error;
  }
  return object && parsed(object.bytes.toString());
}

export async function writeQuality(
  objects: ObjectStore,
  id: string,
  { measurement, ...decided }: StoredQuality,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { width, height, psnr, ssim, notes } = measurement;
  const value = {
    version: VERSION,
    ...decided,
    ...{ width, height, notes },
    psnr: { pooled: psnr.pooled, perFrame: psnr.perFrame },
    ssim: { perFrame: ssim.perFrame },
  };
  const options = { contentType: 'application/json', metadata: {}, signal };
  await objects.put(qualityKey(id), Buffer.from(JSON.stringify(value)), options);
}

function parsed(text: string): StoredQuality | undefined {
  try {
    return qualityOf(new Fields(parseJson(text)));
  } catch (error) {
    if (error instanceof FramekilnError || error instanceof Malformed) return undefined;
    throw error;
  }
}

/** Means and the like are taken from the frames again. */
function qualityOf(fields: Fields): StoredQuality {
  if (fields.number('version') !== VERSION) throw new Malformed();
  const psnr = distribution(fields.object('psnr').numbers('perFrame'));
  const ssim = distribution(fields.object('ssim').numbers('perFrame'));
  const frames = psnr.perFrame.length;
  if (frames === 0 || ssim.perFrame.length !== frames) throw new Malformed();
  const pooled = fields.object('psnr').nullable('pooled');
  const measurement: Measurement = {
    frames,
    width: fields.number('width'),
    height: fields.number('height'),
    psnr: { ...psnr, pooled, ...differing(psnr) },
    ssim,
    notes: fields.texts('notes'),
  };
  const [etag, rate] = [fields.text('etag', true), fields.text('rate', true)];
  return {
    fingerprint: fields.text('fingerprint') as string,
    source: fields.text('source') as string,
    ...(etag !== undefined && { etag }),
    ...(rate !== undefined && { rate }),
    measurement,
  };
}

function differing({ perFrame }: Distribution): Pick<Measurement['psnr'], 'meanOfDiffering' | 'identicalFrames'> {
  const finite = perFrame.filter((value) => value !== null);
  return { meanOfDiffering: distribution(finite).mean, identicalFrames: perFrame.length - finite.length };
}

class Malformed extends Error {}

/** Reads the members of an untrusted value; throws Malformed for what is not as expected. */
class Fields {
  readonly #value: Record<string, unknown>;

  constructor(value: unknown) {
    if (typeof value !== 'object' || value === null) throw new Malformed();
    this.#value = value as Record<string, unknown>;
  }

  object(name: string): Fields {
    return new Fields(this.#value[name]);
  }

  number(name: string): number {
    const value = this.#value[name];
    return isNumber(value) ? value : malformed();
  }

  nullable(name: string): number | null {
    return this.#value[name] === null ? null : this.number(name);
  }

  numbers(name: string): (number | null)[] {
    const list = this.#value[name];
    const fits =
      Array.isArray(list) && list.length <= MOST_FRAMES && list.every((one) => one === null || isNumber(one));
    return fits ? list : malformed();
  }

  text(name: string, optional = false): string | undefined {
    const value = this.#value[name];
    if (value === undefined && optional) return undefined;
    return isText(value) ? value : malformed();
  }

  texts(name: string): string[] {
    const list = this.#value[name];
    return Array.isArray(list) && list.length <= MOST_NOTES && list.every(isText) ? list : malformed();
  }
}

const isNumber = (value: unknown): value is number => Number.isFinite(value);
const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= MOST_TEXT;

function malformed(): never {
  throw new Malformed();
}
