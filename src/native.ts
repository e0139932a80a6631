// SPDX-License-Identifier: Apache-2.0
// The only file that loads or types the native addon.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { FramekilnError } from './errors.js';

/** CPU code paths, slowest first. `reference` is plain scalar code; `baseline` is what every CPU of the architecture runs. */
export const CPU_LEVELS = ['reference', 'baseline', 'avx2', 'avx512'] as const;
export type CpuLevel = (typeof CPU_LEVELS)[number];

/** Raw frame layouts: see "Raw frames" in the README. */
export const FRAME_FORMATS = ['rgb24', 'nv12', 'i420', 'yuv444p'] as const;
export type FrameFormat = (typeof FRAME_FORMATS)[number];

/** What an encoder produces: H.264 4:2:0, H.264 4:4:4, lossless H.264 RGB, or MPEG-4 as OpenCV's VideoWriter wrote it. */
export type Codec = 'h264_420' | 'h264_444' | 'h264_rgb' | 'mpeg4_as_recorded';
export type Container = 'mp4' | 'matroska';

/** The frames of one job: equally long arrays, one element a frame. */
export interface NativeFrames {
  width: number;
  height: number;
  time: Float64Array;
  complexity: Float64Array;
  /** 0 vibrant, 1 pastel, 2 monochrome */
  palette: Uint8Array;
}

/**
 * Shared between a caller and running native jobs: [0] is set to 1 to cancel (checked before every frame),
 * [1] counts the frames done by all jobs that share it.
 */
export type Control = Int32Array<SharedArrayBuffer>;

export interface RenderJob extends NativeFrames {
  format: FrameFormat;
  cpu: CpuLevel;
  /** Packed frames, one after the other: exactly frames x frameBytes(format, width, height). */
  out: Uint8Array;
  control?: Control;
}

export interface EncodeSettings {
  codec: Codec;
  width: number;
  height: number;
  fpsNum: number;
  fpsDen: number;
  /** x264 preset */
  preset: string;
  /** x264 constant rate factor, 0 (lossless) to 51 */
  crf: number;
}

export interface SegmentJob extends NativeFrames {
  cpu: CpuLevel;
  settings: EncodeSettings;
  control?: Control;
}

/** A closed GOP. Times are in frames, from the segment's first. */
export interface EncodedSegment {
  /** The packets, one after the other, in decoding order. */
  data: ArrayBuffer;
  packetBytes: Uint32Array;
  pts: Float64Array;
  dts: Float64Array;
  key: Uint8Array;
  extradata: Uint8Array;
  frames: number;
  /** 16 bytes a frame: the XXH3-128 (canonical form) of the frame as the encoder got it. */
  hashes: Uint8Array;
}

/** Writes segments, in order, to one file. One call at a time. */
export interface Muxer {
  append(segment: EncodedSegment): Promise<void>;
  /** Completes the file: the bytes when it was made for memory, otherwise undefined. */
  finish(): Promise<Uint8Array | undefined>;
  /** Drops everything held, and closes the file (which stays where it is). Harmless after finish(). */
  close(): void;
}

export interface About {
  /** Levels this machine can run, slowest first. */
  cpuLevels: CpuLevel[];
  /** Library names and run-time versions: libavcodec, libavformat, libavutil, libswscale, libx264. */
  libraries: Record<string, string>;
  compiler: string;
}

export interface Fidelity {
  /** RGB PSNR in dB after a round trip through 4:2:0 and 4:4:4 without any compression; Infinity when exact. */
  chroma420: number;
  chroma444: number;
}

/** What a video file holds. */
export interface VideoFacts {
  /** `mp4`: MP4 and MOV; `matroska`: MKV and WebM. */
  container: Container;
  /** FFmpeg's name: `h264`, `hevc`, `av1`, `vp9`, `vp8`, `mpeg4`, `mjpeg` or `ffv1`. */
  codec: string;
  /** FFmpeg's name, such as `High`. */
  profile?: string;
  /** FFmpeg's name, such as `yuv420p`. */
  pixelFormat: string;
  width: number;
  height: number;
  /** Of its video stream; what an edit list hides is left out. */
  frames: number;
  /** Seconds. */
  duration: number;
  /** Frames a second, on average, such as `30000/1001`; `0/1` when it cannot be told. */
  rate: string;
  /** It has sound. */
  audio: boolean;
  bytes: number;
}

/** All calls block their thread except the muxer's; run them in the pool. All check their arguments. */
export interface Addon {
  about(): About;
  /** The default schedule's times and complexities (scene-maths.md) for frames 0..frames-1. */
  defaultSchedule(frames: number, fps: number): { time: Float64Array; complexity: Float64Array };
  /** Fills `job.out`; gives 16 hash bytes a frame, as in EncodedSegment, when `hash` is true. */
  renderFrames(job: RenderJob, hash?: boolean): Uint8Array | undefined;
  encodeSegment(job: SegmentJob): EncodedSegment;
  /** Like encodeSegment, but the frames come from memory, packed in the codec's input format: for benches. */
  encodeFrames(settings: EncodeSettings, frames: Uint8Array): EncodedSegment;
  /** `path` must not exist yet; undefined writes to memory, up to `limit` bytes. */
  createMuxer(settings: EncodeSettings, container: Container, path: string | undefined, limit?: number): Muxer;
  /** Mean squared error of the frames after a round trip through 4:2:0 and 4:4:4, as PSNR over all of them. */
  fidelity(frames: NativeFrames & { cpu: CpuLevel; control?: Control }): Fidelity;
  /**
   * Whether a local file is a whole video, and what it holds: reads all of it, decodes the first frame, and everything
   * from the last key frame on. Trusts nothing of it. Throws `INVALID_VIDEO` (saying what is wrong) or
   * `INPUT_UNREADABLE`.
   */
  probeVideo(path: string, control?: Control): VideoFacts;
  encodePng(rgb: Uint8Array, width: number, height: number): Uint8Array;
  /** Area-averaging scaler of rgb24. */
  scaleRgb(rgb: Uint8Array, width: number, height: number, toWidth: number, toHeight: number): Uint8Array;
}

const ADDON = fileURLToPath(new URL('../../build/Release/framekiln.node', import.meta.url));

/**
 * Loads the addon. Cheap after the first call: Node caches it a process.
 * @throws FramekilnError `ADDON_MISSING` (never built) or `ADDON_BROKEN` (built for another system, or a library is gone), with the remedy.
 */
export function loadAddon(): Addon {
  if (!existsSync(ADDON)) {
    throw new FramekilnError('ADDON_MISSING', 'The native addon is not built.', {
      remedy: 'Run "npm rebuild framekiln" (or "npm run setup" in a checkout) and allow its install script.',
    });
  }
  try {
    return createRequire(import.meta.url)(ADDON) as Addon;
  } catch (cause) {
    throw new FramekilnError('ADDON_BROKEN', `The native addon does not load: ${(cause as Error).message}`, {
      remedy: 'Build it again for this system: "npm rebuild framekiln" (or "npm run setup" in a checkout).',
      cause,
    });
  }
}

/** Bytes of one packed frame. */
export function frameBytes(format: FrameFormat, width: number, height: number): number {
  const luma = width * height;
  if (format === 'rgb24' || format === 'yuv444p') return luma * 3;
  return luma + 2 * Math.ceil(width / 2) * Math.ceil(height / 2);
}
