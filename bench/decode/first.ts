// SPDX-License-Identifier: Apache-2.0
// The first frame: of a fresh process, of a kiln that is warm, and the first byte of a command's MP4.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { createKiln } from 'framekiln';
import { percentile, type Spread, spread } from '../measure.js';
import type { Aim, Bench, Metric } from '../part.js';
import { cell, digits, type Table, table } from '../report/table.js';
import { type Clip, FPS, scheduleDocument, sizeName } from '../scenes.js';
import type { FirstFrame } from './first-child.js';

const CHILD = fileURLToPath(new URL('./first-child.js', import.meta.url));
const COMMAND = join(dirname(fileURLToPath(import.meta.resolve('framekiln'))), 'cli', 'main.js');
/** Of a warm kiln, for the first three families: milliseconds. */
const WARM_AIM = 1;
const WARM_FAMILIES = ['geometric', 'fractal', 'plasma'];
const WARM_CALLS = { quick: 20, usual: 100 };

export interface First {
  /** Milliseconds of a fresh process. */
  cold: { loaded: Spread; kiln: Spread; document: Spread; frame: Spread };
  /** Milliseconds from the call to one NV12 frame, the document parsed: p50 and p99 by clip, and the native call's p50. */
  warm: { clip: string; p50: number; p99: number; native: number }[];
  /** Milliseconds from the command's start to the first byte of one second's MP4, by preset. */
  command: Record<string, Spread>;
}

export async function measureFirst(bench: Bench, clips: readonly Clip[]): Promise<First> {
  const { rounds, threads, size, quick } = bench.options;
  const json = JSON.stringify((clips[0] as Clip).document(size));
  const cold: FirstFrame[] = [];
  for (let round = 0; round < rounds; round++) cold.push(JSON.parse(await run(CHILD, [`${threads}`], json)));
  const of = (pick: (one: FirstFrame) => number) => spread(cold.map(pick));

  const warm: First['warm'] = [];
  {
    await using kiln = createKiln({ threads: 1, device: 'cpu' });
    for (const clip of clips) {
      const document = kiln.open(clip.document(size));
      const times: number[] = [];
      const calls = quick ? WARM_CALLS.quick : WARM_CALLS.usual;
      for (let call = 0; call <= calls; call++) {
        const start = (call * 37) % clip.length;
        const began = performance.now();
        for await (const _ of kiln.frames(document, {
          format: 'nv12',
          range: { start, end: start + 1 },
          recycle: true,
        }))
          break;
        times.push(performance.now() - began);
      }
      // Afterwards: it would take the caches from the calls.
      const native = Array.from(
        bench.addon.timeFrames({ ...clip.frames(calls, size), format: 'nv12', cpu: kiln.cpu }),
        (seconds) => seconds * 1000,
      );
      // The first call starts the thread.
      const [p50, p99] = [0.5, 0.99].map((share) => percentile(times.slice(1), share)) as [number, number];
      warm.push({ clip: clip.name, p50, p99, native: percentile(native, 0.5) });
    }
  }

  const command: Record<string, Spread> = {};
  const second = JSON.stringify(scheduleDocument(size, FPS));
  for (const preset of ['ultrafast', 'veryfast']) {
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) times.push(await firstByte(preset, threads, second));
    command[preset] = spread(times);
  }
  return {
    cold: {
      loaded: of((one) => one.loaded),
      kiln: of((one) => one.kiln - one.loaded),
      document: of((one) => one.document - one.kiln),
      frame: of((one) => one.frame),
    },
    warm,
    command,
  };
}

async function run(script: string, args: readonly string[], input: string): Promise<string> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(input);
  const [output, [code]] = await Promise.all([readAll(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new Error(`${script} ended with ${code}`);
  return output;
}

/** The command writes to a pipe: a fragmented MP4, piece by piece, or a whole one at the end. */
async function firstByte(preset: string, threads: number, document: string): Promise<number> {
  const args = [
    COMMAND,
    'render',
    '-',
    '-o',
    '-',
    '--format',
    'mp4',
    '--preset',
    preset,
    '--threads',
    `${threads}`,
    '--device',
    'cpu',
  ];
  const began = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const said = readAll(child.stderr);
  child.stdin.end(document);
  const closed = once(child, 'close');
  let first: number | undefined;
  child.stdout.on('data', () => {
    first ??= performance.now() - began;
  });
  const [code] = await closed;
  if (code !== 0 || first === undefined) throw new Error(`framekiln render ended with ${code}: ${await said}`);
  return first;
}

export function firstTables({ cold, warm, command }: First, { options }: Bench): Table[] {
  const size = sizeName(options.size);
  return [
    table(
      `First frame of a fresh process, ${size} to NV12, milliseconds: median (min..max) of ${options.rounds} processes`,
      ['node and library loaded', 'kiln made', 'document parsed', 'first frame since start'],
      [[cold.loaded, cold.kiln, cold.document, cold.frame].map(cell)],
    ),
    table(
      `First frame of a warm kiln (document parsed, another frame each time), ${size} to NV12, milliseconds`,
      ['scene', 'p50', 'p99', 'of which drawing'],
      warm.map(({ clip, p50, p99, native }) => [clip, digits(p50), digits(p99), digits(native)]),
    ),
    table(
      `From the start of the command to the first byte of MP4, one second of ${size}, milliseconds`,
      ['preset', 'framekiln render - -o -'],
      Object.entries(command).map(([preset, time]) => [preset, cell(time)]),
    ),
  ];
}

export function firstAims({ warm }: First, { options }: Bench): Aim[] {
  return warm
    .filter(({ clip }) => WARM_FAMILIES.includes(clip))
    .map(({ clip, p50 }) => ({
      aim: `first frame of a warm kiln, ${sizeName(options.size)} ${clip}, below ${WARM_AIM} ms`,
      reached: p50 < WARM_AIM,
      value: `${digits(p50)} ms`,
    }));
}

export function firstMetrics({ cold, command }: First, { options }: Bench): Metric[] {
  const size = sizeName(options.size);
  const metric = (name: string, value: Spread): Metric => ({ name, unit: 'ms', better: 'lower', ...value });
  return [
    metric(`first frame of a process, ${size} nv12`, cold.frame),
    ...Object.entries(command).map(([preset, time]) =>
      metric(`first byte of one second's MP4, ${size} ${preset}`, time),
    ),
  ];
}
