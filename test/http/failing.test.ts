// SPDX-License-Identifier: Apache-2.0
// A job that fails while it is watched: the log says why, the stream breaks off, and nothing else is written anywhere.
import { Writable } from 'node:stream';
import { type App, createApp } from 'framekiln/http';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createLog } from '../../dist/src/http/middleware/log.js';
import { startServer } from '../../dist/src/http/server.js';
import { useBackfillStores } from '../support/backfill-stores.js';
import { record, smallDocument } from '../support/records.js';
import { expectNothingUnhandled } from '../support/unhandled.js';

expectNothingUnhandled();
const stores = await useBackfillStores();

async function watched() {
  const here = await stores.open();
  await here.put(record('one', { parameters: smallDocument(1, { width: 640, height: 360, frames: 600 }) }));
  const kiln = here.kiln({ threads: 1 });
  const lines: Record<string, unknown>[] = [];
  const stream = new Writable({
    write(line, _, done) {
      lines.push(JSON.parse(String(line)));
      done();
    },
  });
  const app: App = createApp({ kiln, log: createLog({ stream }) });
  onTestFinished(() => app.close());
  const server = await startServer(app, { port: 0 });
  onTestFinished(() => server.close(0));
  const answer = await fetch(`${server.url}/api/experiments/one/stream.mp4`);
  expect(answer.status).toBe(200);
  return { here, kiln, app, lines, answer };
}

test('the kiln is closed while a video is made', async () => {
  const spies = (['error', 'info', 'log', 'warn'] as const).map((name) => vi.spyOn(console, name));
  onTestFinished(() => spies.forEach((spy) => void spy.mockRestore()));
  const { kiln, lines, answer, app } = await watched();
  await kiln[Symbol.asyncDispose]();
  await expect(answer.arrayBuffer()).rejects.toThrow();
  await app.close();
  await vi.waitFor(() => expect(lines.filter(({ msg }) => msg === 'request')).toHaveLength(1));
  expect(lines.find(({ msg }) => msg === 'job')).toMatchObject({ job: 'one', code: 'CLOSED' });
  expect(lines.find(({ msg }) => msg === 'request')).toMatchObject({ status: 200, aborted: true });
  expect(spies.flatMap(({ mock }) => mock.calls)).toEqual([]);
});
