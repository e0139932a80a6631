// SPDX-License-Identifier: Apache-2.0
// Commands for one experiment.
import { Command } from 'commander';
import type { Link } from '../storage/link.js';
import { type BackendFlags, backendOptions, backendText, withBackendOptions } from './backend.js';
import { outcomeText, printable } from './backfill-text.js';
import { ProgressLine, size } from './progress.js';
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

interface Options extends StoreFlags, VideoFlags, BackendFlags {
  force?: boolean;
  quiet?: boolean;
  json?: boolean;
}

export function regenerateCommand(): Command {
  const command = new Command('regenerate')
    .summary('one experiment to its video')
    .description("Makes an experiment's video again from its parameters, unless it is there, and links and records it.")
    .argument('<id>', 'experiment id');
  withBackendOptions(withDocumentOptions(withVideoOptions(withStoreOptions(command))))
    .option('--force', 'render although the video is there')
    .option('--quiet', 'no progress')
    .option('--json', 'print JSON');
  return command.action(regenerate);
}

export function publishCommand(): Command {
  const command = new Command('publish')
    .summary("your own MP4 as an experiment's video")
    .description("Makes an MP4 an experiment's video: checks that it plays, uploads, links and records it.")
    .argument('<id>', 'experiment id')
    .argument('<file>', 'MP4 file');
  return withStoreOptions(command).option('--json', 'print JSON').action(publish);
}

export function linkCommand(): Command {
  const command = new Command('link')
    .summary("a fresh link to an experiment's video")
    .description("Signs a fresh link to an experiment's video, for 7 days, and writes it to its record.")
    .argument('<id>', 'experiment id');
  return withStoreOptions(command).option('--json', 'print JSON').action(link);
}

async function regenerate(id: string, options: Options): Promise<void> {
  const settings = videoSettings(options);
  const progress = new ProgressLine(options.quiet === true || options.json === true);
  await withKiln({ ...backendOptions(options), ...storeOptions(options) }, async (kiln, signal) => {
    const call = { settings, force: options.force, signal, onProgress: progress.update };
    const { link: signed, ...outcome } = await kiln.regenerate(id, call).finally(() => progress.clear());
    // A GPU that was lost on the way is among the warnings.
    const told = outcome.outcome === 'regenerated' && !options.quiet;
    const backend = told ? await kiln.backend(settings).catch(() => undefined) : undefined;
    const made = backend ? `${backendText(backend)}\n` : '';
    const warnings = outcome.warnings?.filter((text) => text !== signed?.warning) ?? [];
    const warned = warnings.map((text) => `warning: ${printable(text)}\n`).join('');
    print(options, { ...outcome, ...signed }, `${outcomeText(outcome)}\n${made}${warned}${linkText(signed)}`);
    if (!signed) process.exitCode = EXIT.failed;
  });
}

async function publish(id: string, file: string, options: Options): Promise<void> {
  await withKiln(storeOptions(options), async (kiln, signal) => {
    const published = await kiln.publish(id, file, { signal });
    const { frames, width, height, codec } = published.video;
    const what = `${frames} frames, ${width}x${height}, ${codec}, ${size(published.bytes)}`;
    print(options, published, `${id}: published (${what})\n${linkText(published)}`);
  });
}

async function link(id: string, options: Options): Promise<void> {
  await withKiln(storeOptions(options), async (kiln, signal) => {
    const signed = await kiln.link(id, { signal });
    print(options, signed, linkText(signed));
  });
}

function print(options: Options, value: object, text: string): void {
  process.stdout.write(options.json ? `${JSON.stringify(value)}\n` : text);
}

function linkText(link: Link | undefined): string {
  if (!link) return '';
  const warning = link.warning === undefined ? '' : `warning: ${link.warning}\n`;
  return `${link.url}\nvalid until ${new Date(link.expiresAt * 1000).toISOString()}\n${warning}`;
}
