// SPDX-License-Identifier: Apache-2.0
// The only file that loads or types the native addon.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { FramekilnError } from './errors.js';
import type { Compared, CompareJob, FramesSide, PixelFrames } from './native/compare.js';
import type { Gpus, GpuTiming } from './native/gpu.js';

export {
  COMPARED,
  CONVERSIONS,
  type Compared,
  type CompareJob,
  type Conversion,
  type FramesSide,
  LUMAS,
  type Luma,
  type PixelFrames,
} from './native/compare.js';
export type { GpuFacts, Gpus, GpuTiming } from './native/gpu.js';

/** CPU code paths, slowest first. `reference` is plain scalar code; `baseline` is what every CPU of the architecture runs. */
export const CPU_LEVELS = ['reference', 'baseline', 'avx2', 'avx512'] as const;
export type CpuLevel = (typeof CPU_LEVELS)[number];

/** Raw frame layouts: see "Raw frames" in the README. */
export const FRAME_FORMATS = ['rgb24', 'nv12', 'i420', 'yuv444p'] as const;
export type FrameFormat = (typeof FRAME_FORMATS)[number];

/**
 * What an encoder produces: H.264 4:2:0, H.264 4:4:4, lossless H.264 RGB, MPEG-4 as OpenCV's VideoWriter wrote it, or, by
 * NVENC alone, HEVC and AV1 4:2:0.
 */
export type Codec = 'h264_420' | 'h264_444' | 'h264_rgb' | 'mpeg4_as_recorded' | 'hevc_420' | 'av1_420';
/** Those that NVENC makes. */
export const NVENC_CODECS = ['h264_420', 'hevc_420', 'av1_420'] as const satisfies readonly Codec[];
export type NvencCodec = (typeof NVENC_CODECS)[number];
export type Container = 'mp4' | 'matroska';
/** What is read: `mp4` is MP4 and MOV, `matroska` is MKV and WebM, `y4m` is YUV4MPEG2. */
export type VideoContainer = Container | 'avi' | 'y4m';

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
  /** Index of the CUDA device that draws; what it cannot draw exactly is drawn at `cpu`. Absent: the CPU. */
  device?: number;
  /** Packed frames, one after the other: exactly frames x frameBytes(format, width, height). */
  out: Uint8Array;
  control?: Control;
}

export interface FidelityJob extends NativeFrames {
  chroma: '420' | '444';
  cpu: CpuLevel;
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
  /** Quality, 0 (lossless) to 51: libx264's quantiser is 7 above it; NVENC's target quality */
  crf: number;
  /** Takes crf itself for the quantiser of every frame. */
  constantQp?: boolean;
  /** The id of libx264's parameter sets: above 0 it stands in for NVENC in a file of NVENC's. */
  parameterSet?: number;
}

export interface SegmentJob extends NativeFrames {
  cpu: CpuLevel;
  /** As of RenderJob. */
  device?: number;
  /** Default `software`. NVENC wants a device, whose memory the frames then never leave. */
  encoder?: 'software' | 'nvenc';
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
  /** Parameter sets: of NVENC's segments its own, and behind them those of libx264 with `parameterSet` 1. */
  extradata: Uint8Array;
  frames: number;
  /** 16 bytes a frame: the XXH3-128 (canonical form) of the frame as the encoder got it. */
  hashes: Uint8Array;
  /** Of the thread that made it; on a GPU, drawing is waiting for it. */
  seconds: StageSeconds;
}

/** What a thread's time went to. */
export interface StageSeconds {
  drawing: number;
  hashing: number;
  encoding: number;
}

/** Writes segments, in order, to one file. One call at a time. */
export interface Muxer {
  append(segment: EncodedSegment): Promise<void>;
  /** Completes the file: the bytes when it was made for memory, otherwise undefined. */
  finish(): Promise<Uint8Array | undefined>;
  /** Drops everything held, and closes the file (which stays where it is). Harmless after finish(). */
  close(): void;
}

/** Writes segments, in order, as a fragmented MP4: append gives the bytes it adds, the first one the header too. */
export interface FragmentMuxer extends Omit<Muxer, 'append' | 'finish'> {
  append(segment: EncodedSegment): Promise<Uint8Array>;
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
  container: VideoContainer;
  /** FFmpeg's name, such as `h264`, `hevc`, `av1`, `vp9`, `mpeg4`, `mjpeg`, `ffv1`, `utvideo` or `rawvideo`. */
  codec: string;
  /** FFmpeg's name, such as `High`. */
  profile?: string;
  /** FFmpeg's name, such as `yuv420p`. */
  pixelFormat: string;
  /** As in PixelFrames. */
  matrix: number;
  width: number;
  height: number;
  /** Of its video stream; what an edit list or its codec hides is left out. */
  frames: number;
  /** Seconds. */
  duration: number;
  /** Frames a second, on average, such as `30000/1001`; `0/1` when it cannot be told. */
  rate: string;
  /** It has sound. */
  audio: boolean;
  bytes: number;
}

