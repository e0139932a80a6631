// SPDX-License-Identifier: Apache-2.0
// The line of jobs: one for equal requests, so many at once, and an end to waiting. Work here is what a test lets go.
import { expect, test } from 'vitest';
import type { Experiments } from '../../src/backfill/experiments.js';
import { FramekilnError } from '../../src/errors.js';
import type { MakeOptions } from '../../src/experiment/on-demand.js';
import type { Outcome } from '../../src/experiment/outcome.js';
import { JobBoard } from '../../src/http/jobs/board.js';
import type { Job } from '../../src/http/jobs/job.js';

const FACTS = { frames: 30, width: 32, height: 24, rate: '10/1', source: 'parameters' };
const DONE: Outcome = { experimentId: 'x', outcome: 'regenerated', seconds: {} };

interface Call {
  id: string;
  options: MakeOptions;
  finish(outcome?: Outcome): void;
  fail(error: unknown): void;
}

/** A board over experiments-double: each make() is prepared at once and ends when the test says so. */
function boardOf(running: number, waiting: number, prepare: (id: string) => void = () => undefined) {
  const calls: Call[] = [];
  const changes: string[] = [];
  const failures: [error: unknown, id: string][] = [];
  const double = {
    liveVideo: () => undefined,
    async make(id: string, _variant: string, options: MakeOptions) {
      prepare(id);
      await options.onPrepared?.(FACTS);
      return new Promise<Outcome>((finish, fail) => {
        options.signal?.addEventListener('abort', () => fail(options.signal?.reason));
        calls.push({ id, options, finish: (outcome = DONE) => finish(outcome), fail });
      });
    },
  };
  const board = new JobBoard(async () => double as unknown as Experiments, {
    running,
    waiting,
    onChange: (state, { id }) => changes.push(`${id} ${state}`),
    onFailure: (error, { id }) => failures.push([error, id]),
  });
  return { board, calls, changes, failures };
}

const turn = () => new Promise((done) => setTimeout(done, 5));

test('a hundred equal requests are one job', async () => {
  const { board, calls } = boardOf(2, 10);
  const jobs = await Promise.all(Array.from({ length: 100 }, () => board.makeVideo('a', 'video')));
  expect(new Set(jobs).size).toBe(1);
  await turn();
  expect(calls.map(({ id }) => id)).toEqual(['a']);
  expect(jobs[0]?.view()).toMatchObject({ id: 'a', state: 'running', frames: 30, framesDone: 0 });
  calls[0]?.options.onProgress?.({ framesDone: 12, frames: 30, framesPerSecond: 6, etaSeconds: 3 });
  expect(board.view('a')).toMatchObject({ framesDone: 12, framesPerSecond: 6, etaSeconds: 3 });
  calls[0]?.finish();
  await jobs[0]?.ended;
  expect(board.view('a')).toMatchObject({ state: 'done', outcome: 'regenerated', streamable: false });
  expect(board.find('a')).toBeUndefined();
  expect(board.alive).toBe(0);
});

test('variants are jobs of their own', async () => {
  const { board } = boardOf(2, 10);
  const jobs = await Promise.all([board.makeVideo('a', 'video'), board.makeVideo('a', 'exact')]);
  expect(jobs.map((job) => job.target.id)).toEqual(['a', 'a~exact']);
});

test('so many run, the others wait in order, and say how many come before', async () => {
  const { board, calls } = boardOf(1, 10);
  const jobs: Job[] = [];
  for (const id of ['a', 'b', 'c', 'd']) jobs.push(await board.makeVideo(id, 'video'));
  await turn();
  const states = () => jobs.map((job) => `${job.view().state} ${job.view().ahead ?? '-'}`);
  expect(states()).toEqual(['running -', 'waiting 0', 'waiting 1', 'waiting 2']);
  calls[0]?.finish();
  await turn();
  expect(states()).toEqual(['done -', 'running -', 'waiting 0', 'waiting 1']);
  calls[1]?.fail(new FramekilnError('RENDER_FAILED', 'no'));
  await turn();
  expect(states()).toEqual(['failed -', 'failed -', 'running -', 'waiting 0'].with(0, 'done -'));
});

test('what cannot be made is known at once, however long the line is', async () => {
  const { board } = boardOf(1, 10, (id) => {
    if (id === 'gone') throw new FramekilnError('EXPERIMENT_NOT_FOUND', 'There is no experiment gone');
  });
  await board.makeVideo('a', 'video');
  await board.makeVideo('b', 'video');
  const job = await board.makeVideo('gone', 'video');
  await job.prepared;
  expect(job.view()).toMatchObject({ state: 'failed', error: { code: 'EXPERIMENT_NOT_FOUND' } });
  expect(job.refusal?.status).toBe(404);
  // The next request gets the same answer, for a moment.
  expect(board.find('gone')).toBe(job);
});

test('an experiment that is not regenerable fails with the code and what was tried', async () => {
  const { board, calls } = boardOf(1, 10);
  const job = await board.makeVideo('a', 'video');
  await turn();
  const tried = ['parameters: not on the record'];
  calls[0]?.finish({ ...DONE, outcome: 'not_regenerable', code: 'no_parameters', message: 'nowhere', tried });
  await job.ended;
  expect(job.refusal).toMatchObject({ status: 409, error: { code: 'no_parameters', message: 'nowhere', tried } });
});

test('of what nobody foresaw the server is told, and no request', async () => {
  const { board, calls, failures } = boardOf(1, 10);
  const job = await board.makeVideo('a', 'video');
  await turn();
  const error = new TypeError('secret');
  calls[0]?.fail(error);
  await job.ended;
  expect(failures).toEqual([[error, 'a']]);
  expect(job.view().error).toMatchObject({ code: 'UNEXPECTED', message: expect.not.stringContaining('secret') });
});

test('a full line refuses, and says when to ask again', async () => {
  const { board, changes } = boardOf(1, 1);
  await board.makeVideo('a', 'video');
  await board.makeVideo('b', 'video');
  await expect(board.makeVideo('c', 'video')).rejects.toMatchObject({ status: 429, error: { code: 'BUSY' } });
  // Who asks for what is under way is let in.
  expect((await board.makeVideo('a', 'video')).target.id).toBe('a');
  expect(changes).toContain('c refused');
});

test('everybody who watches sees it end', async () => {
  const { board, calls } = boardOf(1, 10);
  const job = await board.makeVideo('a', 'video');
  const watch = async () => {
    const seen: string[] = [];
    for await (const view of job.views(new AbortController().signal)) seen.push(view.state);
    return seen;
  };
  const watchers = [watch(), watch(), watch()];
  await turn();
  calls[0]?.finish();
  for (const seen of await Promise.all(watchers)) expect(seen.at(-1)).toBe('done');
  expect(await watch()).toEqual(['done']);
  const gone = new AbortController();
  gone.abort();
  for await (const _ of job.views(gone.signal)) expect.fail('an event for somebody who is gone');
});

test('closing stops those that run and those that wait, and lets nobody in', async () => {
  const { board } = boardOf(1, 10);
  const jobs = [await board.makeVideo('a', 'video'), await board.makeVideo('b', 'video')];
  await turn();
  await board.close();
  expect(jobs.map((job) => job.view().error?.code)).toEqual(['CLOSED', 'CLOSED']);
  await expect(board.makeVideo('c', 'video')).rejects.toMatchObject({ code: 'CLOSED' });
  expect(board.waiting).toBe(0);
});
