// SPDX-License-Identifier: Apache-2.0
// Times in words. Seconds throughout.

const WEEK = 7 * 86_400;
const HOUR = 3600;

/** How long it takes, in its two largest units: `6 days 23 h`, `12 min`. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const days = Math.floor(whole / 86_400);
  const hours = Math.floor((whole % 86_400) / HOUR);
  const minutes = Math.floor((whole % HOUR) / 60);
  if (days > 0) return `${days} ${days === 1 ? 'day' : 'days'}${hours > 0 ? ` ${hours} h` : ''}`;
  if (hours > 0) return `${hours} h${minutes > 0 ? ` ${minutes} min` : ''}`;
  return minutes > 0 ? `${minutes} min` : `${whole} s`;
}

/** When a link ends; one that was signed just now lasts a week. */
export function expirySentence(left: number): string {
  return left > WEEK - HOUR ? 'Link expires in 7 days.' : `Link expires in ${span(left)}.`;
}

/** A place in a video: `1:02.40`. */
export function clock(seconds: number): string {
  const hundredths = Math.round(Math.max(0, seconds) * 100);
  const minutes = Math.floor(hundredths / 6000);
  return `${minutes}:${((hundredths % 6000) / 100).toFixed(2).padStart(5, '0')}`;
}
