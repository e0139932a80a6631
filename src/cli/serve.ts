// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { FramekilnError, refuseSetting } from '../errors.js';
import type { App } from '../http/app.js';
import type { RunningServer } from '../http/server.js';
import { recipeOf } from '../render/fingerprint.js';
import { type BackendFlags, backendOptions, isExplicit, withBackendOptions } from './backend.js';
import { parseNumber } from './format.js';
import { withKiln } from './session.js';
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
  host: string;
  port: string;
  tokenFile?: string;
  insecure?: boolean;
  allowedHost?: string[];
  trustProxy?: boolean;
  source?: string;
  maxJobs?: string;
  logLevel: string;
  json?: boolean;
}

/** Of a request to the stores: somebody waits for the answer. */
const ATTEMPTS = 5;
const MIN_TOKEN = 16;
const MAX_TOKEN = 1000;

export function serveCommand(): Command {
  const command = new Command('serve')
    .summary('the API and the dashboard')
    .description(
      'Serves the dashboard and the API of all experiments of a table.\n' +
        'What has no video yet is made when somebody wants to see it.\n' +
        'The environment may hold a token, FRAMEKILN_TOKEN, that everybody then needs.',
    )
    .addOption(new Option('--host <address>', 'address to listen at').env('FRAMEKILN_HOST').default('127.0.0.1'))
    .addOption(new Option('--port <n>', '0 takes any that is free').env('FRAMEKILN_PORT').default('8080'))
    .option('--token-file <file>', 'the token, instead of FRAMEKILN_TOKEN')
    .option('--insecure', 'let everybody in who can reach the address')
    .option(
      '--allowed-host <name...>',
      'names by which browsers may ask, beside localhost; default: any, but on loopback none',
    )
    .option('--trust-proxy', 'take the client from X-Forwarded-For, which a proxy in front has set');
  withBackendOptions(withDocumentOptions(withVideoOptions(withStoreOptions(command))))
    .option(
      '--source <source>',
      'what experiments compressed unless they say it: s3://bucket/key, or schedule (env: FRAMEKILN_SOURCE)',
    )
    .option('--max-jobs <n>', 'videos that are made at a time; default: one for two threads, at least 2')
    .addOption(
      new Option('--log-level <level>', 'of the log on standard error').env('FRAMEKILN_LOG_LEVEL').default('info'),
    )
    .option('--json', 'print where it is as JSON');
  return command.action(serve);
}

async function serve(options: Options): Promise<void> {
  const token = await readToken(options);
  const { createApp, createLog, hostNames, isLoopback, startServer } = await loadHttp();
  const { host, insecure, trustProxy, allowedHost } = options;
  // Node would listen at all addresses.
  if (host === '') refuseSetting('an address', '--host', host, 'Leave it out to listen at 127.0.0.1.');
  const hosts = hostNames(host, allowedHost);
  if (!isLoopback(host) && token === undefined && !insecure) {
    const remedy = `Set FRAMEKILN_TOKEN, or say --insecure to let everybody in who can reach ${host}.`;
    throw new FramekilnError('INVALID_SETTING', `Expected a token for --host ${host}, which others can reach`, {
      ...{ setting: 'FRAMEKILN_TOKEN', remedy },
    });
  }
  const port = parseNumber(options.port, '--port');
  const jobs = { running: atLeastOne(parseNumber(options.maxJobs, '--max-jobs'), '--max-jobs') };
  const log = createLog({ level: options.logLevel });
  const settings = videoSettings(options);
  // Throws now what would otherwise be the fault of each video.
  recipeOf(settings);
  const { source } = options;
  const made = { ...backendOptions(options), source, attempts: ATTEMPTS, ...storeOptions(options) };
  await withKiln(made, async (kiln, signal) => {
    if (isExplicit(options)) await kiln.backend(settings);
    await (await kiln.experiments()).check(signal);
    const app = createApp({ kiln, token, hosts, log, settings, jobs, trustProxy });
    const server = await startServer(app, { host, port });
    const said = options.json ? JSON.stringify({ url: server.url }) : `framekiln is at ${server.url}`;
    process.stdout.write(`${said}\n`);
    log.info(await kiln.backend(settings), 'renders');
    await untilStopped(app, server, signal);
    return 'finished';
  });
}

/** Web servers are loaded by the commands that are one. */
export async function loadHttp() {
  const [{ createApp }, { createLog }, { hostNames, isLoopback, startServer }] = await Promise.all([
    import('../http/app.js'),
    import('../http/middleware/log.js'),
    import('../http/server.js'),
  ]);
  return { createApp, createLog, hostNames, isLoopback, startServer };
}

/** Waits for the signal, then ends both: renders are stopped, and answers under way may still end. */
export async function untilStopped(app: App, server: RunningServer, signal: AbortSignal): Promise<void> {
  if (!signal.aborted) {
    await new Promise<void>((done) => signal.addEventListener('abort', () => done(), { once: true }));
  }
  await Promise.all([server.close(), app.close()]);
}

async function readToken({ tokenFile }: Options): Promise<string | undefined> {
  const token = tokenFile === undefined ? process.env.FRAMEKILN_TOKEN : await readTokenFile(tokenFile);
  const name = tokenFile === undefined ? 'FRAMEKILN_TOKEN' : '--token-file';
  if (token === undefined || (token === '' && tokenFile === undefined)) return undefined;
  if (/^[\x21-\x7e]+$/.test(token) && token.length >= MIN_TOKEN && token.length <= MAX_TOKEN) return token;
  // What came may be most of a token, so it is not shown.
  const remedy = 'Make one: openssl rand -hex 32';
  const what = `${MIN_TOKEN} to ${MAX_TOKEN} printable ASCII characters without spaces`;
  const others = token.length >= MIN_TOKEN && token.length <= MAX_TOKEN ? ', others among them' : '';
  const message = `Expected ${what} for ${name} but received ${token.length}${others}`;
  throw new FramekilnError('INVALID_SETTING', message, { setting: name, expected: what, remedy });
}

async function readTokenFile(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    const message = `Cannot read the file of --token-file, ${file}: ${(cause as Error).message}`;
    const remedy = 'Name a file that holds the token, or leave the option out and set FRAMEKILN_TOKEN.';
    throw new FramekilnError('INPUT_UNREADABLE', message, { setting: '--token-file', remedy, cause });
  }
}

function atLeastOne(number: number | undefined, option: string): number | undefined {
  if (number === undefined || (Number.isInteger(number) && number >= 1)) return number;
  return refuseSetting('an integer of at least 1', option, number);
}