/** Decodes a video file from its start. One call at a time. */
export interface VideoReader {
  /**
   * The next frames in order of display, at most `frames` (1 to 10000); undefined at the end. All have one size and
   * format.
   * @throws `INVALID_VIDEO` saying which frame does not decode, and how many did
   */
  read(frames: number): Promise<PixelFrames | undefined>;
  /** Stops a read in progress (`CANCELLED`) and closes the file. Harmless when done before. */
  close(): void;
}

/** All calls block their thread except the muxer's and the reader's; run them in the pool. All check their arguments. */
export interface Addon {
  about(): About;
  /** Opens NVIDIA's driver, if it is there. Never throws. */
  gpus(): Gpus;
  /**
   * Opens a GPU on this thread, which keeps it, loads the kernels and has them draw what the CPU draws too. `fatbin` is
   * machine code, `ptx` was compiled by the driver.
   * @throws `NO_SUCH_DEVICE`, `MODULE_REFUSED`, `GPU_OUT_OF_MEMORY`, `GPU_WRONG`, `DEVICE_LOST`, or as gpus() says
   */
  openGpu(device: number): { image: 'fatbin' | 'ptx' };
  /**
   * Encodes a frame with NVENC: only that proves that it works.
   * @throws as openGpu, and `CODEC_UNAVAILABLE`, `NO_NVENC_UNIT`, `SESSION_LIMIT`, `NVENC_REFUSED`
   */
  openNvenc(device: number, codec: NvencCodec): { encoder: string };
  /**
   * Seconds that each frame takes on this thread, drawn one after the other into a few pictures in turn, or up to where
   * each pixel's colour is known: for benches.
   */
  timeFrames(job: Omit<RenderJob, 'out' | 'control' | 'device'>, paintOnly?: boolean): Float64Array;
  /** Times a GPU: for benches. Draws all frames of the job `rounds` times. */
  timeGpu(job: Omit<RenderJob, 'out' | 'control'>, rounds: number): GpuTiming;
  /** Lets go of the GPUs that this thread has open; ending it does so too. */
  closeGpu(): void;
  /** The default schedule's times and complexities (scene-maths.md) for frames 0..frames-1. */
  defaultSchedule(frames: number, fps: number): { time: Float64Array; complexity: Float64Array };
  /** Fills `job.out`; gives 16 hash bytes a frame, as in EncodedSegment, when `hash` is true. */
  renderFrames(job: RenderJob, hash?: boolean): Uint8Array | undefined;
  encodeSegment(job: SegmentJob): EncodedSegment;
  /** Like encodeSegment, but the frames come from memory, packed in the codec's input format: for benches. */
  encodeFrames(settings: EncodeSettings, frames: Uint8Array): EncodedSegment;
  /** `path` must not exist yet; undefined writes to memory, up to `limit` bytes. */
  createMuxer(settings: EncodeSettings, container: Container, path: string | undefined, limit?: number): Muxer;
  createMuxer(settings: EncodeSettings, container: 'fmp4'): FragmentMuxer;
  /** RGB PSNR in dB over all frames after a round trip through 4:2:0 or 4:4:4; Infinity when exact. */
  fidelity(job: FidelityJob): number;
  /**
   * Whether a local file is a whole video, and what it holds: reads all of it, decodes the first frame, and everything
   * from the last key frame on. Trusts nothing of it. Throws `INVALID_VIDEO` (saying what is wrong) or
   * `INPUT_UNREADABLE`.
   */
  probeVideo(path: string, control?: Control): VideoFacts;
  /**
   * Opens a local video file that nobody vouches for, as probeVideo does. Throws for its path and its first bytes; what
   * else is wrong with it, `read` says.
   */
  openReader(path: string): VideoReader;
  /** Compares frame by frame; sizes below 7x7 are refused (`INVALID_ARGUMENT`). */
  compareFrames(job: CompareJob): Compared;
  /** The frames as packed rgb24. */
  toRgb(side: FramesSide, cpu: CpuLevel): Uint8Array;
  /** Scales rgb24 as OpenCV's INTER_LINEAR does, to the bit. */
  resizeLinear(rgb: Uint8Array, width: number, height: number, toWidth: number, toHeight: number): Uint8Array;
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
