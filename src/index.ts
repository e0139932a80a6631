// SPDX-License-Identifier: Apache-2.0
export type { Experiments, RegenerateCall, Regenerated } from './backfill/experiments.js';
export type { BackfillOptions } from './backfill/run.js';
export type { Selection, Shard } from './backfill/select.js';
export type { BackfillProgress, BackfillSummary } from './backfill/summary.js';
export type { VerifyAllOptions, VerifySummary } from './backfill/verify-all.js';
export { Document, type DocumentInput } from './document/document.js';
export type { Inspection } from './document/inspect.js';
export { MAX_DOCUMENT_BYTES, readDocument } from './document/read.js';
export { type ErrorCode, FramekilnError } from './errors.js';
export type { ExperimentDetails, VideoState } from './experiment/details.js';
export type { ExperimentLink } from './experiment/link.js';
export type { ExperimentPage, ListQuery } from './experiment/list-query.js';
export type { Located, MakeOptions, Prepared } from './experiment/on-demand.js';
export type { Obstacle, Outcome, OutcomeName } from './experiment/outcome.js';
export type { Published } from './experiment/publish.js';
export type { Quality } from './experiment/quality.js';
export type { StoreOptions } from './experiment/stores.js';
export type { ExperimentSummary } from './experiment/summary.js';
export type { Variant } from './experiment/variant.js';
export type { VerifiedExperiment, VerifyOptions } from './experiment/verify.js';
export type { VerifyDocumentOptions } from './experiment/verify-document.js';
export { inspectDocument } from './inspect.js';
export {
  type Backend,
  createKiln,
  type FidelityOptions,
  type FramesOptions,
  type Kiln,
  type KilnOptions,
  type VerifyCall,
} from './kiln.js';
export type { MeasureOptions } from './measure/measure.js';
export type { FramesInput, NamedDocument, RawInput, VideoInput } from './measure/open.js';
export type { Plot } from './measure/pictures.js';
export type { ContactSheet, DifferenceOptions, DifferenceSheet } from './measure/sheet.js';
export type { Distribution, Measurement } from './measure/source.js';
export type { Conversion, CpuLevel, Fidelity, FrameFormat, Luma } from './native.js';
export type { ColourReport } from './render/colour.js';
export type { DeviceChoice, EncoderChoice } from './render/devices.js';
export { FramesDigest } from './render/digest.js';
export type { Fallback } from './render/fallback.js';
export type { VideoSettings } from './render/fingerprint.js';
export type { Frame } from './render/frames.js';
export type { JobOptions, Progress } from './render/job.js';
export { type FrameRange, planSegments, type SegmentPlan } from './render/plan.js';
export type { Preset, RenderSettings } from './render/settings.js';
export type { RenderReport } from './render/video.js';
export type { Link } from './storage/link.js';
export type { Evidence, Verdict, Verification } from './verify/evidence.js';
export type { Recorded } from './verify/recorded.js';
