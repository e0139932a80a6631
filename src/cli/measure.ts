// SPDX-License-Identifier: Apache-2.0
import { Command, Option } from 'commander';
import type { MeasureOptions } from '../measure/measure.js';
import type { Distribution, Measurement } from '../measure/source.js';
import type { Luma } from '../native.js';
import type { FrameRange } from '../render/plan.js';
import { parseNumber } from './format.js';
import { INPUTS, type InputFlags, inputsOf, openRange, withInputOptions } from './inputs.js';
import { checkOutput, writeChunks } from './output.js';
import { ProgressLine } from './progress.js';
import { withKiln } from './session.js';

interface Options extends InputFlags {
  resize?: boolean;
  frames?: string;
  luma?: string;
  perFrame?: string;
  threads?: string;
  quiet?: boolean;
  json?: boolean;
}

export function measureCommand(): Command {
  const command = new Command('measure')
    .summary('PSNR and SSIM of two clips')
    .description(
      'Measures B against A frame by frame: PSNR and SSIM of 8-bit RGB as scikit-image defines them, and their means.\n' +
        `A and B are each ${INPUTS}.`,
    )
    .argument('<A>', 'the reference')
    .argument('<B>', 'what is measured');
  withInputOptions(command)
    .option('--resize', "scale B to A's size when they differ, as OpenCV's INTER_LINEAR does")
    .option('--frames <A:B>', 'only frames A to B of both, B exclusive')
    .option('--luma <bt709|bt601>', "luma too, as FFmpeg's psnr and ssim filters measure it")
    .option('--per-frame <file.csv>', 'write every frame; - is standard output')
    .addOption(new Option('--threads <n>', 'default: one for each core').env('FRAMEKILN_THREADS'))
    .option('--quiet', 'no progress')
    .option('--json', 'print JSON, every frame included');
  return command.action(measure);
}

async function measure(first: string, second: string, options: Options): Promise<void> {
  if (options.perFrame !== undefined) await checkOutput(options.perFrame);
  const threads = parseNumber(options.threads, '--threads');
  const range = options.frames === undefined ? undefined : openRange(options.frames);
  const [a, b] = await inputsOf(first, second, options);
  const progress = new ProgressLine(options.quiet === true || options.json === true);
  await withKiln({ threads }, async (kiln, signal) => {
    const { resize } = options;
    const call: MeasureOptions = { resize, range, luma: options.luma as Luma, signal, onProgress: progress.update };
    const measurement = await kiln.measure(a, b, call).finally(() => progress.clear());
    if (options.perFrame !== undefined) await writeChunks(options.perFrame, [Buffer.from(csv(measurement, range))]);
    const out = options.perFrame === '-' ? process.stderr : process.stdout;
    out.write(options.json ? `${JSON.stringify(measurement)}\n` : measurementText(measurement));
  });
}

function csv({ psnr, ssim, luma }: Measurement, range: FrameRange | undefined): string {
  const columns: [string, Distribution][] = [
    ['psnr_db', psnr],
    ['ssim', ssim],
    ...(luma
      ? ([
          [`psnr_${luma.matrix}_luma_db`, luma.psnr],
          [`ssim_${luma.matrix}_luma`, luma.ssim],
        ] as [string, Distribution][])
      : []),
  ];
  const rows = psnr.perFrame.map((_, i) => {
    const values = columns.map(([name, { perFrame }]) => perFrame[i] ?? (name.startsWith('psnr') ? 'inf' : ''));
    return [i + (range?.start ?? 0), ...values].join(',');
  });
  return `${['frame', ...columns.map(([name]) => name)].join(',')}\n${rows.join('\n')}\n`;
}

export function measurementText({ frames, width, height, psnr, ssim, luma, notes }: Measurement): string {
  const dB = (value: number | null) => (value === null ? 'infinite' : `${value.toFixed(4)} dB`);
  const ratio = (value: number | null) => (value === null ? 'undefined' : value.toFixed(6));
  const row = (name: string, { mean, min, max }: Distribution, text: (value: number | null) => string, rest = '') =>
    `${name.padEnd(16)}${text(mean)} (${text(min)} to ${text(max)}${rest})\n`;
  const some = psnr.identicalFrames > 0 && psnr.identicalFrames < frames;
  return [
    `${frames} ${frames === 1 ? 'frame' : 'frames'} of ${width}x${height}\n`,
    row('PSNR', psnr, dB, `; of all frames together ${dB(psnr.pooled)}`),
    ...(psnr.identicalFrames === frames ? ['                every frame is identical\n'] : []),
    ...(some
      ? [
          `                ${psnr.identicalFrames} identical frames; the others have ${dB(psnr.meanOfDiffering)} on average\n`,
        ]
      : []),
    row('SSIM', ssim, ratio),
    ...(luma
      ? [
          row(`PSNR ${luma.matrix}`, luma.psnr, dB, `; together ${dB(luma.psnr.pooled)}`),
          row(`SSIM ${luma.matrix}`, luma.ssim, ratio),
        ]
      : []),
    ...notes.map((note) => `note            ${note}\n`),
  ].join('');
}
