// SPDX-License-Identifier: Apache-2.0
import type { VideoFacts } from '../native.js';
import { Job } from './job.js';
import type { RenderContext } from './video.js';

/**
 * Whether a local file is a whole video, and what it holds.
 * @throws FramekilnError `INVALID_VIDEO`, `INPUT_UNREADABLE`; the signal's reason
 */
export async function probeVideo(
  { pool }: RenderContext,
  path: string,
  signal: AbortSignal | undefined,
): Promise<VideoFacts> {
  const job = new Job(1, { signal });
  return job.finish(() => job.follow(pool.run('probe', { path, control: job.control })));
}
