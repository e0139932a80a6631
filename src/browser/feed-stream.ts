// SPDX-License-Identifier: Apache-2.0
// A video that is still being made, into a video element.
import { failureOf } from './api.js';
import { type MediaSourceKind, mediaSourceKind } from './codecs.js';
import { event, pause } from './wait.js';

/** What is kept behind the frame on show when the browser has no more room, in seconds. */
const KEPT_BEHIND = 3;
const ROOM_MS = 500;

/** How it went: all of the stream has been in the video, or it could not be begun like this. */
export type Fed = 'whole' | 'stored' | 'unsupported';

/**
 * Lets a video play a stream while it comes. Resolves when the stream has ended. No more is read than the browser has
 * room for.
 * @param seconds how long the whole video is, if that is known
 * @param onFull told when the browser has no more room: from then on not all of the stream is there
 * @throws ApiFailure when there is no stream; what broke it; the signal's reason
 */
export async function feedStream(
  video: HTMLVideoElement,
  path: string,
  seconds: number | undefined,
  onFull: () => void,
  signal: AbortSignal,
): Promise<Fed> {
  const Kind = mediaSourceKind();
  if (!Kind) return 'unsupported';
  // A redirect leads to the stored video.
  const response = await fetch(path, { redirect: 'manual', signal });
  if (response.type === 'opaqueredirect') return 'stored';
  if (!response.ok || !response.body) throw failureOf(response, await response.json().catch(() => undefined));
  const type = response.headers.get('content-type') ?? '';
  if (!Kind.isTypeSupported(type)) {
    await response.body.cancel();
    return 'unsupported';
  }
  const reader = response.body.getReader();
  try {
    const source = await attach(video, Kind, signal);
    const buffer = source.addSourceBuffer(type);
    if (seconds !== undefined) source.duration = seconds;
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      await append(buffer, value, video, onFull, signal);
    }
    if (source.readyState === 'open') source.endOfStream();
    return 'whole';
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function attach(video: HTMLVideoElement, Kind: MediaSourceKind, signal: AbortSignal): Promise<MediaSource> {
  const source = new Kind();
  const url = URL.createObjectURL(source);
  // Managed sources open only where the video cannot move to another device.
  video.disableRemotePlayback = true;
  video.src = url;
  try {
    await event(source, 'sourceopen', signal);
  } finally {
    URL.revokeObjectURL(url);
  }
  return source;
}

async function append(
  buffer: SourceBuffer,
  bytes: Uint8Array<ArrayBuffer>,
  video: HTMLVideoElement,
  onFull: () => void,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    try {
      buffer.appendBuffer(bytes);
      return await event(buffer, 'updateend', signal);
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'QuotaExceededError') throw error;
    }
    onFull();
    if (!(await dropBehind(buffer, video.currentTime - KEPT_BEHIND, signal))) await pause(ROOM_MS, signal);
  }
}

/** @returns whether anything was dropped */
async function dropBehind(buffer: SourceBuffer, end: number, signal: AbortSignal): Promise<boolean> {
  if (buffer.buffered.length === 0 || buffer.buffered.start(0) >= end) return false;
  buffer.remove(0, end);
  await event(buffer, 'updateend', signal);
  return true;
}
