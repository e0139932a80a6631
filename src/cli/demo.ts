// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { readDocument } from '../document/read.js';
import { FramekilnError } from '../errors.js';
import { withFile } from './output.js';
import { duration, ProgressLine, size } from './progress.js';
import { withKiln } from './session.js';

/** The framework's own document, and the hashes of the frames that its own generator made of it. */
const GOLDEN = new URL('../../../test/fixtures/golden/', import.meta.url);

interface Options {
  out: string;
  json?: boolean;
}

export function demoCommand(): Command {
  return new Command('demo')
    .summary('a real stored document becomes a video')
    .description("Renders the framework's own default document to a video, and compares every frame with the original.")
    .option('--out <folder>', 'where the video goes', 'demo-out')
    .option('--json', 'print the result as JSON')
    .action(demo);
}

async function demo(options: Options): Promise<void> {
  const bytes = await readDocument(fileURLToPath(new URL('default_1080p_params.json', GOLDEN)));
  const golden = JSON.parse(await readFile(new URL('default_1080p_frames.json', GOLDEN), 'utf8')) as {
    sha256: string[];
  };
  const output = join(options.out, 'default_1080p.mp4');
  const say = (text: string): void => void (options.json || process.stdout.write(text));
  const progress = new ProgressLine(options.json === true);
  await withKiln({}, async (kiln, signal) => {
    const document = kiln.open(bytes);
    const { width, height, time } = document.table;
    const pictures = `${time.length} frames of ${width}x${height}`;
    say(`The framework's default document: ${size(bytes.length)} of parameters, ${pictures}.\n`);
    await mkdir(options.out, { recursive: true });
    const report = await withFile(output, (path) =>
      kiln.renderToFile(document, path, {}, { signal, onProgress: progress.update }),
    ).finally(() => progress.clear());
    say(`Rendered and encoded in ${duration(report.seconds)} (${report.framesPerSecond.toFixed(0)} frames/s).\n`);

    let exact = 0;
    for await (const frame of kiln.frames(document, { signal, onProgress: progress.update })) {
      if (createHash('sha256').update(frame.data).digest('hex') === golden.sha256[frame.index]) exact++;
    }
    progress.clear();
    say(`${exact} of ${golden.sha256.length} frames equal the original generator's, to the pixel.\n`);
    say(`The video: ${output} (${size(report.bytes)}, plays in every browser)\n`);
    if (options.json) process.stdout.write(`${JSON.stringify({ output, exactFrames: exact, ...report })}\n`);
    if (exact !== golden.sha256.length) {
      throw new FramekilnError('RENDER_FAILED', 'Some frames differ from the original', {
        remedy: 'Run "framekiln doctor --selftest", and report what it prints.',
      });
    }
  });
}
