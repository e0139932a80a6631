// SPDX-License-Identifier: Apache-2.0
// What a record says that a regeneration can be held against.
import { type ExperimentRecord, proceduralEntry } from '../catalog/record.js';
import type { Recorded } from '../verify/recorded.js';
import type { StoredVideo } from './stored-video.js';

/** The recorded values of the entry that was procedural, its metrics first, then of the record itself. */
export function recordedOf(record: ExperimentRecord, video: StoredVideo | undefined): Recorded {
  const fields = proceduralEntry(record)?.fields ?? {};
  const metrics = typeof fields.real_metrics === 'object' && fields.real_metrics !== null ? fields.real_metrics : {};
  const places = [metrics, fields, record.clip] as Record<string, unknown>[];
  const first = <T>(name: string, is: (value: unknown) => value is T): T | undefined =>
    places.map((place) => place[name]).find(is);
  const { framesDigest } = record.reconstructed;
  const digests = [
    ...(framesDigest === undefined ? [] : [{ where: 'reconstructed_frames_digest', digest: framesDigest }]),
    ...(video?.framesDigest === undefined
      ? []
      : [{ where: `frames-digest of ${video.key}`, digest: video.framesDigest }]),
  ];
  const said = {
    fileSizeBytes: first('file_size_bytes', isSize),
    fileSizeMb: first('file_size_mb', isSize),
    bitrateMbps: first('bitrate_mbps', isSize),
    totalFrames: first('total_frames', isSize),
    duration: first('duration', isSize),
    fps: first('fps', isSize),
    resolution: resolutionOf(first('resolution', isThere)),
    psnrDb: first('psnr_db', isDecibels),
    ssim: first('ssim', isMeasure),
    method: first('compression_method', isText),
  };
  return { digests, ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) };
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && !Number.isNaN(value);
/** Of equal frames it is infinite. */
const isDecibels = (value: unknown): value is number => isNumber(value) && value > Number.NEGATIVE_INFINITY;
const isMeasure = (value: unknown): value is number => isNumber(value) && Number.isFinite(value);
const isSize = (value: unknown): value is number => isMeasure(value) && value > 0;
const isText = (value: unknown): value is string => typeof value === 'string';
const isThere = (value: unknown): value is NonNullable<unknown> => value !== undefined && value !== null;

/** `1920x1080`, also from a list. */
function resolutionOf(value: unknown): string | undefined {
  if (typeof value === 'string') return /^\d{1,5}x\d{1,5}$/.test(value) ? value : undefined;
  return Array.isArray(value) && value.length === 2 && value.every(isNumber) ? value.join('x') : undefined;
}
