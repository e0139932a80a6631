// SPDX-License-Identifier: Apache-2.0
// What the API asks of one experiment: its videos as they are, and made when they are missing.
import type { EncodedSegment } from '../native.js';
import type { VideoSettings } from '../render/fingerprint.js';
import type { JobOptions } from '../render/job.js';
import type { ResolvedSettings } from '../render/settings.js';
import type { Link } from '../storage/link.js';

/** Where a video is now. `missing` says nothing of whether it could be made. */
export type Located =
  | { state: 'ready'; key: string; link: Link; bytes: number; frames?: number }
  | { state: 'missing' }
  | { state: 'archived'; key: string };

/** What is about to be rendered. */
export interface Prepared {
  frames: number;
  width: number;
  height: number;
  /** Such as `30000/1001`. */
  rate: string;
  /** Where the document was found. */
  source: string;
}

export interface MakeOptions extends JobOptions {
  settings?: VideoSettings | undefined;
  /** Renders although the video is there. */
  force?: boolean | undefined;
  /** Called once, when it is known what will be rendered, and waited for: it may hold the work back until there is room. */
  onPrepared?: ((prepared: Prepared) => void | Promise<void>) | undefined;
  /** Called with each segment of the video, in order, as soon as it is encoded. */
  onSegment?: ((segment: EncodedSegment, settings: ResolvedSettings) => void) | undefined;
}
