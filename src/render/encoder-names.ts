// SPDX-License-Identifier: Apache-2.0
import { type Codec, NVENC_CODECS, type NvencCodec } from '../native.js';

/** Encoders of libavcodec, by what they make; NVENC alone makes the others. */
const SOFTWARE: Partial<Record<Codec, string>> = {
  h264_420: 'libx264',
  h264_444: 'libx264',
  h264_rgb: 'libx264rgb',
  mpeg4_as_recorded: 'mpeg4',
};

/** FFmpeg's name of what encodes, such as `libx264` or `h264_nvenc`. */
export function encoderName(codec: Codec, nvenc: boolean): string {
  return (nvenc ? undefined : SOFTWARE[codec]) ?? `${codec.replace(/_.*/, '')}_nvenc`;
}

export const isNvencCodec = (codec: Codec): codec is NvencCodec => (NVENC_CODECS as readonly Codec[]).includes(codec);

/** There is no other encoder of it. */
export const needsNvenc = (codec: Codec): boolean => SOFTWARE[codec] === undefined;
