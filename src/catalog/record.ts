// SPDX-License-Identifier: Apache-2.0
// An experiment's record: one item of the table, as far as framekiln reads it.
import { AttributeReader, type Item } from './attributes.js';
import { type Entry, readEntries } from './entries.js';

export { type Entry, isProcedural, proceduralEntry } from './entries.js';

/** What framekiln itself writes on records. */
export interface Reconstructed {
  url?: string;
  key?: string;
  /** Epoch seconds. */
  expiresAt?: number;
  fingerprint?: string;
  framesDigest?: string;
  /** When the video was recorded, ISO 8601. */
  at?: string;
  /** The verdict on the video that is recorded, when somebody verified it. */
  verified?: string;
}

export interface ExperimentRecord {
  id: string;
  /** Exactly as stored: part of the key. */
  timestamp: string;
  status: string | undefined;
  /** The `experiments` attribute as stored, when it is a string. */
  experiments: string | undefined;
  /** Its entries (objects only), also those of a native list; empty when absent or malformed. */
  entries: readonly Entry[];
  /** The `parameters` attribute as a plain value: object, array, string or Uint8Array; undefined when absent. */
  parameters: unknown;
  /** What completes a bare list of parameters: resolution, fps, duration, total_frames, each if it is there. */
  clip: Record<string, unknown>;
  /** Keys of documents that the record's attributes name, in the order of the names. */
  documentKeys: readonly { attribute: string; key: string }[];
  reconstructed: Reconstructed;
  /** What the experiment compressed: a key, or `schedule`; undefined when nobody says. */
  source: string | undefined;
  /** What else is said of the experiment as a whole, whatever it is: approach, bit rate, PSNR, ... */
  said: Record<string, unknown>;
  /** What is malformed, a sentence each. Such an attribute reads as absent. */
  faults: readonly string[];
}

/** Attributes that hold the key of a document, unless others are named. */
export const KEY_ATTRIBUTES: readonly string[] = ['parameters_s3_key'];

/** The attributes that framekiln writes. */
export const RECONSTRUCTED = {
  url: 'reconstructed_video_url',
  key: 'reconstructed_video_s3_key',
  expiresAt: 'video_expires_at',
  fingerprint: 'reconstructed_fingerprint',
  framesDigest: 'reconstructed_frames_digest',
  at: 'reconstructed_at',
  verified: 'reconstructed_verified',
} as const satisfies Record<keyof Reconstructed, string>;

const SAID = ['approach', 'bitrate_mbps', 'reduction_percent', 'psnr_db', 'ssim'];
const CLIP = ['resolution', 'fps', 'duration', 'total_frames'];

/** The attributes that make an ExperimentRecord, each once. */
export function attributesOf(keyAttributes: readonly string[]): string[] {
  const own = ['experiment_id', 'timestamp', 'status', 'experiments', 'parameters', 'source', ...SAID, ...CLIP];
  return [...new Set([...own, ...Object.values(RECONSTRUCTED), ...keyAttributes])];
}

/** Reads an item; whatever its attributes are, it does not throw. */
export function recordOf(item: Item, keyAttributes: readonly string[]): ExperimentRecord {
  const read = new AttributeReader(item);
  const stored = read.value('experiments');
  const { entries, faults } = readEntries(stored);
  return {
    id: item.experiment_id?.S ?? '',
    timestamp: item.timestamp?.N ?? '',
    status: read.string('status'),
    experiments: typeof stored === 'string' ? stored : undefined,
    entries,
    parameters: parametersOf(read),
    clip: valuesOf(read, CLIP),
    documentKeys: documentKeysOf(read, keyAttributes),
    reconstructed: present({
      url: read.string(RECONSTRUCTED.url),
      key: read.string(RECONSTRUCTED.key),
      expiresAt: read.number(RECONSTRUCTED.expiresAt),
      fingerprint: read.string(RECONSTRUCTED.fingerprint),
      framesDigest: read.string(RECONSTRUCTED.framesDigest),
      at: read.string(RECONSTRUCTED.at),
      verified: read.string(RECONSTRUCTED.verified),
    }),
    source: read.string('source'),
    said: valuesOf(read, SAID),
    faults: [...faults, ...read.faults],
  };
}

function valuesOf(read: AttributeReader, names: readonly string[]): Record<string, unknown> {
  return present(Object.fromEntries(names.map((name) => [name, read.value(name)])));
}

function parametersOf(read: AttributeReader): unknown {
  const value = read.value('parameters');
  const isKnown = typeof value === 'string' || (typeof value === 'object' && value !== null && !(value instanceof Set));
  return isKnown ? value : read.absent('parameters', 'a map, list, string or binary', value);
}

function documentKeysOf(read: AttributeReader, names: readonly string[]): { attribute: string; key: string }[] {
  return [...new Set(names)].flatMap((attribute) => {
    const key = read.string(attribute);
    return key === undefined ? [] : [{ attribute, key }];
  });
}

/** The fields that are there. */
function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const found = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(found) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
