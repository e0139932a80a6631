// SPDX-License-Identifier: Apache-2.0
import { Command } from 'commander';
import type { Inspection } from '../document/inspect.js';
import { readDocument } from '../document/read.js';
import type { Fidelity } from '../native.js';
import { finitePsnr } from '../render/colour.js';
import { checkOutput, writeChunks } from './output.js';
import { duration, size } from './progress.js';
import { withKiln } from './session.js';

interface Options {
  sheet?: string;
  json?: boolean;
}

export function inspectCommand(): Command {
  return new Command('inspect')
    .summary('what is in a document')
    .description('Says what is in a document: size, length, families, bit rate of the parameters, oddities.')
    .argument('<document>', 'parameter JSON, plain or gzip; - is standard input')
    .option('--sheet <file.png>', 'draw a contact sheet: frames from all over the document')
    .option('--json', 'print JSON')
    .action(inspect);
}

async function inspect(source: string, options: Options): Promise<void> {
  if (options.sheet !== undefined) await checkOutput(options.sheet);
  const bytes = await readDocument(source);
  await withKiln({}, async (kiln, signal) => {
    const document = kiln.open(bytes);
    const inspection = document.inspect();
    const fidelity = await kiln.chromaFidelity(document, { signal });
    const sheet = options.sheet === undefined ? undefined : await kiln.contactSheet(document, { signal });
    if (sheet) await writeChunks(options.sheet as string, [sheet.png]);
    const out = options.sheet === '-' ? process.stderr : process.stdout;
    if (options.json) {
      const rgbPsnrBeforeCoding = {
        chroma420: finitePsnr(fidelity.chroma420),
        chroma444: finitePsnr(fidelity.chroma444),
      };
      const shown = sheet && { file: options.sheet, width: sheet.width, height: sheet.height, frames: sheet.frames };
      out.write(`${JSON.stringify({ ...inspection, rgbPsnrBeforeCoding, ...(shown && { sheet: shown }) })}\n`);
      return;
    }
    out.write(describeDocument(inspection, fidelity));
    if (sheet) out.write(`contact sheet   ${options.sheet} (frames ${sheet.frames.join(', ')})\n`);
  });
}

function describeDocument(i: Inspection, fidelity: Fidelity): string {
  const psnr = (dB: number): string => (Number.isFinite(dB) ? `${dB.toFixed(1)} dB` : 'exact');
  const families = i.families.map(({ family, frames, share, runs }) => {
    return `${family} ${frames} (${(share * 100).toFixed(0)} %, ${runs} ${runs === 1 ? 'run' : 'runs'})`;
  });
  const palettes = Object.entries(i.palettes).filter(([, frames]) => frames > 0);
  const rows: [string, string][] = [
    ['size', `${i.width}x${i.height}`],
    ['length', `${i.frames} frames, ${duration(i.duration)} at ${i.rate} frames/s`],
    ['families', families.join(', ')],
    ['palettes', palettes.map(([name, frames]) => `${name} ${frames}`).join(', ')],
    [
      'complexity',
      `${i.complexity.min.toFixed(4)} to ${i.complexity.max.toFixed(4)}, mean ${i.complexity.mean.toFixed(4)}`,
    ],
    ['time', `${i.time.min} to ${i.time.max}`],
    ['raw RGB', size(i.rawBytes)],
    ...(i.parameterBitsPerSecond === undefined
      ? []
      : [['parameters', `${(i.parameterBitsPerSecond / 1000).toFixed(1)} kbit/s`] as [string, string]]),
    ['colour', `RGB PSNR before compression: 4:2:0 ${psnr(fidelity.chroma420)}, 4:4:4 ${psnr(fidelity.chroma444)}`],
    ...i.notes.map((note): [string, string] => ['note', note]),
  ];
  return rows.map(([name, value]) => `${name.padEnd(16)}${value}\n`).join('');
}
