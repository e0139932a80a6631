// SPDX-License-Identifier: Apache-2.0

import { Command } from 'commander';
import type { Document } from '../document/document.js';
import { readDocument } from '../document/read.js';
import { frameCount } from '../document/table.js';
import { refuseSetting } from '../errors.js';
import type { JobOptions } from '../render/job.js';
import type { FrameRange } from '../render/plan.js';
import { PRESETS, type RenderSettings } from '../render/settings.js';
import type { RenderReport } from '../render/video.js';
import { type BackendFlags, backendOptions, backendText, withBackendOptions } from './backend.js';
import { chooseFormat, OUTPUT_FORMATS, parseNumber, parseRange } from './format.js';
import { checkOutput, withFile } from './output.js';
import { duration, ProgressLine, size } from './progress.js';
import { type RawReport, writePictures, writeRaw } from './raw.js';
import { withKiln } from './session.js';

interface Options extends BackendFlags {
  output: string;
  format?: string;
  frames?: string;
  codec?: string;
  constantQp?: boolean;
  crf?: string;
  preset?: string;
  chroma?: string;
  lossless?: boolean;
  asRecorded?: boolean;
  segment?: string;
  quiet?: boolean;
  json?: boolean;
}

export function renderCommand(): Command {
  const command = new Command('render')
    .summary('document to video or raw frames')
    .description('Renders a document to a video, to raw frames or to pictures.')
    .argument('<document>', 'parameter JSON, plain or gzip; - is standard input')
    .requiredOption('-o, --output <file>', 'where to; - is standard output; an existing file is replaced when done')
    .option('--format <format>', `${OUTPUT_FORMATS.join(', ')}; default: by the file's ending`)
    .option('--frames <A:B>', 'only frames A to B, B exclusive; also A:, :B, or A for one frame')
    .option('--codec <codec>', 'h264 (the default), hevc or av1, which need NVENC')
    .option('--constant-qp', 'take --crf itself for the quantiser of every frame')
    .option('--crf <n>', 'quality, like that of x264: 1 (best) to 51; with --chroma 444 also 0, lossless; default 23')
    .option('--preset <name>', `x264 preset, ${PRESETS[0]} to ${PRESETS.at(-1)}; default veryfast`)
    .option('--chroma <420|444>', '420 (the default) plays everywhere; 444 keeps the colours, for Chromium and tools')
    .option('--lossless', 'keep every RGB pixel; for tools, not browsers')
    .option('--as-recorded', "the MPEG-4 file that OpenCV's VideoWriter wrote, to the byte")
    .option('--segment <seconds>', 'length of a segment, 0.04 to 60; default 2; the first few are shorter')
    .option('--quiet', 'no progress')
    .option('--json', 'print the report as JSON');
  return withBackendOptions(command).action(render);
}

async function render(source: string, options: Options): Promise<void> {
  const format = chooseFormat(options.output, options.format);
  const video = format === 'mp4' || format === 'mkv';
  refuseConflicts(options, video, format);
  await checkOutput(options.output);
  const bytes = await readDocument(source);

  const progress = new ProgressLine(options.quiet === true || options.json === true);
  await withKiln(backendOptions(options), async (kiln, signal) => {
    const document = kiln.open(bytes);
    const range = parseRange(options.frames, frameCount(document.table));
    const job: JobOptions = { signal, onProgress: progress.update };
    let report: RenderReport | RawReport;
    try {
      if (video) {
        const settings = videoSettings(options, format, document, range);
        report = await withFile(options.output, (path) => kiln.renderToFile(document, path, settings, job));
      } else if (format === 'png') {
        report = await writePictures(kiln, document, options.output, range, job);
      } else {
        report = await writeRaw(kiln, document, options.output, format, options.chroma ?? '420', range, job);
      }
    } finally {
      progress.clear();
    }
    printReport(report, options);
  });
}

/** Options that say nothing about the chosen format are refused, not ignored. */
function refuseConflicts(options: Options, video: boolean, format: string): void {
  if (options.chroma !== undefined && options.chroma !== '420' && options.chroma !== '444') {
    refuseSetting('420 or 444', '--chroma', options.chroma);
  }
  if (options.encoder === 'nvenc' && (options.chroma === '444' || options.lossless || options.asRecorded)) {
    refuseSetting('auto or software (NVENC makes 4:2:0 alone)', '--encoder', options.encoder);
  }
  if (options.asRecorded && options.frames !== undefined) {
    refuseSetting('nothing beside --as-recorded', '--frames', options.frames);
  }
  if (video) return;
  for (const key of ['codec', 'crf', 'constantQp', 'preset', 'lossless', 'asRecorded', 'segment'] as const) {
    const name = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    if (options[key] !== undefined) refuseSetting(`nothing (${format} is not encoded)`, `--${name}`, options[key]);
  }
  if (options.chroma !== undefined && format !== 'y4m') {
    refuseSetting(`nothing (${format} says it already)`, '--chroma', options.chroma);
  }
}

function videoSettings(options: Options, format: 'mp4' | 'mkv', document: Document, range: FrameRange): RenderSettings {
  const whole = range.start === 0 && range.end === frameCount(document.table);
  return {
    container: format === 'mkv' ? 'matroska' : 'mp4',
    crf: parseNumber(options.crf, '--crf'),
    preset: options.preset as RenderSettings['preset'],
    codec: options.codec as RenderSettings['codec'],
    constantQp: options.constantQp,
    chroma: options.chroma as RenderSettings['chroma'],
    lossless: options.lossless,
    asRecorded: options.asRecorded,
    range: whole ? undefined : range,
    segmentSeconds: parseNumber(options.segment, '--segment'),
  };
}

function printReport(report: RenderReport | RawReport, options: Options): void {
  // The output itself may be on standard output.
  const out = options.output === '-' ? process.stderr : process.stdout;
  if (options.json) {
    out.write(`${JSON.stringify({ output: options.output, ...report })}\n`);
    return;
  }
  if (options.quiet) return;
  const speed = `${duration(report.seconds)} (${report.framesPerSecond.toFixed(1)} frames/s, ${report.renderer}, ${report.threads} threads)`;
  out.write(
    `${options.output}: ${report.frames} frames, ${report.width}x${report.height}, ${size(report.bytes)} in ${speed}\n`,
  );
  out.write(`  frames digest ${report.framesDigest}\n`);
  if (!('colour' in report)) return;
  out.write(`  ${backendText(report)}\n`);
  for (const { index, code, message } of report.fallbacks) {
    out.write(`  segment ${index} was made again by the CPU: ${code}: ${message}\n`);
  }
  const { chroma, rgbPsnrBeforeCoding, note } = report.colour;
  const psnr = rgbPsnrBeforeCoding === null ? '' : ` (RGB PSNR ${rgbPsnrBeforeCoding} dB before compression)`;
  out.write(`  ${chroma}${psnr}: ${note}\n`);
}
