// SPDX-License-Identifier: Apache-2.0
import { stat } from 'node:fs/promises';
import { Command, Option } from 'commander';
import type { VerifyAllOptions } from '../backfill/verify-all.js';
import { readDocument } from '../document/read.js';
import { refuseSetting } from '../errors.js';
import type { Kiln } from '../kiln.js';
import type { Verdict } from '../verify/evidence.js';
import { parseNumber } from './format.js';
import { ProgressLine, StatusLine } from './progress.js';
import { Report } from './report.js';
import { parseSelection } from './selection.js';
import { WALK_FLAGS, type WalkFlags, withWalkOptions } from './selection-options.js';
import { EXIT, withKiln } from './session.js';
import { type StoreFlags, storeOptions, withDocumentOptions, withStoreOptions } from './stores.js';
import { verdictLine, verificationText, verifyProgressLine, verifySummaryText } from './verify-text.js';

interface Options extends StoreFlags, WalkFlags {
  all?: boolean;
  source?: string;
  resize?: boolean;
  document?: string;
  video?: string;
  digest?: string;
  report?: string;
  threads?: string;
  quiet?: boolean;
  json?: boolean;
}

export function verifyCommand(): Command {
  const command = new Command('verify')
    .summary('whether a regenerated video is the experiment')
    .description(
      'Regenerates an experiment, or a document, and compares it with all that is recorded. The verdict:\n' +
        '  proven        something is equal that cannot be so by accident\n' +
        '  consistent    all that can be compared fits\n' +
        '  different     something does not fit\n' +
        '  unverifiable  nothing can be compared\n' +
        'Exit code 0 only when every verdict is proven or consistent, 1 otherwise.',
    )
    .argument('[id|document]', 'an experiment id; or parameter JSON, plain or gzip: a file, - is standard input')
    .option('--all', 'the table: all completed experiments, or those that the options below take');
  withStoreOptions(withWalkOptions(command))
    .option('--source <source>', 'what was compressed, to measure again: a file, s3://bucket/key, or schedule')
    .option('--resize', 'scale frames of another size as the framework did')
    .option('--document <file>', "check this document against the record, instead of the experiment's own")
    .option('--video <file>', 'check this video too: whether it shows the frames')
    .option('--digest <text>', 'of a document: the frames digest that it is said to have');
  withDocumentOptions(command)
    .option('--report <file>', 'write a JSON line for each experiment')
    .addOption(new Option('--threads <n>', 'default: one for each core').env('FRAMEKILN_THREADS'))
    .option('--quiet', 'no progress; with --all the summary alone')
    .option('--json', 'print JSON; with --all the summary');
  return command.action(verify);
}

async function verify(target: string | undefined, options: Options, command: Command): Promise<void> {
  if (options.all) await verifyTable(target, options);
  else if (target === undefined) refuseSetting('an experiment id, a document or --all', 'verify', target);
  else await verifyOne(target, options, command);
}

async function verifyOne(target: string, options: Options, command: Command): Promise<void> {
  // The environment may say more than this command needs.
  const given = (name: string): boolean => command.getOptionValueSource(name) === 'cli';
  refuse(options, WALK_FLAGS.filter(given), 'nothing without --all');
  const isFile = await isDocument(target);
  if (isFile) refuse(options, ['source', 'resize', 'document'], 'nothing with a document');
  else refuse(options, ['digest'], 'nothing with an experiment id');
  if (options.source === undefined) refuse(options, ['resize'], 'nothing without --source');
  const { resize, source, video, digest } = options;
  const threads = parseNumber(options.threads, '--threads');
  const file = isFile ? target : options.document;
  const bytes = file === undefined ? undefined : await readDocument(file);
  using report = options.report === undefined ? undefined : new Report(options.report);
  const progress = new ProgressLine(options.quiet === true || options.json === true);
  await withKiln({ threads, ...storeOptions(options) }, async (kiln, signal) => {
    const document = bytes && kiln.open(bytes);
    const call = { video, signal, onProgress: progress.update };
    const recorded = digest === undefined ? {} : { digests: [{ where: '--digest', digest }] };
    const verifying =
      isFile && document
        ? kiln.verify(document, { ...call, recorded })
        : kiln.verify(target, { ...call, source, resize, document });
    const verified = await verifying.finally(() => progress.clear());
    report?.add(verified);
    process.stdout.write(options.json ? `${JSON.stringify(verified)}\n` : verificationText(target, verified));
    if (!isAccepted(verified.verdict)) process.exitCode = EXIT.failed;
  });
}

async function verifyTable(target: string | undefined, options: Options): Promise<void> {
  if (target !== undefined) refuseSetting('nothing beside --all', 'verify', target);
  refuse(options, ['document', 'video', 'digest'], 'nothing beside --all');
  if (options.source === undefined) refuse(options, ['resize'], 'nothing without --source');
  const call: VerifyAllOptions = {
    ...(await parseSelection(options)),
    source: options.source,
    resize: options.resize,
    segments: parseNumber(options.segments, '--segments'),
    maxRcu: parseNumber(options.maxRcu, '--max-rcu'),
  };
  const threads = parseNumber(options.threads, '--threads');
  using report = options.report === undefined ? undefined : new Report(options.report);
  await withKiln({ threads, ...storeOptions(options) }, async (kiln, signal) => {
    const summary = await showVerifyAll(kiln, { ...call, signal }, options, report);
    if (!summary.interrupted) report?.begin();
    process.stdout.write(options.json ? `${JSON.stringify(summary)}\n` : verifySummaryText(summary));
    const { proven, consistent } = summary.verdicts;
    if (proven + consistent < summary.experiments) process.exitCode = EXIT.failed;
  });
}

/** Verifies with a line for each experiment on standard output, and the progress on standard error. */
async function showVerifyAll(kiln: Kiln, call: VerifyAllOptions, options: Options, report: Report | undefined) {
  const silent = options.quiet === true || options.json === true;
  const status = new StatusLine(options.quiet === true);
  try {
    return await kiln.verifyAll({
      ...call,
      onProgress: (progress) => status.show(verifyProgressLine(progress), progress),
      onOutcome(outcome) {
        report?.add(outcome);
        if (silent) return;
        status.clear();
        process.stdout.write(`${verdictLine(outcome)}\n`);
      },
    });
  } finally {
    status.clear();
  }
}

/** Whether it is a document rather than an id. */
async function isDocument(target: string): Promise<boolean> {
  if (target === '-' || target.includes('/') || /\.json(\.gz)?$/.test(target)) return true;
  return (await stat(target).catch(() => undefined))?.isFile() === true;
}

function isAccepted(verdict: Verdict): boolean {
  return verdict === 'proven' || verdict === 'consistent';
}

/** Options that say nothing here are refused, not ignored. */
function refuse(options: Options, names: readonly (keyof Options)[], what: string): void {
  for (const name of names) {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (options[name] !== undefined) refuseSetting(what, flag, options[name]);
  }
}
