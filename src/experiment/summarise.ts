// SPDX-License-Identifier: Apache-2.0
import { type ExperimentRecord, proceduralEntry } from '../catalog/record.js';
import { isExperimentId } from '../storage/keys.js';
import type { ExperimentSummary } from './summary.js';

/** Texts of records are cut to so many characters. */
const TEXT = 500;
/** What the framework compares with. */
const HEVC_MBPS = 10;
const MOST_METRICS = 50;

/**
 * What a list shows of an experiment.
 * @param hasDocument whether its item has `parameters`, which the record may have been read without
 */
export function summarise(record: ExperimentRecord, hasDocument = record.parameters !== undefined): ExperimentSummary {
  const places = [...recordedPlaces(record), record.said];
  const first = <T>(name: string, is: (value: unknown) => value is T): T | undefined =>
    places.map((place) => place[name]).find(is);
  const bitrateMbps = first('bitrate_mbps', isPositive);
  const fromBitrate = bitrateMbps === undefined ? undefined : (1 - bitrateMbps / HEVC_MBPS) * 100;
  const psnrDb = first('psnr_db', isDecibels);
  const summary = {
    id: record.id,
    timestamp: record.timestamp,
    createdAt: Number(record.timestamp),
    status: text(record.status),
    approach: text(first('approach', isText)),
    bitrateMbps,
    reductionPercent: first('reduction_percent', isNumber) ?? fromBitrate,
    // JSON has no infinity.
    psnrDb: psnrDb === Number.POSITIVE_INFINITY ? null : psnrDb,
    ssim: first('ssim', isNumber),
    video: videoStateOf(record, hasDocument),
    linkExpiresAt: isNumber(record.reconstructed.expiresAt) ? record.reconstructed.expiresAt : undefined,
    verified: text(record.reconstructed.verified),
  };
  const there = Object.entries(summary).filter(([, value]) => value !== undefined);
  return Object.fromEntries(there) as unknown as ExperimentSummary;
}

/** Finite numbers and short texts that were recorded of the procedural entry. */
export function recordedMetrics(record: ExperimentRecord): Record<string, number | string> {
  const [metrics = {}, comparison = {}] = recordedPlaces(record);
  const pairs: [string, number | string][] = [comparison, metrics]
    .flatMap((place) => Object.entries(place))
    .filter((pair): pair is [string, number | string] => isNumber(pair[1]) || isText(pair[1]))
    .slice(0, MOST_METRICS)
    .map(([name, value]) => [text(name), typeof value === 'string' ? text(value) : value]);
  return Object.fromEntries(pairs);
}

/** Metrics, comparison and the rest of the procedural entry. */
function recordedPlaces(record: ExperimentRecord): Record<string, unknown>[] {
  const { real_metrics, comparison, ...fields } = proceduralEntry(record)?.fields ?? {};
  return [real_metrics, comparison, fields].map((place) =>
    typeof place === 'object' && place !== null ? (place as Record<string, unknown>) : {},
  );
}

function videoStateOf(record: ExperimentRecord, hasDocument: boolean): ExperimentSummary['video'] {
  const { key, fingerprint } = record.reconstructed;
  if (!isExperimentId(record.id)) return 'none';
  if (key !== undefined || fingerprint !== undefined) return 'stored';
  return hasDocument || mayHaveDocument(record) ? 'missing' : 'none';
}

/** Whether the record says, apart from `parameters`, that there may be a document. */
export function mayHaveDocument(record: ExperimentRecord): boolean {
  return record.documentKeys.length > 0 || proceduralEntry(record) !== undefined;
}

/** Cut by copying: a slice would keep the whole text in memory. */
function text(value: string): string;
function text(value: string | undefined): string | undefined;
function text(value: string | undefined): string | undefined {
  if (value === undefined || value.length <= TEXT) return value;
  return Buffer.from(`${value.slice(0, TEXT - 1)}…`, 'utf16le').toString('utf16le');
}

const isNumber = (value: unknown): value is number => Number.isFinite(value);
const isPositive = (value: unknown): value is number => isNumber(value) && value > 0;
/** Of equal frames it is infinite. */
const isDecibels = (value: unknown): value is number => isNumber(value) || value === Number.POSITIVE_INFINITY;
const isText = (value: unknown): value is string => typeof value === 'string';
