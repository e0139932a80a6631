// SPDX-License-Identifier: Apache-2.0
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { Size } from './scenes.js';

export const PARTS = ['decode', 'encode', 'pipeline', 'measure', 'curve', 'gpu', 'memory', 'serve'] as const;
export type Part = (typeof PARTS)[number];

export interface BenchOptions {
  parts: readonly Part[];
  quick: boolean;
  full: boolean;
  /** Of `decode` and `gpu`. */
  sizes: readonly Size[];
  /** Of all others, and of what `decode` does at one size alone. */
  size: Size;
  rounds: number;
  threads: number;
  /** Of `gpu`: `auto` skips that part where there is none. */
  device: string;
  peers: boolean;
  profile: boolean;
  /** A document to decode beside the scenes. */
  document: string | undefined;
  json: boolean;
  html: string | undefined;
  baseline: string | undefined;
  /** Share by which a number may be worse than the baseline's. */
  threshold: number;
}

/** What the project's aims are about, and the default. */
export const MAIN_SIZE = '1920x1080';
const SIZES = ['960x540', '1280x720', MAIN_SIZE, '3840x2160'];

export const USAGE = `framekiln bench [PART...] [OPTIONS]

How fast this machine makes frames and videos from parameters, beside what else one would use.

Parts (default decode; "all" for all of them):
  decode    frames from parameters: by scene, size, CPU level and threads, first frame, random access, peers
  encode    document to MP4 beside libx264 alone on the same frames
  pipeline  experiments to stored videos, on S3 and DynamoDB emulated on this machine
  measure   PSNR and SSIM beside scikit-image
  curve     size, PSNR and frames/s by preset and crf
  gpu       drawing on a GPU beside a memset of the same bytes
  memory    whether memory grows with the video
  serve     the server under viewers

  --quick           fewer rounds, frames and sizes: sooner done, and rougher
  --size WxH        again for more; parts with one size use the first
                    (default ${SIZES.join(', ')}, with --quick ${MAIN_SIZE}; one size: ${MAIN_SIZE})
  --document FILE   decode: this document too
  --no-peers        decode: leave out what others need
  --profile         where the time goes: scene, colour, hashing, encoding, muxing, idle
  --rounds N        default 5, with --quick 2
  --threads N       the most threads (default: the processor's)
  --device D        auto (the default), cpu, cuda or cuda:N: which GPU "gpu" measures; with cuda there must be one, and
                    "gpu" is the default part
  --full            memory: one hour of 1920x1080 (108,000 frames) instead of 27,000 frames of 640x360
                    pipeline: 200 experiments of 300 frames instead of 40, and 10,000 tiny ones
  --json            one JSON object instead of tables
  --html FILE       also a page with plots, which needs nothing else
  --baseline FILE   compare with what --json printed before; exit code 1 if a median is worse by more than
  --threshold PCT   so many percent (default 10)
  --help
`;

/** Reads the command line. Throws an Error with one line for people. */
export function readOptions(args: string[]): BenchOptions | 'help' {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      size: { type: 'string', multiple: true },
      document: { type: 'string' },
      'no-peers': { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      threads: { type: 'string' },
      device: { type: 'string', default: 'auto' },
      json: { type: 'boolean', default: false },
      html: { type: 'string' },
      baseline: { type: 'string' },
      threshold: { type: 'string', default: '10' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const { device, quick, full, json, html, document, baseline, profile } = values;
  if (!/^(auto|cpu|cuda(:\d{1,2})?)$/.test(device)) refuse('auto, cpu, cuda or cuda:N', '--device', device);
  const sizes = values.size ?? (quick ? [MAIN_SIZE] : SIZES);
  return {
    parts: readParts(positionals, device.startsWith('cuda') ? 'gpu' : 'decode'),
    ...{ quick, full, json, html, document, baseline, profile, device },
    peers: !values['no-peers'],
    sizes: sizes.map(readSize),
    size: readSize(values.size?.[0] ?? MAIN_SIZE),
    rounds: values.rounds === undefined ? (quick ? 2 : 5) : readCount(values.rounds, '--rounds', 1000),
    threads: values.threads === undefined ? availableParallelism() : readCount(values.threads, '--threads', 256),
    threshold: readPercent(values.threshold) / 100,
  };
}

function readParts(names: string[], usual: Part): readonly Part[] {
  if (names.length === 0) return [usual];
  if (names.includes('all')) return PARTS;
  const unknown = names.find((name) => !PARTS.includes(name as Part));
  if (unknown !== undefined) refuse(`some of ${PARTS.join(', ')}, all`, 'PART', unknown);
  return PARTS.filter((part) => names.includes(part));
}

function readSize(text: string): Size {
  const [width, height] = (/^(\d{1,4})x(\d{1,4})$/.exec(text) ?? []).slice(1).map(Number);
  return width && height ? { width, height } : refuse('WIDTHxHEIGHT', '--size', text);
}

function readCount(text: string, name: string, most: number): number {
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  return count >= 1 && count <= most ? count : refuse(`an integer from 1 to ${most}`, name, text);
}

function readPercent(text: string): number {
  const percent = /^\d{1,2}(\.\d+)?$/.test(text) ? Number(text) : -1;
  return percent >= 0 ? percent : refuse('a number of percent from 0 to below 100', '--threshold', text);
}

function refuse(what: string, name: string, text: string): never {
  throw new Error(`Expected ${what} for ${name} but received "${text}"`);
}
