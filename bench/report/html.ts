// SPDX-License-Identifier: Apache-2.0
// The whole run as one page that needs nothing else.
import { type Machine, machineText } from '../machine.js';
import type { Aim } from '../part.js';
import { type Chart, chartSvg, escapeText } from './chart.js';
import type { Table } from './table.js';

export interface Section {
  name: string;
  text: readonly (Table | string)[];
  charts: readonly Chart[];
}

export interface Page {
  machine: Machine;
  command: string;
  sections: readonly Section[];
  aims: readonly Aim[];
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1a1d21; --soft: #5c6570; --line: #d5dae0; --paper: #fff; --ours: #0072b2; --peer: #a9b3bf; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ebee; --soft: #9aa5b1; --line: #363d45; --paper: #14171a; --ours: #56b4e9; --peer: #5c6873; } }
body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; border-bottom: 1px solid var(--line); } h3 { font-size: 1rem; }
pre, code { font: 13px/1.5 ui-monospace, monospace; white-space: pre-wrap; color: var(--soft); }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: 13px; margin: .5rem 0 1rem; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .7rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; } th:first-child, td:first-child { text-align: left; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; white-space: normal; }
svg { max-width: 100%; height: auto; display: block; } svg text { fill: var(--ink); font-size: 12px; } svg .mark { fill: var(--soft); font-size: 11px; }
svg .ours { fill: var(--ours); } svg .peer { fill: var(--peer); } svg .whisker { stroke: var(--ink); stroke-width: 1.5; fill: none; }
svg .axis { stroke: var(--soft); fill: none; } svg .line { fill: none; stroke-width: 2; }
${['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#7f8c98']
  .map((colour, i) => `svg .line.c${i} { stroke: ${colour}; } svg .dot.c${i} { fill: ${colour}; }`)
  .join('\n')}
`;

/** An HTML document without scripts, links or anything from elsewhere. */
export function pageHtml({ machine, command, sections, aims }: Page): string {
  const body = [
    '<h1>framekiln bench</h1>',
    `<pre>${escapeText(`${machineText(machine)}\n${command}`)}</pre>`,
    ...sections.flatMap(({ name, text, charts }) => [
      `<h2>${escapeText(name)}</h2>`,
      ...charts.map(chartHtml),
      ...text.map((part) => (typeof part === 'string' ? `<p>${escapeText(part)}</p>` : tableHtml(part))),
    ]),
    ...(aims.length > 0 ? ['<h2>aims</h2>', tableHtml(aimsTable(aims))] : []),
  ];
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>framekiln bench</title>`;
  return `<!doctype html>\n<html lang="en"><head>${head}<style>${STYLE}</style></head>\n<body>\n${body.join('\n')}\n</body></html>\n`;
}

export function aimsTable(aims: readonly Aim[]): Table {
  const rows = aims.map(({ aim, reached, value }) => [aim, reached ? 'reached' : 'not reached', value]);
  return { title: 'What the project promises', head: ['aim', '', 'measured'], rows };
}

function chartHtml(chart: Chart): string {
  const svg = chartSvg(chart);
  return svg ? `<h3>${escapeText(chart.title)}</h3>\n${svg}` : '';
}

function tableHtml({ title, head, rows }: Table): string {
  const row = (cells: readonly string[], tag: 'th' | 'td') =>
    `<tr>${cells.map((text) => `<${tag}>${escapeText(text)}</${tag}>`).join('')}</tr>`;
  const body = rows.map((cells) => row(cells, 'td')).join('\n');
  return `<div class="wide"><table><caption>${escapeText(title)}</caption><thead>${row(head, 'th')}</thead><tbody>${body}</tbody></table></div>`;
}
