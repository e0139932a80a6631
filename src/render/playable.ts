// SPDX-License-Identifier: Apache-2.0
import type { VideoFacts } from '../native.js';

export interface Playability {
  /** Some browsers play it at least. */
  plays: boolean;
  /** Which, or why not and what to do about it. */
  note: string;
}

const EVERYWHERE = ['yuv420p', 'yuvj420p'];
const PARTLY: Record<string, string> = {
  av1: 'browsers play AV1, except Safari on Apple devices without a hardware decoder',
  vp9: 'browsers play VP9, except older Safari',
  vp8: 'browsers play VP8, except older Safari',
  hevc: 'browsers play HEVC only where the system or the hardware decodes it',
};
const REENCODE = 'use framekiln regenerate, or re-encode as H.264';

/** Whether browsers play a video's codec. Its container is not looked at. */
export function playability({ codec, profile, pixelFormat }: VideoFacts): Playability {
  const partly = PARTLY[codec];
  if (partly !== undefined) return { plays: true, note: partly };
  if (codec === 'mpeg4') {
    return { plays: false, note: `browsers do not play MPEG-4 Part 2, which OpenCV's mp4v writes: ${REENCODE}` };
  }
  if (codec !== 'h264') return { plays: false, note: `browsers do not play ${codec}: ${REENCODE}` };
  if (EVERYWHERE.includes(pixelFormat)) return { plays: true, note: 'plays in every browser' };
  if (pixelFormat === 'yuv444p')
    return { plays: true, note: 'H.264 4:4:4 plays in Chromium, and in few other browsers' };
  const kind = `H.264 ${profile === undefined ? '' : `${profile} `}in ${pixelFormat}`;
  return { plays: false, note: `browsers do not play ${kind}: re-encode as H.264 in yuv420p, up to the High profile` };
}
