// SPDX-License-Identifier: Apache-2.0
// Which frame a video shows, and how to show another one.

/** Frames a second of `30000/1001`, or undefined where it says none. */
export function parseRate(rate: string | undefined): number | undefined {
  const [num = Number.NaN, den = 1] = (rate ?? '').split('/').map(Number);
  const value = num / den;
  return value > 0 && Number.isFinite(value) ? value : undefined;
}

/** The frame that is on show at a time. Times are rounded on their way, by far less than this. */
export const frameAt = (seconds: number, rate: number): number => Math.max(0, Math.floor(seconds * rate + 0.01));

/** A time at which this frame is surely on show: its middle. */
export const middleOf = (frame: number, rate: number): number => (frame + 0.5) / rate;

/**
 * Tells of each frame that comes on show: by the browser's own account where it gives one (its time is that of the frame
 * itself), otherwise by the clock of the video.
 * @returns stops it
 */
export function frameClock(video: HTMLVideoElement, rate: number, onFrame: (frame: number) => void): () => void {
  let shown = -1;
  const show = (frame: number) => {
    if (frame === shown) return;
    shown = frame;
    onFrame(frame);
  };
  const byTime = () => show(frameAt(video.currentTime, rate));
  if (!('requestVideoFrameCallback' in video)) return byAnimation(video, byTime);
  let handle = 0;
  const next = () => {
    handle = video.requestVideoFrameCallback((_now, { mediaTime }) => {
      show(Math.round(mediaTime * rate));
      next();
    });
  };
  next();
  // A frame that was decoded long ago comes back without a callback in some browsers.
  video.addEventListener('seeked', byTime);
  return () => {
    video.cancelVideoFrameCallback(handle);
    video.removeEventListener('seeked', byTime);
  };
}

function byAnimation(video: HTMLVideoElement, look: () => void): () => void {
  const events = ['timeupdate', 'seeked', 'loadeddata'];
  let handle = 0;
  const next = () => {
    look();
    handle = requestAnimationFrame(next);
  };
  for (const name of events) video.addEventListener(name, look);
  next();
  return () => {
    cancelAnimationFrame(handle);
    for (const name of events) video.removeEventListener(name, look);
  };
}
