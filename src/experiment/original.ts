// SPDX-License-Identifier: Apache-2.0
import { type FrameTable, frameCount } from '../document/table.js';
import { FramekilnError, refuseSetting } from '../errors.js';
import { documentSource } from '../measure/document-source.js';
import type { FrameSource } from '../measure/source.js';
import { videoSource } from '../measure/video-source.js';
import type { RenderContext } from '../render/video.js';

/** What experiments compressed: a local file, `s3://bucket/key`, or `schedule`: the default schedule of the same shape. */
export type Original = string;

/** The framework read its clips with VideoCapture. */
const READ_BY = 'opencv';

/** Brings an object of S3 to a local file, and gives its path. */
export type Fetch = (bucket: string, key: string, signal: AbortSignal | undefined) => Promise<string>;

/**
 * Opens the original that a table's PSNR and SSIM are against.
 * @throws FramekilnError `INVALID_SETTING`, `INVALID_VIDEO`, `INPUT_UNREADABLE`, or why it cannot be fetched
 */
export async function openOriginal(
  context: RenderContext,
  original: Original,
  table: FrameTable,
  fetch: Fetch | undefined,
  signal: AbortSignal | undefined,
): Promise<FrameSource> {
  if (original === 'schedule') return scheduleSource(context, table);
  if (!original.startsWith('s3://')) return videoSource(context, original, signal, READ_BY);
  const [, bucket, key] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.{1,1024})$/.exec(original) ?? [];
  if (bucket === undefined || key === undefined) refuseSetting('s3://bucket/key', 'source', original);
  if (!fetch) {
    const remedy = 'Give a local file, or a table and a bucket.';
    throw new FramekilnError('INVALID_SETTING', 'A source in S3 needs the stores', { setting: 'source', remedy });
  }
  return { ...(await videoSource(context, await fetch(bucket, key, signal), signal, READ_BY)), label: original };
}

/** What the framework's test clips show, of the table's size, rate and length. */
function scheduleSource({ addon }: RenderContext, table: FrameTable): FrameSource {
  const frames = frameCount(table);
  const schedule = { ...table, ...addon.defaultSchedule(frames, table.fps), palette: new Uint8Array(frames) };
  return documentSource(schedule, 'the default schedule');
}
