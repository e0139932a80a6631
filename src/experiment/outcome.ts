// SPDX-License-Identifier: Apache-2.0
import type { ErrorCode } from '../errors.js';
import type { Evidence, Verdict } from '../verify/evidence.js';

/** What became of one experiment; `planned` only in a dry run. */
export const OUTCOMES = [
  'regenerated',
  'copied',
  'current',
  'relinked',
  'planned',
  'not_regenerable',
  'invalid_document',
  'failed',
] as const;
export type OutcomeName = (typeof OUTCOMES)[number];

/** Why an experiment cannot be regenerated. */
export type Obstacle =
  | 'no_parameters'
  | 'not_procedural'
  | 'archived'
  | 'invalid_id'
  | 'not_found'
  | 'no_video'
  | 'too_long';

/** One experiment's line in the report. JSON-able, and free of links. */
export interface Outcome {
  experimentId: string;
  /** The item's range key, as stored; undefined when there is no item. */
  timestamp?: string;
  outcome: OutcomeName;
  /** `not_regenerable`: an Obstacle; `invalid_document` and `failed`: an error code. */
  code?: Obstacle | ErrorCode;
  message?: string;
  remedy?: string;
  /** Of the document's fault. */
  pointer?: string;
  /** Where the document was found. */
  source?: string;
  /** Where a document was looked for, when none was found. */
  tried?: string[];
  key?: string;
  fingerprint?: string;
  framesDigest?: string;
  bytes?: number;
  frames?: number;
  /** `copied`: whose video it is. */
  copiedFrom?: string;
  /** Range keys of this experiment's other items, which were left alone. */
  others?: string[];
  /** Epoch seconds. */
  linkExpiresAt?: number;
  warnings?: string[];
  /** Of a run that verifies: what it comes to, and, unless the record said so already, why. */
  verdict?: Verdict;
  evidence?: Evidence[];
  unchecked?: string[];
  /** Seconds spent, by step. */
  seconds: { find?: number; render?: number; store?: number; record?: number };
}
