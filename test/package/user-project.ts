// SPDX-License-Identifier: Apache-2.0
// What a user of the package writes.
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

export const DOCUMENT = { version: '1.0', schedule: 'default', resolution: [64, 36], fps: 30, duration: 0.2 };

export const SCRIPT = `import { createKiln } from 'framekiln';
const kiln = createKiln();
const { video, report } = await kiln.render(${JSON.stringify(DOCUMENT)});
await kiln[Symbol.asyncDispose]();
const isBytes = video instanceof Uint8Array;
console.log(JSON.stringify({ isBytes, type: Buffer.from(video).toString('latin1', 4, 8), frames: report.frames }));
`;

export const BACKFILL = `import { createKiln } from 'framekiln';
import { loadExperiments, seed, startStores, useStores } from 'framekiln/demo';
const stores = await startStores('stores');
await seed(stores, loadExperiments(5, { width: 64, height: 36, fps: 30, frames: 6 }));
useStores(stores);
const kiln = createKiln({ table: stores.table, bucket: stores.bucket });
const { outcomes } = await kiln.backfill();
const { url } = await kiln.link('load_exp_000000');
const { status } = await fetch(url);
await kiln[Symbol.asyncDispose]();
await stores.close();
console.log(JSON.stringify({ regenerated: outcomes.regenerated, status }));
`;

/** What the pages load, as a browser finds it: the tags, then the modules that modules import. */
export const DASHBOARD = `import { createKiln } from 'framekiln';
import { loadExperiments, seed, startStores, useStores } from 'framekiln/demo';
import { createApp } from 'framekiln/http';
const stores = await startStores('stores');
await seed(stores, loadExperiments(5, { width: 64, height: 36, fps: 30, frames: 6 }));
useStores(stores);
const kiln = createKiln({ table: stores.table, bucket: stores.bucket });
const app = createApp({ kiln, token: 'correct-horse-battery-staple' });
const headers = { authorization: 'Bearer correct-horse-battery-staple' };
const assets = new Map();
async function load(path) {
  if (assets.has(path)) return;
  const answer = await app.request(path);
  assets.set(path, answer.status + ' ' + answer.headers.get('content-type'));
  const text = await answer.text();
  for (const [, name] of path.endsWith('.js') ? text.matchAll(/\\b(?:from|import)[ (]*'(.+?)'/g) : [])
    await load(new URL(name, 'http://here' + path).pathname);
}
const pages = {};
for (const path of ['/', '/login', '/experiments/load_exp_000000', '/compare?a=load_exp_000000&b=load_exp_000001']) {
  const answer = await app.request(path, { headers });
  pages[path] = answer.status;
  for (const [, name] of (await answer.text()).matchAll(/(?:src|href)="(\\/assets\\/.+?)"/g)) await load(name);
}
await app.close();
await kiln[Symbol.asyncDispose]();
await stores.close();
console.log(JSON.stringify({ pages, assets: Object.fromEntries(assets) }));
`;

/** What it has opened by then; files are read to import them. */
export const LAMBDA = `const { handler, worker, ...rest } = await import('framekiln/lambda');
const opened = process.getActiveResourcesInfo().filter((name) => /TCP|TLS|UDP|Timeout|Immediate|Port|Process/.test(name));
console.log(JSON.stringify({ handler: typeof handler, worker: typeof worker, rest: Object.keys(rest), opened }));
`;

export const TYPES = `import { createServer } from 'node:http';
import * as framekiln from 'framekiln';
import type { ExperimentDetails, ExperimentPage, Experiments, Kiln, ListQuery, Located } from 'framekiln';
import type { FramekilnError, Obstacle, Outcome, Quality, Variant, VerifySummary } from 'framekiln';
import { type ApiError, type App, type AppOptions, createApp, type Dispatch, type JobView } from 'framekiln/http';
import { type BatchResult, type HttpResult, handler, type SqsEvent, worker } from 'framekiln/lambda';
const kiln: Kiln = framekiln.createKiln({ table: 'experiments', bucket: 'my-bucket' });
const dispatch: Dispatch = async ({ experiment, variant }) => console.log(experiment, variant satisfies Variant);
const options: AppOptions = { kiln, token: undefined, jobs: { waiting: 3 }, jobsPerMinute: 5, dispatch };
const app: App = createApp(options);
const answer: Response = await app.request('/healthz');
const other: Response = await app.fetch(new Request('http://localhost/'));
const experiments: Experiments = await kiln.experiments();
const query: ListQuery = { sort: 'psnrDb', limit: 5 };
const page: ExperimentPage = await experiments.list(query);
const details: ExperimentDetails = await experiments.describe('one');
const located: Located = await experiments.locate('one', 'exact');
const outcome: Outcome = await experiments.make('one', 'video');
const quality: Quality | undefined = await experiments.findQuality('one', 'original');
const summary: VerifySummary = await kiln.verifyAll();
const calls = { handler, worker, createServer };
export type Others = [ApiError, JobView, BatchResult, HttpResult, SqsEvent, FramekilnError, Obstacle];
`;

export const COMPILER = {
  ...{ target: 'es2022', lib: ['es2022', 'esnext.disposable'], module: 'nodenext', types: ['node'] },
  ...{ typeRoots: [join(ROOT, 'node_modules/@types')], strict: true, exactOptionalPropertyTypes: true },
  ...{ skipLibCheck: false, noEmit: true },
};
