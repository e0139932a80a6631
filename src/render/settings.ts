// SPDX-License-Identifier: Apache-2.0
import { exactRate, type Rate, recordedRate } from '../document/rate.js';
import { type FrameTable, frameCount } from '../document/table.js';
import { refuseSetting } from '../errors.js';
import type { Codec, Container, EncodeSettings } from '../native.js';
import type { FrameRange } from './plan.js';

/** x264's presets, fastest first. */
export const PRESETS = [
  'ultrafast',
  'superfast',
  'veryfast',
  'faster',
  'fast',
  'medium',
  'slow',
  'slower',
  'veryslow',
  'placebo',
] as const;
export type Preset = (typeof PRESETS)[number];

/** How to make a video. Everything is optional. */
export interface RenderSettings {
  /** Default `mp4`. */
  container?: Container | undefined;
  /**
   * Quality on the scale of x264's constant rate factor, 1 (best) to 51, or with chroma 444 also 0 (lossless); default 23.
   * All frames get one quantiser, 7 above it (at most 51); fractions are rounded.
   */
  crf?: number | undefined;
  /** Default `veryfast`. */
  preset?: Preset | undefined;
  /** Default `h264`. The others need NVENC, and play in fewer places. */
  codec?: 'h264' | 'hevc' | 'av1' | undefined;
  /** Takes crf itself for the quantiser of every frame; NVENC then does not aim at a quality. */
  constantQp?: boolean | undefined;
  /** `420` (the default) plays everywhere; `444` keeps the colour of sharp edges. */
  chroma?: '420' | '444' | undefined;
  /** Keeps every RGB pixel. */
  lossless?: boolean | undefined;
  /** Writes the MPEG-4 file that OpenCV's VideoWriter wrote, to the byte. */
  asRecorded?: boolean | undefined;
  /** Only these frames, `end` exclusive. */
  range?: FrameRange | undefined;
  /** Length of a segment, 0.04 to 60 seconds; default 2. The first few are shorter: who watches the video being made sees it sooner. */
  segmentSeconds?: number | undefined;
}

/** Complete and valid for one table. */
export interface ResolvedSettings {
  container: Container;
  range: FrameRange;
  /** Infinity when the video is made in one piece. */
  segmentSeconds: number;
  rate: Rate;
  encode: EncodeSettings;
}

const KEYS: readonly (keyof RenderSettings)[] = [
  'container',
  'crf',
  'preset',
  'codec',
  'constantQp',
  'chroma',
  'lossless',
  'asRecorded',
  'range',
  'segmentSeconds',
];

/** MPEG-4 has 16 bits for the ticks of a second. */
const MAX_RECORDED_TICKS = 65535;
/** And 13 for a side. */
const MAX_RECORDED_SIDE = 8191;
const MAX_RECORDED_BYTES = 1024 ** 3;

/**
 * Validates settings against the table they are for, and completes them.
 * @throws FramekilnError `INVALID_SETTING` with the setting, what was expected and what came
 */
export function resolveSettings(settings: RenderSettings, table: FrameTable): ResolvedSettings {
  if (typeof settings !== 'object' || settings === null) refuseSetting('an object', 'settings', settings);
  const unknown = Object.keys(settings).find((key) => !(KEYS as string[]).includes(key));
  if (unknown !== undefined) {
    refuseSetting(`nothing (the settings are ${KEYS.join(', ')})`, unknown, settings[unknown as keyof RenderSettings]);
  }

  const lossless = flag(settings, 'lossless');
  const asRecorded = flag(settings, 'asRecorded');
  if (lossless && asRecorded) refuseSetting('nothing beside lossless', 'asRecorded', true);
  const constantQp = flag(settings, 'constantQp');
  if (lossless) refuseWith('lossless', settings, ['crf', 'codec', 'constantQp', 'chroma']);
  if (asRecorded) {
    refuseWith('asRecorded', settings, ['crf', 'preset', 'codec', 'constantQp', 'chroma', 'range', 'segmentSeconds']);
  }
  const container = oneOf(['mp4', 'matroska'], settings.container ?? 'mp4', 'container');
  if (asRecorded && container !== 'mp4') refuseSetting('mp4 (with asRecorded)', 'container', container);
  const chroma = oneOf(['420', '444'], settings.chroma ?? '420', 'chroma');
  const family = oneOf(['h264', 'hevc', 'av1'], settings.codec ?? 'h264', 'codec');
  if (family !== 'h264' && chroma === '444') refuseSetting(`420 (with codec ${family})`, 'chroma', chroma);
  const codec: Codec = asRecorded ? 'mpeg4_as_recorded' : lossless ? 'h264_rgb' : (`${family}_${chroma}` as Codec);
  const rate = asRecorded ? recordable(table) : exactRate(table.fps);
  return {
    container,
    range: rangeWithin(frameCount(table), settings.range),
    segmentSeconds: asRecorded ? Infinity : numberIn(0.04, 60, settings.segmentSeconds ?? 2, 'segmentSeconds'),
    rate,
    encode: {
      codec,
      width: table.width,
      height: table.height,
      fpsNum: rate.num,
      fpsDen: rate.den,
      preset: oneOf(PRESETS, settings.preset ?? 'veryfast', 'preset'),
      crf: lossless ? 0 : rateFactor(settings.crf ?? 23, codec),
      ...(constantQp && { constantQp }),
    },
  };
}

