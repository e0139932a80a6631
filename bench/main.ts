// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from 'node:fs';
import { FramekilnError } from 'framekiln';
import { loadAddon } from 'framekiln/native';
import { NoGpu } from './gpu.js';
import { describeMachine, machineText } from './machine.js';
import { type BenchOptions, readOptions, USAGE } from './options.js';
import type { Aim, Bench, Metric } from './part.js';
import { RUN } from './parts.js';
import { type Baseline, compareRuns, readBaseline } from './report/baseline.js';
import { pageHtml, type Section } from './report/html.js';
import { type Table, tableText } from './report/table.js';

/** Runs the parts, in their order, and prints as it goes (or once, as JSON). Gives the exit code. */
async function main(options: BenchOptions): Promise<number> {
  // Before minutes of work: it may not be one.
  const baseline = options.baseline === undefined ? undefined : readBaseline(options.baseline);
  const addon = loadAddon();
  const machine = describeMachine(addon);
  // Standard output holds results alone.
  const note = (text: string) => process.stderr.write(`# ${text}\n`);
  const print = (text: string) => options.json || process.stdout.write(`${text}\n`);
  const printAll = (text: readonly (Table | string)[]) => {
    for (const part of text) print(typeof part === 'string' ? part : tableText(part));
  };
  const bench: Bench = { addon, options, note };
  print(machineText(machine));
  const data: Record<string, object> = {};
  const sections: Section[] = [];
  const aims: Aim[] = [];
  const metrics: Metric[] = [];
  for (const part of options.parts) {
    const result = await RUN[part](bench);
    printAll(result.text);
    data[part] = result.data;
    sections.push({ name: part, text: result.text, charts: result.charts ?? [] });
    aims.push(...(result.aims ?? []));
    metrics.push(...(result.metrics ?? []));
  }
  if (aims.length > 0) print('');
  for (const { aim, reached, value } of aims) print(`aim: ${aim}: ${reached ? 'reached' : 'not reached'} (${value})`);

  const run: Baseline = { machine, metrics };
  const comparison = baseline && compareRuns(run, baseline, options.threshold);
  if (comparison) {
    printAll(comparison.text);
    sections.push({ name: 'baseline', text: comparison.text, charts: [] });
  }
  if (options.json) {
    const against = comparison && { worse: comparison.worse, compared: comparison.compared };
    process.stdout.write(`${JSON.stringify({ ...run, options, ...data, aims, baseline: against }, null, 2)}\n`);
  }
  if (options.html !== undefined) {
    const command = ['framekiln bench', ...process.argv.slice(2)].join(' ');
    writeFileSync(options.html, pageHtml({ machine, command, sections, aims }));
    note(`wrote ${options.html}`);
  }
  return comparison && comparison.worse.length > 0 ? 1 : 0;
}

let options: BenchOptions | 'help' | undefined;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
  process.exitCode = 2;
}
if (options === 'help') process.stdout.write(USAGE);
else if (options) {
  // Not left to the system: what was made for the run is removed on the way out.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
  process.exitCode = await main(options).catch((error) => {
    // What the command line asked for and cannot be had; anything else is ours.
    const asked = error instanceof NoGpu || error instanceof FramekilnError || /^--/.test((error as Error).message);
    if (!asked) throw error;
    process.stderr.write(`${(error as Error).message}\n`);
    return 2;
  });
}
