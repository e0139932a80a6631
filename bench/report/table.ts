// SPDX-License-Identifier: Apache-2.0
// Tables for people; `--json` has the same numbers unrounded.
import type { Spread } from '../measure.js';

export interface Table {
  title: string;
  /** The first column to the left, the rest to the right. */
  head: readonly string[];
  rows: readonly (readonly string[])[];
}

/** Three or four digits: what the spread leaves of a measurement. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return '-';
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}

/** `median (min..max)`. */
export function cell(value: Spread | undefined): string {
  return value ? `${digits(value.median)} (${digits(value.min)}..${digits(value.max)})` : '-';
}

export function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): Table {
  return { title, head, rows };
}

/** As lines of text, in columns of equal width. */
export function tableText({ title, head, rows }: Table): string {
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => (row[i] ?? '').length)));
  const line = (row: readonly string[]) =>
    row
      .map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [`\n${title}`, line(head), rule, ...rows.map(line)].join('\n');
}

/** The same of what is near 1: three decimals. */
export function shareCell({ median, min, max }: Spread): string {
  return `${median.toFixed(3)} (${min.toFixed(3)}..${max.toFixed(3)})`;
}
