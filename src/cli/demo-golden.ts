// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readDocument } from '../document/read.js';
import { FramekilnError } from '../errors.js';
import type { Kiln } from '../kiln.js';
import { withFile } from './output.js';
import { duration, ProgressLine, size } from './progress.js';

/** The framework's own document, and the hashes of the frames that its own generator made of it. */
export const GOLDEN: URL = new URL('../../../test/fixtures/golden/', import.meta.url);

/** Renders the default document to a video in `folder`, and compares every frame with the original. */
export async function renderGolden(
  kiln: Kiln,
  folder: string,
  say: (text: string) => void,
  quiet: boolean,
  signal: AbortSignal,
) {
  const bytes = await readDocument(fileURLToPath(new URL('default_1080p_params.json', GOLDEN)));
  const golden = JSON.parse(await readFile(new URL('default_1080p_frames.json', GOLDEN), 'utf8')) as {
    sha256: string[];
  };
  const output = join(folder, 'default_1080p.mp4');
  const progress = new ProgressLine(quiet);
  const follow = { signal, onProgress: progress.update };
  const document = kiln.open(bytes);
  const { width, height, time } = document.table;
  say(
    `The framework's default document: ${size(bytes.length)} of parameters, ${time.length} frames of ${width}x${height}.\n`,
  );
  await mkdir(folder, { recursive: true });
  const report = await withFile(output, (path) => kiln.renderToFile(document, path, {}, follow)).finally(() =>
    progress.clear(),
  );
  say(`Rendered and encoded in ${duration(report.seconds)} (${report.framesPerSecond.toFixed(0)} frames/s).\n`);

  let exact = 0;
  for await (const frame of kiln.frames(document, follow)) {
    if (createHash('sha256').update(frame.data).digest('hex') === golden.sha256[frame.index]) exact++;
  }
  progress.clear();
  say(`${exact} of ${golden.sha256.length} frames equal the original generator's, to the pixel.\n`);
  say(`The video: ${output} (${size(report.bytes)}, plays in every browser)\n`);
  if (exact !== golden.sha256.length) {
    throw new FramekilnError('RENDER_FAILED', 'Some frames differ from the original', {
      remedy: 'Run "framekiln doctor --selftest", and report what it prints.',
    });
  }
  return { output, exactFrames: exact, render: report };
}
