// SPDX-License-Identifier: Apache-2.0
// Numbers and times, as pages write them.

/** A count with separators. */
export const count = (value: number): string => value.toLocaleString('en');

/** Three significant digits, with a true minus sign; an exponent only where it would be too long without. */
export function significant(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  const text = size !== 0 && (size >= 1e9 || size < 1e-6) ? value.toExponential(digits - 1) : undefined;
  const plain = text ?? value.toLocaleString('en', { maximumSignificantDigits: Math.max(digits, wholeDigits(size)) });
  return plain.replace(/^-/, '−');
}

const wholeDigits = (size: number): number => (size < 1 ? 1 : Math.min(21, Math.floor(Math.log10(size)) + 1));

/** Decibels; null is infinite: the frames are equal. */
export const decibels = (value: number | null): string => (value === null ? '∞' : value.toFixed(2));

/** Per cent with a true minus sign, without the unit. */
export function percent(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 99 && size < 100 ? 2 : size < 1000 ? 1 : 0;
  const text = value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return text.replace('-', '−');
}

/** `4.2 MB`. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = value < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  return `${significant(value / 1000 ** power)} ${units[power]}`;
}

/** `2.1 kbit/s`. */
export function bitRate(value: number): string {
  const units = ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s'];
  const power = value < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  return `${significant(value / 1000 ** power)} ${units[power]}`;
}

/** A moment for machines, or undefined where there is none: years beyond 9999 and before 0 are none. */
export function isoTime(epochSeconds: number): string | undefined {
  const ms = epochSeconds * 1000;
  return ms >= 0 && ms < 253_402_300_800_000 ? `${new Date(ms).toISOString().slice(0, 19)}Z` : undefined;
}

/** `2025-10-16 09:04`, in UTC. */
export function minute(epochSeconds: number): string {
  return isoTime(epochSeconds)?.slice(0, 16).replace('T', ' ') ?? String(epochSeconds);
}

/** `2025-10-16 09:04 UTC`. */
export const moment = (epochSeconds: number): string => `${minute(epochSeconds)} UTC`;

/** How long it takes, in its two largest units: `6 days 23 h`, `12 min`. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const days = Math.floor(whole / 86_400);
  const hours = Math.floor((whole % 86_400) / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  if (days > 0) return `${days} ${days === 1 ? 'day' : 'days'}${hours > 0 ? ` ${hours} h` : ''}`;
  if (hours > 0) return `${hours} h${minutes > 0 ? ` ${minutes} min` : ''}`;
  return minutes > 0 ? `${minutes} min` : `${whole} s`;
}
