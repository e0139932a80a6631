// SPDX-License-Identifier: Apache-2.0
// Records of experiments with small videos, and what a backfill must make of them.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { expect } from 'vitest';
import { type DemoDocument, makeDocument } from '../../src/demo/documents.js';

export type Item = Record<string, AttributeValue>;

/** Another seed, another video. */
export function smallDocument(seed = 0, size: { frames?: number; width?: number; height?: number } = {}): DemoDocument {
  return makeDocument({ width: 32, height: 24, fps: 10, frames: 6, scene: 'all', seed, ...size });
}

/** The framework's entry of a procedural run as Python writes it, with more members in front. */
export function entry(members: Record<string, unknown> = {}): string {
  const more = JSON.stringify(members).slice(1, -1);
  const type = '"experiment_type": "real_procedural_generation",  "status": "completed"';
  return `{${more}${more && ', '}${type}, "psnr": NaN, "note": "caf\\u00e9 \\"video_url\\": null", "video_url": null}`;
}

/** The entry of a run that used the default schedule. */
export function scheduleEntry(metrics: object = { resolution: '32x24', fps: 10.0, duration: 0.65 }): string {
  return entry({ real_metrics: { compression_method: 'procedural_demoscene', ...metrics } });
}

export const NEURAL = '[{"experiment_type": "real_ai_neural_networks", "status": "completed", "video_url": null}]';

/** A completed experiment's item, with attributes that nobody may touch. */
export function record(id: string, attributes: Record<string, unknown> = {}, timestamp = '1760000000'): Item {
  const { experiments = `[${entry()}]`, ...rest } = attributes;
  return {
    ...marshall({ status: 'completed', ...(experiments !== null && { experiments }), ...rest }),
    experiment_id: { S: id },
    timestamp: { N: timestamp },
    nested: { M: { list: { L: [{ N: '1.25' }, { NULL: true }, { BOOL: false }, { M: {} }] } } },
    tags: { SS: ['b', 'ä'] },
    bytes: { B: Uint8Array.of(0, 1, 254) },
    digits: { N: '12345678901234567890.123456789' },
  };
}

/** Attributes that a finished record has beside those that it had. */
const WRITTEN = [
  'reconstructed_video_url',
  'reconstructed_video_s3_key',
  'video_expires_at',
  'reconstructed_fingerprint',
  'reconstructed_frames_digest',
  'reconstructed_at',
  'reconstructed_verified',
];

/** What an item must say of its video; without a verdict it must have none. */
export interface RecordedVideo {
  fingerprint: string;
  digest?: string;
  verdict?: string | undefined;
}

/** That nothing of an item has changed but what a backfill writes, and that this fits together. */
export function expectRecorded(before: Item, after: Item | undefined, video: RecordedVideo) {
  if (!after) return expect.fail(`there is no item ${before.experiment_id?.S}`);
  const url = after.reconstructed_video_url?.S ?? '';
  const rest = Object.fromEntries(Object.entries(before).filter(([name]) => !WRITTEN.includes(name)));
  const experiments = before.experiments?.S?.replace(
    /"video_url": (null|"[^"]*")(?=\}\]$)/,
    () => `"video_url": "${url}"`,
  );
  expect(after).toEqual({
    ...rest,
    ...(experiments !== undefined && { experiments: { S: experiments } }),
    reconstructed_video_url: { S: expect.stringContaining('X-Amz-Signature=') },
    reconstructed_video_s3_key: { S: `reconstructed/${before.experiment_id?.S}.mp4` },
    video_expires_at: { N: expect.stringMatching(/^\d+$/) },
    reconstructed_fingerprint: { S: video.fingerprint },
    ...(video.digest !== undefined && { reconstructed_frames_digest: { S: video.digest } }),
    reconstructed_at: { S: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) },
    ...(video.verdict !== undefined && { reconstructed_verified: { S: video.verdict } }),
  });
  const weeks = (Number(after.video_expires_at?.N) - Date.now() / 1000) / 604_800;
  expect(weeks).toBeGreaterThan(0.99);
  expect(weeks).toBeLessThanOrEqual(1);
  return url;
}
