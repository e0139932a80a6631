// SPDX-License-Identifier: Apache-2.0
// What this browser plays.

/** Where segments of a stream can be handed to a video. iPhones have only the managed kind. */
export interface MediaSourceKind {
  new (): MediaSource;
  isTypeSupported(type: string): boolean;
}

export function mediaSourceKind(): MediaSourceKind | undefined {
  const { ManagedMediaSource, MediaSource } = globalThis as {
    ManagedMediaSource?: MediaSourceKind;
    MediaSource?: MediaSourceKind;
  };
  return ManagedMediaSource ?? MediaSource;
}

/** H.264 High 4:4:4 Predictive, as the exact variant is. */
const EXACT = 'video/mp4; codecs="avc1.F4001F"';

/** Whether it plays 4:4:4: the exact frames, without the loss of half the colour. */
export function playsExact(): boolean {
  return mediaSourceKind()?.isTypeSupported(EXACT) ?? document.createElement('video').canPlayType(EXACT) === 'probably';
}
