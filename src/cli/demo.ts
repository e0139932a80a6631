// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import type { DemoItem } from '../demo/experiments.js';
import { DEMO_BUCKET, DEMO_TABLE } from '../demo/names.js';
import type { DemoStores } from '../demo/stores.js';
import { FramekilnError, refuseSetting } from '../errors.js';
import type { Outcome } from '../experiment/outcome.js';
import type { Kiln } from '../kiln.js';
import { showBackfill } from './backfill.js';
import { outcomeText, summaryText } from './backfill-text.js';
import { GOLDEN, renderGolden } from './demo-golden.js';
import { parseNumber } from './format.js';
import { size } from './progress.js';
import { loadHttp, untilStopped } from './serve.js';
import { withKiln } from './session.js';

/** Records of the framework, as its table has them. */
const RECORDS = new URL('../../../test/fixtures/records/experiments.json', import.meta.url);
const MAX_COUNT = 1_000_000;

interface Options {
  folder: string;
  count?: string;
  serve?: boolean;
  json?: boolean;
}

export function demoCommand(): Command {
  return new Command('demo')
    .summary('everything on one machine, nothing in the cloud')
    .description(
      "Renders the framework's default document and compares every frame with the original.\n" +
        "Then starts an S3 and a DynamoDB on this machine, fills them with the framework's own records, and " +
        'backfills their videos.',
    )
    .option('--folder <folder>', 'where everything goes; used again, it goes on where it was', 'demo-out')
    .option('--count <n>', 'so many small made-up experiments more, for load')
    .option('--serve', 'keep the stores up until Ctrl-C, and serve the dashboard; as on a terminal')
    .option('--json', 'print the result as JSON')
    .action(demo);
}

async function demo(options: Options): Promise<void> {
  const count = parseNumber(options.count, '--count') ?? 0;
  if (!Number.isInteger(count) || count < 0 || count > MAX_COUNT) {
    refuseSetting(`an integer from 0 to ${MAX_COUNT}`, '--count', options.count);
  }
  const quiet = options.json === true;
  const say = (text: string): void => void (quiet || process.stdout.write(text));
  await withKiln({ table: DEMO_TABLE, bucket: DEMO_BUCKET }, async (kiln, signal) => {
    const golden = await renderGolden(kiln, options.folder, say, quiet, signal);
    const { startStores, useStores } = await import('../demo/stores.js');
    const stores = await startStores(join(options.folder, 'stores'));
    try {
      useStores(stores);
      say(`\nS3 at ${stores.s3Url}, DynamoDB at ${stores.dynamoDbUrl}; their data is in ${stores.folder}.\n`);
      await fill(stores, count, say, signal);
      const first = await backfill(kiln, quiet || !process.stderr.isTTY, signal);
      say(`${summaryText(first.summary)}${examples(first.outcomes)}`);
      const expired = await expireLinks(stores);
      say(`\nAgain, after the links of ${expired} records have been made to look expired:\n`);
      const second = await backfill(kiln, quiet || !process.stderr.isTTY, signal);
      say(summaryText(second.summary));
      const link = await checkLink(kiln, first.outcomes);
      say(
        `\nA link to the video of ${link.experimentId}, which answers with ${size(link.bytes)} of MP4:\n${link.url}\n`,
      );
      if (quiet) {
        const { folder, s3Url, dynamoDbUrl } = stores;
        const result = { ...golden, folder, s3Url, dynamoDbUrl, first: first.summary, second: second.summary, link };
        process.stdout.write(`${JSON.stringify(result)}\n`);
      }
      const failed = first.summary.outcomes.failed + second.summary.outcomes.failed;
      if (failed > 0) throw new FramekilnError('STORE_FAILED', `${failed} experiments failed`);
      if (options.serve || (process.stdout.isTTY && !quiet)) await serveDashboard(kiln, stores, quiet, signal);
      return 'finished';
    } finally {
      await stores.close();
    }
  });
}

async function fill(
  stores: DemoStores,
  count: number,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { loadExperiments, sampleExperiments } = await import('../demo/experiments.js');
  const { seed } = await import('../demo/seed.js');
  const records = JSON.parse(await readFile(RECORDS, 'utf8')) as DemoItem[];
  const defaultDocument = await readFile(new URL('default_1080p_params.json', GOLDEN));
  const samples = sampleExperiments({ records, defaultDocument });
  const sampled = await seed(stores, samples, { signal });
  const load = await seed(stores, loadExperiments(count), { signal });
  const made = count > 0 ? ` and ${count} made-up ones` : '';
  const there = sampled.there + load.there;
  const before = there > 0 ? ` (${there} of them from before)` : '';
  say(`${records.length} records of the framework, ${samples.length - records.length} odd ones${made}${before}.\n`);
}

async function backfill(kiln: Kiln, quiet: boolean, signal: AbortSignal) {
  const outcomes: Outcome[] = [];
  const onOutcome = (outcome: Outcome): void => {
    outcomes.push(outcome);
  };
  const summary = await showBackfill(kiln, { onOutcome, signal }, quiet);
  signal.throwIfAborted();
  return { summary, outcomes };
}

/** One of each kind. */
function examples(outcomes: readonly Outcome[]): string {
  const kinds = new Map(outcomes.map((outcome) => [`${outcome.outcome} ${outcome.code}`, outcome]));
  return ['\nOf each kind one:\n', ...[...kinds.values()].map((outcome) => `  ${outcomeText(outcome)}\n`)].join('');
}

async function expireLinks(stores: DemoStores): Promise<number> {
  const { expireSome } = await import('../demo/seed.js');
  return expireSome(stores, 3);
}

/** The dashboard, at its usual port where that is free, until Ctrl-C; with an experiment whose video is to be made. */
async function serveDashboard(kiln: Kiln, stores: DemoStores, quiet: boolean, signal: AbortSignal): Promise<void> {
  const { newExperiment } = await import('../demo/experiments.js');
  const { seed } = await import('../demo/seed.js');
  const untried = newExperiment(Date.now() / 1000);
  await seed(stores, [untried], { signal });
  const { createApp, createLog, hostNames, startServer } = await loadHttp();
  const app = createApp({ kiln, hosts: hostNames('127.0.0.1'), log: createLog({ level: 'error' }) });
  const server = await startServer(app).catch(() => startServer(app, { port: 0 }));
  const { url } = server;
  const id = untried.item.experiment_id;
  const text = `The dashboard is at ${url} until you press Ctrl-C. ${id} has no video yet: watch it being made.\n`;
  process.stdout.write(quiet ? `${JSON.stringify({ url })}\n` : text);
  await untilStopped(app, server, signal);
}

/** A fresh link to one of the videos, once it has answered as a player needs it. */
async function checkLink(kiln: Kiln, outcomes: readonly Outcome[]) {
  const watchable = outcomes.filter(({ linkExpiresAt }) => linkExpiresAt !== undefined);
  const longest = watchable.toSorted((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0))[0];
  if (!longest) throw new FramekilnError('NO_VIDEO', 'No experiment has a video');
  const { warning, ...link } = await kiln.link(longest.experimentId);
  const whole = await fetch(link.url);
  const bytes = (await whole.arrayBuffer()).byteLength;
  const part = await fetch(link.url, { headers: { range: 'bytes=4-7' } });
  const brand = await part.text();
  if (whole.status === 200 && bytes === longest.bytes && part.status === 206 && brand === 'ftyp') {
    return { ...link, bytes };
  }
  throw new FramekilnError('STORE_FAILED', `The link of ${longest.experimentId} answers with ${whole.status}`);
}
