// SPDX-License-Identifier: Apache-2.0
import { loadAddon } from 'framekiln/native';
import { benchBackfill } from './backfill.js';
import { benchEncode } from './encode.js';
import { benchGpu, NoGpu } from './gpu.js';
import { describeMachine, machineText } from './machine.js';
import { benchMemory } from './memory.js';
import { type BenchOptions, PARTS, readOptions, USAGE } from './options.js';
import type { Aim, Bench, PartResult } from './part.js';
import { benchPeers } from './peers.js';
import { benchQuality } from './quality.js';
import { benchRender } from './render.js';
import { benchServe } from './serve.js';

const RUN = {
  render: benchRender,
  encode: benchEncode,
  gpu: benchGpu,
  peers: benchPeers,
  measure: benchQuality,
  memory: benchMemory,
  backfill: benchBackfill,
  serve: benchServe,
};

/** Runs the parts, in their order, and prints as it goes (or once, as JSON). */
async function main(options: BenchOptions): Promise<void> {
  const addon = loadAddon();
  const machine = describeMachine(addon);
  // Standard output holds results alone.
  const note = (text: string) => process.stderr.write(`# ${text}\n`);
  const print = (text: string) => options.json || process.stdout.write(`${text}\n`);
  const bench: Bench = { addon, options, note };
  print(machineText(machine));
  const parts: Record<string, object> = {};
  const aims: Aim[] = [];
  for (const part of PARTS.filter((name) => options.only.includes(name))) {
    const result: PartResult = await RUN[part](bench);
    print(result.text);
    parts[part] = result.data;
    aims.push(...result.aims);
  }
  print('');
  for (const { aim, reached, value } of aims) print(`aim: ${aim}: ${reached ? 'reached' : 'not reached'} (${value})`);
  if (options.json) process.stdout.write(`${JSON.stringify({ machine, options, ...parts, aims }, null, 2)}\n`);
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
  await main(options).catch((error) => {
    if (!(error instanceof NoGpu)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  });
}
