// SPDX-License-Identifier: Apache-2.0
import { Command } from 'commander';
import type { BackfillOptions } from '../backfill/run.js';
import type { BackfillSummary } from '../backfill/summary.js';
import type { Kiln } from '../kiln.js';
import { type BackendFlags, backendOptions, backendText, isExplicit, withBackendOptions } from './backend.js';
import { needsAttention, outcomeText, progressLine, summaryText } from './backfill-text.js';
import { parseNumber } from './format.js';
import { StatusLine } from './progress.js';
import { Report } from './report.js';
import { parseSelection } from './selection.js';
import { type WalkFlags, withWalkOptions } from './selection-options.js';
import { EXIT, withKiln } from './session.js';
import {
  type StoreFlags,
  storeOptions,
  type VideoFlags,
  videoSettings,
  withDocumentOptions,
  withStoreOptions,
  withVideoOptions,
} from './stores.js';

interface Options extends StoreFlags, VideoFlags, WalkFlags, BackendFlags {
  retryFailed?: string;
  dryRun?: boolean;
  force?: boolean;
  relink?: boolean;
  recheck?: boolean;
  verify?: boolean;
  source?: string;
  checkpoint?: string;
  report?: string;
  quiet?: boolean;
  json?: boolean;
}

export function backfillCommand(): Command {
  const command = new Command('backfill')
    .summary('many experiments to their videos')
    .description(
      'Walks the table and brings every selected experiment to its video: in the bucket, with a 7-day link on its record.\n' +
        'What is there already stays; run it again at any time.',
    );
  withWalkOptions(withStoreOptions(command))
    .option('--retry-failed <report>', 'take those that failed according to a report')
    .option('--dry-run', 'say what would be done, how long it would take and cost; writes nothing')
    .option('--force', 'render although the videos are there')
    .option('--relink', 'only renew the links of videos that are there')
    .option('--recheck', 'read stored documents again, in case they changed since their videos were made')
    .option('--verify', 'verify each video as it goes, and write the verdict to its record')
    .option('--source <source>', 'with --verify, what PSNR and SSIM are against: a file, s3://bucket/key, or schedule')
    .option('--report <file>', 'write a JSON line for each experiment')
    .option('--checkpoint <file>', "keep the scan's position there, and go on from it");
  withBackendOptions(withDocumentOptions(withVideoOptions(command)))
    .option('--quiet', 'no progress')
    .option('--json', 'print the summary as JSON');
  return command.action(backfill);
}

async function backfill(options: Options): Promise<void> {
  const call: BackfillOptions = {
    ...(await parseSelection(options)),
    settings: videoSettings(options),
    dryRun: options.dryRun,
    force: options.force,
    relink: options.relink,
    recheck: options.recheck,
    verify: options.verify,
    source: options.source,
    segments: parseNumber(options.segments, '--segments'),
    maxRcu: parseNumber(options.maxRcu, '--max-rcu'),
    checkpoint: options.checkpoint,
  };
  using report = options.report === undefined ? undefined : new Report(options.report);
  await withKiln({ ...backendOptions(options), ...storeOptions(options) }, async (kiln, signal) => {
    // Otherwise every experiment would fail of it.
    if (isExplicit(options)) await kiln.backend(call.settings);
    const summary = await showBackfill(kiln, { ...call, signal }, options.quiet === true, report);
    if (!summary.interrupted) report?.begin();
    process.stdout.write(options.json ? `${JSON.stringify(summary)}\n` : summaryText(summary));
    if (summary.frames > 0 && !summary.interrupted && !options.json && !options.quiet) {
      // A GPU that was lost on the way is among the warnings.
      const backend = await kiln.backend(call.settings).catch(() => undefined);
      if (backend) process.stdout.write(`${backendText(backend)}\n`);
    }
    if (summary.outcomes.failed > 0 || summary.verdicts?.different) process.exitCode = EXIT.failed;
  });
}

/** Runs a backfill with its progress on standard error. */
export async function showBackfill(
  kiln: Kiln,
  options: BackfillOptions,
  quiet: boolean,
  report?: Report,
): Promise<BackfillSummary> {
  const status = new StatusLine(quiet);
  try {
    return await kiln.backfill({
      ...options,
      onProgress: (progress) => status.show(progressLine(progress), progress),
      onOutcome(outcome) {
        report?.add(outcome);
        if (needsAttention(outcome)) status.say(outcomeText(outcome));
        options.onOutcome?.(outcome);
      },
    });
  } finally {
    status.clear();
  }
}
