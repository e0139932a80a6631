// SPDX-License-Identifier: Apache-2.0
export { Document, type DocumentInput } from './document/document.js';
export type { Inspection } from './document/inspect.js';
export { MAX_DOCUMENT_BYTES, readDocument } from './document/read.js';
export { type ErrorCode, FramekilnError } from './errors.js';
export { inspectDocument } from './inspect.js';
export { createKiln, type FidelityOptions, type FramesOptions, type Kiln, type KilnOptions } from './kiln.js';
export type { CpuLevel, Fidelity, FrameFormat } from './native.js';
export type { ColourReport } from './render/colour.js';
export { FramesDigest } from './render/digest.js';
export type { Frame } from './render/frames.js';
export type { JobOptions, Progress } from './render/job.js';
export type { FrameRange } from './render/plan.js';
export type { Preset, RenderSettings } from './render/settings.js';
export type { ContactSheet } from './render/sheet.js';
export type { RenderReport } from './render/video.js';
