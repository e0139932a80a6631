// SPDX-License-Identifier: Apache-2.0
import { extname } from 'node:path';
import { Command, Option } from 'commander';
import { refuseSetting } from '../errors.js';
import type { Kiln } from '../kiln.js';
import type { FramesInput } from '../measure/open.js';
import type { JobOptions } from '../render/job.js';
import type { FrameRange } from '../render/plan.js';
import { parseNumber } from './format.js';
import { INPUTS, type InputFlags, inputOf, inputsOf, openRange, withInputOptions } from './inputs.js';
import { checkOutput, writeChunks } from './output.js';
import { ProgressLine } from './progress.js';
import { withKiln } from './session.js';

interface Options extends InputFlags {
  output: string;
  format?: string;
  gain?: string;
  columns?: string;
  rows?: string;
  frames?: string;
  resize?: boolean;
  threads?: string;
  quiet?: boolean;
  json?: boolean;
}

/** What was drawn. JSON-able but for the picture itself. */
interface Drawn {
  picture: Uint8Array;
  /** For people. */
  text: string;
  report: { kind: 'contact' | 'difference' | 'metrics' | 'document' } & Record<string, unknown>;
}

export function sheetCommand(): Command {
  const command = new Command('sheet')
    .summary('contact sheets, difference sheets, plots')
    .description(
      'Draws what is to be looked at, as PNG or SVG by the ending of the file.\n' +
        'A alone: PNG, frames from all over it; SVG, the complexity over time (of a document).\n' +
        'A and B: PNG, a frame a row: A, B, and their difference; SVG, PSNR and SSIM over time.\n' +
        `A and B are each ${INPUTS}.`,
    )
    .argument('<A>', 'what to show; the reference')
    .argument('[B]', 'what differs from it')
    .requiredOption('-o, --output <file>', 'a .png or .svg; - is standard output; an existing file is replaced');
  withInputOptions(command)
    .option('--format <png|svg>', "default: by the file's ending")
    .option('--gain <n>', 'of differences, above 0 to 255; default 4')
    .option('--columns <n>', 'frames side by side in a PNG, 1 to 20; default 5, of differences 1')
    .option('--rows <n>', 'rows in a PNG, at most, 1 to 20; default 5, of differences 6')
    .option('--frames <A:B>', 'only frames A to B, B exclusive')
    .option('--resize', "scale B to A's size when they differ, as OpenCV's INTER_LINEAR does")
    .addOption(new Option('--threads <n>', 'default: one for each core').env('FRAMEKILN_THREADS'))
    .option('--quiet', 'no progress')
    .option('--json', 'print JSON');
  return command.action(sheet);
}

async function sheet(first: string, second: string | undefined, options: Options): Promise<void> {
  const format = chooseFormat(options);
  refuseConflicts(options, format, second !== undefined);
  const threads = parseNumber(options.threads, '--threads');
  const range = options.frames === undefined ? undefined : openRange(options.frames);
  await checkOutput(options.output);
  const [a, b] =
    second === undefined ? [await inputOf(first, options), undefined] : await inputsOf(first, second, options);
  const progress = new ProgressLine(options.quiet === true || options.json === true);
  await withKiln({ threads }, async (kiln, signal) => {
    const job: JobOptions = { signal, onProgress: progress.update };
    const draw = format === 'png' ? drawPng : drawSvg;
    const { picture, text, report } = await draw(kiln, a, b, options, range, job).finally(() => progress.clear());
    await writeChunks(options.output, [picture]);
    const out = options.output === '-' ? process.stderr : process.stdout;
    if (options.json) out.write(`${JSON.stringify({ output: options.output, ...report })}\n`);
    else if (!options.quiet) out.write(`${options.output}: ${text}\n`);
  });
}

function chooseFormat({ output, format }: Options): 'png' | 'svg' {
  const wanted = format ?? extname(output).slice(1).toLowerCase();
  if (wanted === 'png' || wanted === 'svg') return wanted;
  if (format !== undefined) refuseSetting('png or svg', '--format', format);
  return refuseSetting('a file ending in .png or .svg, or --format', '--output', output);
}

/** Options that say nothing about what is drawn are refused, not ignored. */
function refuseConflicts(options: Options, format: 'png' | 'svg', pair: boolean): void {
  const useless: [key: 'gain' | 'columns' | 'rows' | 'resize', useless: boolean, why: string][] = [
    ['columns', format === 'svg', 'a plot has no columns'],
    ['rows', format === 'svg', 'a plot has no rows'],
    ['gain', format === 'svg' || !pair, 'it is for the PNG of two inputs'],
    ['resize', !pair, 'it is for two inputs'],
  ];
  for (const [key, refused, why] of useless) {
    if (refused && options[key] !== undefined) refuseSetting(`nothing (${why})`, `--${key}`, options[key]);
  }
}

type Draw = (
  kiln: Kiln,
  a: FramesInput,
  b: FramesInput | undefined,
  options: Options,
  range: FrameRange | undefined,
  job: JobOptions,
) => Promise<Drawn>;

const drawPng: Draw = async (kiln, a, b, options, range, job) => {
  const columns = parseNumber(options.columns, '--columns');
  const rows = parseNumber(options.rows, '--rows');
  const gain = parseNumber(options.gain, '--gain');
  const { resize } = options;
  const { png, ...rest } = await kiln.sheet(a, b, { ...job, columns, rows, gain, range, resize });
  const shown = `${rest.width}x${rest.height}\n  frames ${rest.frames.join(', ')}`;
  const said = rest.notes.map((note) => `\n  note: ${note}`).join('');
  if (!('gain' in rest)) {
    return {
      picture: png,
      text: `contact sheet, ${shown}${said}`,
      report: { kind: 'contact', format: 'png', ...rest },
    };
  }
  return {
    picture: png,
    text: `difference sheet, ${shown}: of each A, B, |A - B| x ${rest.gain}${said}`,
    report: { kind: 'difference', format: 'png', ...rest },
  };
};

const drawSvg: Draw = async (kiln, a, b, { resize }, range, job) => {
  const { svg, frames, measurement } = await kiln.plot(a, b, { ...job, range, resize });
  const picture = Buffer.from(svg);
  if (!measurement) {
    const text = `complexity of ${frames} frames`;
    return { picture, text, report: { kind: 'document', format: 'svg', frames } };
  }
  const { psnr, ssim, notes } = measurement;
  const mean = psnr.mean === null ? 'infinite' : `${psnr.mean.toFixed(4)} dB`;
  const said = notes.map((note) => `\n  note: ${note}`).join('');
  const means = { psnr: psnr.mean, ssim: ssim.mean, identicalFrames: psnr.identicalFrames };
  return {
    picture,
    text: `PSNR and SSIM of ${frames} frames, on average ${mean} and ${ssim.mean?.toFixed(6)}${said}`,
    report: { kind: 'metrics', format: 'svg', frames, ...means, notes },
  };
};
