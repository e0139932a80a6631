// SPDX-License-Identifier: Apache-2.0
import { Command, Option } from 'commander';
import type { BackfillOptions } from '../backfill/run.js';
import type { BackfillSummary } from '../backfill/summary.js';
import type { Kiln } from '../kiln.js';
import { needsAttention, outcomeText, progressLine, summaryText } from './backfill-text.js';
import { parseNumber } from './format.js';
import { StatusLine } from './progress.js';
import { Report } from './report.js';
import { parseSelection, type SelectionFlags } from './selection.js';
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

interface Options extends StoreFlags, VideoFlags, SelectionFlags {
  dryRun?: boolean;
  force?: boolean;
  relink?: boolean;
  recheck?: boolean;
  maxRcu?: string;
  segments?: string;
  checkpoint?: string;
  report?: string;
  threads?: string;
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
  withStoreOptions(command)
    .option('--status <status>', 'take experiments of this status; any; default completed, with --ids any')
    .option('--since <time>', 'take experiments from this time on: 2025-10-16, a date and time, or epoch seconds')
    .option('--until <time>', 'take experiments before this time')
    .option('--ids <ids>', 'take these alone: a list with commas, or a file with one a line')
    .option('--retry-failed <report>', 'take those that failed according to a report')
    .option('--limit <n>', 'take at most so many')
    .addOption(new Option('--shard <i/n>', 'take one of n equal parts, 0/n to n-1/n').env('FRAMEKILN_SHARD'))
    .option('--dry-run', 'say what would be done, how long it would take and cost; writes nothing')
    .option('--force', 'render although the videos are there')
    .option('--relink', 'only renew the links of videos that are there')
    .option('--recheck', 'read stored documents again, in case they changed since their videos were made')
    .option('--report <file>', 'write a JSON line for each experiment')
    .option('--checkpoint <file>', "keep the scan's position there, and go on from it")
    .addOption(new Option('--max-rcu <n>', 'read units a second for the scan').env('FRAMEKILN_MAX_RCU'))
    .option('--segments <n>', 'parallel parts of the scan; default 4');
  withDocumentOptions(withVideoOptions(command))
    .addOption(new Option('--threads <n>', 'default: one for each core').env('FRAMEKILN_THREADS'))
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
    segments: parseNumber(options.segments, '--segments'),
    maxRcu: parseNumber(options.maxRcu, '--max-rcu'),
    checkpoint: options.checkpoint,
  };
  const threads = parseNumber(options.threads, '--threads');
  using report = options.report === undefined ? undefined : new Report(options.report);
  await withKiln({ threads, ...storeOptions(options) }, async (kiln, signal) => {
    const summary = await showBackfill(kiln, { ...call, signal }, options.quiet === true, report);
    if (!summary.interrupted) report?.begin();
    process.stdout.write(options.json ? `${JSON.stringify(summary)}\n` : summaryText(summary));
    if (summary.outcomes.failed > 0) process.exitCode = EXIT.failed;
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
