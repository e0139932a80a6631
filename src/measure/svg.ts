// SPDX-License-Identifier: Apache-2.0
// The parts of an SVG, as text.

export type Anchor = 'start' | 'middle' | 'end';

/** XML has no way to write these, and what turns the direction of text could hide some of it. */
const UNFIT =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Any text, safe between tags and in attributes. */
export function escapeText(text: string): string {
  return text.replace(UNFIT, '\ufffd').replace(/[&<>"']/g, (c) => ENTITIES[c] as string);
}

/** At most `length` characters: of longer text the beginning and the end. */
export function shorten(text: string, length: number): string {
  const characters = Array.from(text);
  if (characters.length <= length) return text;
  const end = Math.floor((length - 1) / 2);
  return [...characters.slice(0, length - 1 - end), '…', ...characters.slice(-end)].join('');
}

/** A coordinate, in hundredths of a pixel. */
export const at = (value: number): string => String(Math.round(value * 100) / 100);

export function label(x: number, y: number, text: string, kind = '', anchor: Anchor = 'start'): string {
  const styles = [kind, anchor === 'start' ? '' : anchor].filter(Boolean).join(' ');
  return `<text x="${at(x)}" y="${at(y)}"${styles && ` class="${styles}"`}>${escapeText(text)}</text>`;
}

/** Texts in one row, each in its own kind. */
export function labels(x: number, y: number, texts: readonly [text: string, kind: string][]): string {
  const spans = texts.map(
    ([text, kind], i) => `<tspan${i > 0 ? ' dx="14"' : ''} class="${kind}">${escapeText(text)}</tspan>`,
  );
  return `<text x="${at(x)}" y="${at(y)}">${spans.join('')}</text>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, kind: string): string {
  return `<path class="${kind}" d="M${at(x1)} ${at(y1)}L${at(x2)} ${at(y2)}"/>`;
}

export function box(x: number, y: number, width: number, height: number, kind: string): string {
  const size = `width="${at(width)}" height="${at(height)}"`;
  return `<rect x="${at(x)}" y="${at(y)}" ${size} class="${kind}"/>`;
}

/** Colours that people with colour-blindness tell apart (Okabe and Ito's), by light and by dark. */
const INKS: Record<string, [light: string, dark: string]> = {
  first: ['#0072b2', '#56b4e9'],
  second: ['#d55e00', '#e69f00'],
  geometric: ['#0072b2', '#4aa3df'],
  fractal: ['#009e73', '#22b98d'],
  plasma: ['#e69f00', '#e8ad2e'],
  mandelbrot: ['#cc79a7', '#d48fb5'],
  vibrant: ['#d55e00', '#e8703a'],
  pastel: ['#7fc8e8', '#8fd0ec'],
  monochrome: ['#808080', '#a0a0a0'],
};

const STYLE = [
  'text{font:12px system-ui,-apple-system,"Segoe UI","Helvetica Neue",Arial,sans-serif;fill:#1b1b1f}',
  '.heading{font-size:18px;font-weight:600}.strong{font-weight:600}.middle{text-anchor:middle}.end{text-anchor:end}',
  '.page{fill:#fff}.muted{fill:#5f6068}.axis,.grid,.mean,.line,.mark,.ring{fill:none}',
  '.axis{stroke:#8a8b93}.grid{stroke:#e4e4e8}',
  '.mean{stroke-width:1.25;stroke-dasharray:6 4}.line{stroke-width:1.25;stroke-linejoin:round;stroke-linecap:round}',
  '.mark{stroke-width:5}.ring{stroke-width:1.5}.dot{stroke-width:4.5;stroke-linecap:round;fill:none}',
  '.tint{fill-opacity:.2}.curve{stroke:#1b1b1f}',
  ...Object.entries(INKS).map(([name, [light]]) => `.fill-${name}{fill:${light}}.ink-${name}{stroke:${light}}`),
  '@media (prefers-color-scheme:dark){',
  'text{fill:#ececf1}.page{fill:#16161a}.muted{fill:#a3a4ad}.axis{stroke:#787982}.grid{stroke:#2e2e35}',
  '.tint{fill-opacity:.28}.curve{stroke:#f4f4f7}',
  ...Object.entries(INKS).map(([name, [, dark]]) => `.fill-${name}{fill:${dark}}.ink-${name}{stroke:${dark}}`),
  '}',
];

/** A whole picture that needs nothing from outside; `title` is what a screen reader says. */
export function page(width: number, height: number, title: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escapeText(title)}</title>`,
    `<style>${STYLE.join('')}</style>`,
    box(0, 0, width, height, 'page'),
    ...parts,
    '</svg>\n',
  ].join('\n');
}
