// SPDX-License-Identifier: Apache-2.0
import type { Inspection } from '../document/inspect.js';
import type { NoDocument } from './read-document.js';
import type { ExperimentSummary } from './summary.js';

/** A video as it is in the bucket now. JSON-able. */
export interface VideoState {
  key: string;
  bytes: number;
  /** False: archived. */
  readable: boolean;
  fingerprint: string;
  framesDigest?: string;
  frames?: number;
  /** Somebody's own file. */
  published: boolean;
}

/** All that a page about one experiment shows. JSON-able. */
export interface ExperimentDetails extends ExperimentSummary {
  /** Range keys of the experiment's other items. */
  others: string[];
  /** What is malformed on the record. */
  faults: string[];
  /** Recorded metrics of the procedural entry: finite numbers, and short texts. */
  metrics: Record<string, number | string>;
  /** What it would be rendered from, or why there is nothing. */
  document: { source: string; inspection: Inspection } | NoDocument;
  /** What is in the bucket. */
  videos: { video?: VideoState; exact?: VideoState };
  /** Where what it compressed comes from, if that is known: `s3://bucket/key`, or `schedule`. */
  original?: string;
}
