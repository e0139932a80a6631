// SPDX-License-Identifier: Apache-2.0
import type { Variant } from '../../experiment/variant.js';

/** A video that somebody waits for, as another process is told of it. */
export interface JobRequest {
  experiment: string;
  variant: Variant;
  force?: boolean;
}

/** Hands a job to whoever works on it; rejects when it cannot. */
export type Dispatch = (request: JobRequest) => Promise<void>;
