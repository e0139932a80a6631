// SPDX-License-Identifier: Apache-2.0
// What the API answers, as far as pages use it. A test holds these against the server's own types.

export type Variant = 'video' | 'exact' | 'original' | 'original-exact';

export interface ApiError {
  code: string;
  message: string;
  remedy?: string;
  pointer?: string;
  tried?: string[];
}

/** A presigned link. */
export interface VideoLink {
  url: string;
  /** Epoch seconds. */
  expiresAt: number;
  bytes: number;
  frames?: number;
}

export interface JobView {
  id: string;
  state: 'waiting' | 'running' | 'done' | 'failed';
  ahead?: number;
  framesDone: number;
  frames?: number;
  framesPerSecond?: number;
  etaSeconds?: number;
  streamable: boolean;
  outcome?: string;
  error?: ApiError;
  links: { self: string; events: string; result: string; stream?: string };
}