/** 0 is lossless, and makes x264 leave the profiles that every player knows: 4:2:0 is for those. */
function rateFactor(crf: number, codec: Codec): number {
  if (!codec.endsWith('_420') || crf !== 0) return numberIn(codec.endsWith('_420') ? 1 : 0, 51, crf, 'crf');
  return refuseSetting('a number from 1 to 51 (0, lossless, needs chroma 444)', 'crf', crf);
}

/** The rate of an as-recorded video, once it is clear that OpenCV could write this table and that it fits in memory. */
function recordable(table: FrameTable): Rate {
  const { width, height, fps } = table;
  if (Math.min(width, height) < 2 || Math.max(width, height) > MAX_RECORDED_SIDE) {
    refuseSetting(`2x2 to ${MAX_RECORDED_SIDE}x${MAX_RECORDED_SIDE} pixels`, 'asRecorded', `${width}x${height}`);
  }
  const rate = recordedRate(fps);
  // Odd sides lose a pixel; a bit rate below 1 is more than FFmpeg's rate control survives.
  const bitRate = (rate.num / rate.den) * (width & -2) * (height & -2);
  if (bitRate < 1) refuseSetting('at least one pixel a second', 'asRecorded', bitRate);
  if (rate.num < 1 || rate.num > MAX_RECORDED_TICKS)
    refuseSetting('a frame rate that MPEG-4 can express', 'asRecorded', fps);
  // OpenCV asks for 2 x fps x width x height bits a second.
  const bytes = (2 * width * height * frameCount(table)) / 8;
  if (bytes > MAX_RECORDED_BYTES)
    refuseSetting('a video of at most 1 GiB', 'asRecorded', `${Math.round(bytes / 2 ** 20)} MiB`);
  return rate;
}

/**
 * The range itself, or all frames.
 * @throws FramekilnError `INVALID_SETTING` when it is not within `frames`
 */
export function rangeWithin(frames: number, range: FrameRange = { start: 0, end: frames }): FrameRange {
  const { start, end } = range ?? {};
  if (!Number.isInteger(start) || start < 0 || start >= frames) {
    refuseSetting(`an integer from 0 to ${frames - 1}`, 'range.start', start);
  }
  if (!Number.isInteger(end) || end <= start || end > frames) {
    refuseSetting(`an integer from ${start + 1} to ${frames}`, 'range.end', end);
  }
  return { start, end };
}

function refuseWith(mode: string, settings: RenderSettings, keys: (keyof RenderSettings)[]): void {
  for (const key of keys) {
    if (settings[key] !== undefined) refuseSetting(`nothing beside ${mode}`, key, settings[key]);
  }
}

function flag(settings: RenderSettings, key: 'lossless' | 'asRecorded' | 'constantQp'): boolean {
  const value = settings[key] ?? false;
  return typeof value === 'boolean' ? value : refuseSetting('true or false', key, value);
}

function oneOf<T extends string>(choices: readonly T[], value: T, setting: string): T {
  return choices.includes(value) ? value : refuseSetting(`one of ${choices.join(', ')}`, setting, value);
}

function numberIn(min: number, max: number, value: number, setting: string): number {
  const valid = typeof value === 'number' && value >= min && value <= max;
  return valid ? value : refuseSetting(`a number from ${min} to ${max}`, setting, value);
}
