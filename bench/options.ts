// SPDX-License-Identifier: Apache-2.0
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { Size } from './scenes.js';

export const PARTS = ['render', 'encode', 'gpu', 'peers', 'measure', 'memory', 'backfill', 'serve'] as const;
export type Part = (typeof PARTS)[number];

export interface BenchOptions {
  json: boolean;
  only: readonly Part[];
  quick: boolean;
  full: boolean;
  /** Of `render` all; of `encode`, `peers` and `measure` the first. */
  sizes: readonly Size[];
  rounds: number;
  threads: number;
  /** Of `gpu`: `auto` skips that part where there is none. */
  device: string;
}

export const USAGE = `npm run bench [-- OPTIONS]

  --only PARTS     a list of ${PARTS.join(', ')}; default all
  --quick          fewer rounds, frames, presets and sizes: sooner done, and rougher
  --size WxH       again for more; encode, peers and measure use the first (default 1920x1080,
                   and 3840x2160 without --quick)
  --rounds N       default 5, with --quick 2
  --threads N      the most threads (default: the processor's)
  --device D       auto (the default), cpu, cuda or cuda:N: which GPU "gpu" measures; with cuda there must be one, and
                   "gpu" is all that runs unless --only says otherwise
  --full           memory: one hour of 1920x1080 (108,000 frames) instead of 27,000 frames of 640x360
                   backfill: 200 experiments of 300 frames instead of 40, and 10,000 tiny ones
  --json           one JSON object instead of tables
  --help
`;

/** Reads the command line. Throws an Error with one line for people. */
export function readOptions(args: string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      size: { type: 'string', multiple: true },
      rounds: { type: 'string' },
      threads: { type: 'string' },
      device: { type: 'string', default: 'auto' },
      full: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { device } = values;
  if (!/^(auto|cpu|cuda(:\d{1,2})?)$/.test(device)) refuse('auto, cpu, cuda or cuda:N', '--device', device);
  const parts = device.startsWith('cuda') ? 'gpu' : PARTS.join(',');
  const only = (values.only ?? parts).split(',') as Part[];
  for (const part of only) if (!PARTS.includes(part)) refuse(`some of ${PARTS.join(',')}`, '--only', part);
  return {
    json: values.json,
    only,
    device,
    quick: values.quick,
    full: values.full,
    sizes: (values.size ?? ['1920x1080', ...(values.quick ? [] : ['3840x2160'])]).map(readSize),
    rounds: values.rounds === undefined ? (values.quick ? 2 : 5) : readCount(values.rounds, '--rounds', 1000),
    threads: values.threads === undefined ? availableParallelism() : readCount(values.threads, '--threads', 256),
  };
}

function readSize(text: string): Size {
  const [width, height] = (/^(\d{1,4})x(\d{1,4})$/.exec(text) ?? []).slice(1).map(Number);
  return width && height ? { width, height } : refuse('WIDTHxHEIGHT', '--size', text);
}

function readCount(text: string, name: string, most: number): number {
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  return count >= 1 && count <= most ? count : refuse(`an integer from 1 to ${most}`, name, text);
}

function refuse(what: string, name: string, text: string): never {
  throw new Error(`Expected ${what} for ${name} but received "${text}"`);
}
