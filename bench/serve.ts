// SPDX-License-Identifier: Apache-2.0
// The server under viewers: links to what is stored stay quick, what is missing is made once, and a video that nobody
// has rendered begins to play while it is made.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { createKiln } from 'framekiln';
import { type DemoExperiment, loadExperiments, seed, startStores, useStores } from 'framekiln/demo';
import { withFolder } from './folder.js';
import { spread } from './measure.js';
import type { Bench, PartResult } from './part.js';
import { digits, table } from './report/table.js';

const EXPERIMENTS = 50;
const VIEWERS = 100;
const CLIP = { width: 640, height: 360, fps: 30, frames: 90 };
/** 10 s of 1080p. */
const FIRST = { width: 1920, height: 1080, fps: 30, frames: 300 };
const FIRST_BYTES_SECONDS = 1.5;

interface Load {
  requests: number;
  seconds: number;
  statuses: Record<string, number>;
  failed: number;
  p50: number;
  p99: number;
}

export async function benchServe({ options, note }: Bench): Promise<PartResult> {
  return withFolder((folder) => serveFrom(folder, { options, note }));
}

async function serveFrom(folder: string, { options, note }: Pick<Bench, 'options' | 'note'>): Promise<PartResult> {
  const stores = await startStores(folder);
  let server: Server | undefined;
  try {
    const experiments = [...loadExperiments(EXPERIMENTS, CLIP)];
    const firsts = [...loadExperiments(EXPERIMENTS + options.rounds, FIRST)].slice(EXPERIMENTS);
    await seed(stores, [...experiments, ...firsts]);
    useStores(stores);
    const ids = experiments.map(idOf);
    {
      await using kiln = createKiln({ threads: options.threads, table: stores.table, bucket: stores.bucket });
      await kiln.backfill({ ids: ids.slice(EXPERIMENTS / 2) });
    }
    server = await startServer(stores.table, stores.bucket, options.threads);
    note(`serve: ${VIEWERS} viewers on ${EXPERIMENTS} experiments, half of them missing`);
    // A missing one, a stored one, and so on: each viewer goes through all of them.
    const paths = ids.map((_, i) => `/api/experiments/${ids[(i % 2) * (EXPERIMENTS / 2) + (i >> 1)]}/video`);
    const mixed = await view(server.url, paths, VIEWERS * EXPERIMENTS);
    await Promise.all(paths.map((path) => made(`${server?.url}${path}`)));
    const renders = await rendersOf(server.url);
    note('serve: the same, all stored');
    const stored = await view(server.url, paths, VIEWERS * EXPERIMENTS * (options.quick ? 1 : 2));
    note('serve: the first bytes of videos that nobody has rendered');
    const seconds: number[] = [];
    for (const experiment of firsts) seconds.push(await firstBytes(server.url, idOf(experiment)));
    return report({ mixed, stored, renders, seconds });
  } finally {
    await server?.close();
    await stores.close();
  }
}

const idOf = ({ item }: DemoExperiment): string => item.experiment_id;

function report(run: { mixed: Load; stored: Load; renders: number; seconds: number[] }): PartResult {
  const { mixed, stored, renders } = run;
  const first = spread(run.seconds);
  const row = (name: string, { requests, statuses, p50, p99, seconds: time }: Load) => [
    name,
    String(requests),
    digits(requests / time),
    Object.entries(statuses)
      .map(([status, count]) => `${count}x ${status}`)
      .join(', '),
    digits(p50),
    digits(p99),
  ];
  const text = table(
    `The server: ${VIEWERS} viewers on ${EXPERIMENTS} experiments; first bytes of 10 s of 1080p after ${digits(first.median)} s`,
    ['', 'requests', 'a second', 'answers', 'p50 ms', 'p99 ms'],
    [row('half of them missing', mixed), row('all stored', stored)],
  );
  const bad = mixed.failed + stored.failed;
  const aims = [
    { aim: 'serve: no 5xx and no broken connection', reached: bad === 0, value: String(bad) },
    {
      aim: 'serve: each missing video is rendered once',
      reached: renders === EXPERIMENTS / 2,
      value: `${renders} renders of ${EXPERIMENTS / 2} missing videos`,
    },
    {
      aim: `serve: first bytes of a video never rendered within ${FIRST_BYTES_SECONDS} s`,
      reached: first.median <= FIRST_BYTES_SECONDS,
      value: `median ${digits(first.median)} s, ${digits(first.min)} to ${digits(first.max)}`,
    },
  ];
  return { data: run, text: [text], aims };
}

async function view(url: string, paths: readonly string[], amount: number): Promise<Load> {
  const requests = paths.map((path) => ({ method: 'GET' as const, path }));
  const result = await autocannon({ url, connections: VIEWERS, amount, requests, timeout: 60 });
  const statuses = Object.fromEntries(
    Object.entries(result.statusCodeStats ?? {}).map(([status, { count = 0 }]) => [status, count]),
  );
  const { p50, p99 } = result.latency;
  const failed = result['5xx'] + result.errors + result.timeouts;
  return { requests: result.requests.total, seconds: result.duration, statuses, failed, p50, p99 };
}

/** Waits until a video is there. */
async function made(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(url, { redirect: 'manual' });
    await answer.body?.cancel();
    if (answer.status === 302) return;
    if (answer.status !== 202 && answer.status !== 429) throw new Error(`${url} answers ${answer.status}`);
    await new Promise((done) => setTimeout(done, 200));
  }
}

/** Jobs that were done, once none is left: a video is there a moment before its job has ended. */
async function rendersOf(url: string): Promise<number> {
  for (;;) {
    const text = await (await fetch(`${url}/metrics`)).text();
    const counted = (line: RegExp) => Number(line.exec(text)?.[1] ?? Number.NaN);
    const left = ['waiting', 'running'].map((state) =>
      counted(new RegExp(`^framekiln_jobs\\{state="${state}"\\} (\\d+)$`, 'm')),
    );
    if (left.every((jobs) => jobs === 0)) return counted(/^framekiln_jobs_total\{state="done"\} (\d+)$/m);
    await new Promise((done) => setTimeout(done, 100));
  }
}

async function firstBytes(url: string, id: string): Promise<number> {
  const started = performance.now();
  const answer = await fetch(`${url}/api/experiments/${id}/stream.mp4`);
  const reader = answer.body?.getReader();
  await reader?.read();
  const seconds = (performance.now() - started) / 1000;
  while (reader && !(await reader.read()).done);
  return seconds;
}

interface Server {
  url: string;
  close(): Promise<void>;
}

/** `framekiln serve`, in a process of its own. */
async function startServer(tableName: string, bucket: string, threads: number): Promise<Server> {
  const root = dirname(fileURLToPath(import.meta.resolve('framekiln/package.json')));
  const stores = ['--table', tableName, '--bucket', bucket, '--threads', String(threads)];
  const args = [
    join(root, 'dist/src/cli/main.js'),
    'serve',
    '--port',
    '0',
    '--json',
    '--log-level',
    'error',
    ...stores,
  ];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line');
  return {
    url: (JSON.parse(line) as { url: string }).url,
    async close() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
