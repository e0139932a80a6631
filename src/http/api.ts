// SPDX-License-Identifier: Apache-2.0
// What the API answers, as types alone: the server's and the pages' own.
import type { Variant } from '../experiment/variant.js';

export type { Variant } from '../experiment/variant.js';

/** What is told of an error: the body of every answer that is one is `{ error: ApiError }`. JSON-able. */
export interface ApiError {
  /** An ErrorCode, or why an experiment cannot be regenerated. */
  code: string;
  message: string;
  remedy?: string;
  /** JSON pointer of a document's fault. */
  pointer?: string;
  /** Where a document was looked for. */
  tried?: string[];
}

/** A presigned link to a video. */
export interface VideoLink {
  url: string;
  /** Epoch seconds. */
  expiresAt: number;
  bytes: number;
  frames?: number;
  /** Why it ends, or may end, before 7 days have passed. */
  warning?: string;
}

export type JobKind = Variant | 'quality';
export type JobState = 'waiting' | 'running' | 'done' | 'failed';

/** A job as the API tells of it. */
export interface JobView {
  id: string;
  experiment: string;
  kind: JobKind;
  state: JobState;
  /** Jobs that come before it, while it waits. */
  ahead?: number;
  framesDone: number;
  /** All of them, once that is known. */
  frames?: number;
  framesPerSecond?: number;
  etaSeconds?: number;
  /** Its video can be watched while it is made. */
  streamable: boolean;
  /** What became of it: `regenerated`, `copied`, `current`, ... */
  outcome?: string;
  error?: ApiError;
  /** Epoch seconds. */
  createdAt: number;
  /** Epoch seconds, when it is done or has failed. */
  endedAt?: number;
  /** Paths. */
  links: { self: string; events: string; result: string; stream?: string };
}
