// SPDX-License-Identifier: Apache-2.0
// The verification of many experiments: whom it takes, what it adds up, and how it ends.
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type VerifyAllOptions,
  type VerifyOutcome,
  type VerifyProgress,
  verifyAll,
} from '../../src/backfill/verify-all.js';
import { type ErrorCode, FramekilnError } from '../../src/errors.js';
import { type ExperimentContext, openExperiments } from '../../src/experiment/context.js';
import type { verifyExperiment } from '../../src/experiment/verify.js';
import type { RenderContext } from '../../src/render/video.js';
import type { Evidence, Verdict } from '../../src/verify/evidence.js';
import { type TestStores, useBackfillStores } from '../support/backfill-stores.js';
import { record } from '../support/records.js';
import { expectNothingUnhandled, rejection } from '../support/unhandled.js';

const stores = await useBackfillStores();
expectNothingUnhandled();

const NEVER = new AbortController().signal;
const EVIDENCE: Evidence = {
  ...{ check: 'total_frames', recorded: 300, regenerated: 300, tolerance: 'exact' },
  ...{ result: 'equal', weight: 'support' },
};

type Verify = typeof verifyExperiment;

/** A verification whose verdict the record's id begins with, such as `proven_7`; `failing`: its code is the rest. */
const byName: Verify = async (_, { record: { id, timestamp } }, { onProgress }) => {
  onProgress?.({ framesDone: 5, frames: 10, framesPerSecond: 1, etaSeconds: 1 });
  onProgress?.({ framesDone: 2, frames: 10, framesPerSecond: 1, etaSeconds: 1 });
  const [kind = '', rest = ''] = id.split('-');
  if (kind === 'failing') throw new FramekilnError(rest as ErrorCode, `${id} failed`, { remedy: 'Do something.' });
  if (kind === 'bug') throw new TypeError('a bug');
  const base = { experimentId: id, timestamp, unchecked: [], seconds: 1 };
  if (kind === 'none') return { ...base, verdict: 'unverifiable', evidence: [], code: 'not_procedural', message: 'No' };
  return { ...base, verdict: kind as Verdict, evidence: [EVIDENCE] };
};

interface Ran {
  summary: Awaited<ReturnType<typeof verifyAll>>;
  outcomes: Record<string, VerifyOutcome>;
}

async function opened(...ids: string[]) {
  const here = await stores.open();
  await here.put(...ids.map((id) => record(id)));
  const context = contextOf(here);
  const run = async (options: VerifyAllOptions = {}, verify: Verify = byName, closing = NEVER): Promise<Ran> => {
    const outcomes: Ran['outcomes'] = {};
    const onOutcome = (outcome: VerifyOutcome) => {
      expect(Object.keys(outcomes)).not.toContain(outcome.experimentId);
      outcomes[outcome.experimentId] = outcome;
      options.onOutcome?.(outcome);
    };
    return { summary: await verifyAll(context, { ...options, onOutcome }, closing, verify), outcomes };
  };
  return { here, run };
}

function contextOf({ table, bucket }: TestStores): ExperimentContext {
  const render = { pool: { threads: 2, busySeconds: 0 } } as RenderContext;
  const context = openExperiments(render, { table, bucket, attempts: 1 });
  onTestFinished(() => context[Symbol.dispose]());
  return context;
}

const ids = (kind: string, count: number) => Array.from({ length: count }, (_, i) => `${kind}-${i}`);

describe('what comes of it', () => {
  test('verdicts and reasons are added up, and nothing is written', async () => {
    const failing = ['failing-STORE_FAILED', 'failing-INVALID_DOCUMENT', 'bug-1'];
    const all = [...ids('proven', 3), 'consistent-1', 'different-1', 'none-1', 'none-2', ...failing];
    const { here, run } = await opened(...all);
    const before = await here.everything();
    stores.forgetRequests();
    const { summary, outcomes } = await run();
    expect(summary).toEqual({
      experiments: 10,
      verdicts: { proven: 3, consistent: 1, different: 1, unverifiable: 5 },
      failed: 3,
      reasons: {
        'unverifiable not_procedural': 2,
        'failed STORE_FAILED': 1,
        'failed INVALID_DOCUMENT': 1,
        'failed UNEXPECTED': 1,
      },
      seconds: expect.any(Number),
      interrupted: false,
      dropped: 0,
    });
    expect(Object.keys(outcomes).sort()).toEqual(all.toSorted());
    expect(outcomes['proven-1']).toMatchObject({ verdict: 'proven', evidence: [EVIDENCE], timestamp: '1760000000' });
    expect(outcomes['none-1']).not.toHaveProperty('failed');
    expect(outcomes['failing-STORE_FAILED']).toEqual({
      ...{ experimentId: 'failing-STORE_FAILED', timestamp: '1760000000', verdict: 'unverifiable', failed: true },
      ...{ code: 'STORE_FAILED', message: 'failing-STORE_FAILED failed', remedy: 'Do something.' },
      ...{ evidence: [], unchecked: [], seconds: expect.any(Number) },
    });
    expect(outcomes['bug-1']?.message).toBe('TypeError: a bug');
    expect(JSON.parse(JSON.stringify(outcomes))).toEqual(outcomes);
    expect(await here.everything()).toEqual(before);
    expect(Object.keys({ ...stores.dynamoDb.requests, ...stores.s3.requests })).not.toContain('UpdateItem');
    expect(stores.s3.requests).not.toHaveProperty('CreateMultipartUpload');
  });

  test('options reach each verification', async () => {
    const { run } = await opened('proven-1', 'proven-2');
    const seen: unknown[] = [];
    await run({ source: 'schedule', resize: true }, async (context, chosen, { source, resize, signal, ...options }) => {
      seen.push([source, resize, signal?.aborted]);
      return byName(context, chosen, options);
    });
    expect(seen).toEqual([
      ['schedule', true, false],
      ['schedule', true, false],
    ]);
  });

  test('ids that are not there, or could not be, failed', async () => {
    const { run } = await opened('proven-1', 'proven-2');
    const { summary, outcomes } = await run({ ids: ['proven-1', 'unknown', '../up'] });
    expect(summary).toMatchObject({ experiments: 3, failed: 2, verdicts: { proven: 1, unverifiable: 2 } });
    expect(outcomes.unknown).toMatchObject({
      code: 'EXPERIMENT_NOT_FOUND',
      message: 'No item of the table has this id',
    });
    expect(outcomes.unknown).not.toHaveProperty('timestamp');
    expect(outcomes['../up']).toMatchObject({ code: 'INVALID_ID', message: expect.stringMatching(/^Expected /) });
  });

  test('a selection is honoured', async () => {
    const { here, run } = await opened(...ids('proven', 6));
    await here.put(record('different-1', { status: 'failed' }, '1770000000'));
    const taken = async (options: VerifyAllOptions) => (await run(options)).summary.verdicts;
    expect(await taken({})).toMatchObject({ proven: 6, different: 0 });
    expect(await taken({ status: 'any' })).toMatchObject({ proven: 6, different: 1 });
    expect(await taken({ status: 'any', since: 1765000000 })).toMatchObject({ proven: 0, different: 1 });
    expect(await taken({ limit: 2, segments: 1 })).toMatchObject({ proven: 2 });
    const shards = await Promise.all([0, 1, 2].map((index) => taken({ shard: { index, count: 3 } })));
    expect(shards.reduce((sum, { proven }) => sum + proven, 0)).toBe(6);
    expect(await rejection(run({ limit: 0 }))).toMatchObject({ code: 'INVALID_SETTING', setting: 'limit' });
    expect(await rejection(run({ segments: 0 }))).toMatchObject({ code: 'INVALID_SETTING', setting: 'segments' });
  });

  test('progress, in which frames never become fewer', async () => {
    const { run } = await opened(...ids('proven', 4), 'failing-STORE_FAILED');
    const seen: VerifyProgress[] = [];
    await run({ onProgress: (progress) => seen.push(progress) });
    expect(seen.at(-1)).toMatchObject({
      ...{ done: 5, total: 5, inFlight: 0, frames: 25, etaSeconds: 0 },
      verdicts: { proven: 4, unverifiable: 1 },
    });
  });
});

describe('its end', () => {
  test('a signal begins nothing new, and lets finish what is in flight', async () => {
    const { run } = await opened(...ids('proven', 40));
    const controller = new AbortController();
    const onOutcome = () => controller.abort(new Error('enough'));
    const { summary, outcomes } = await run({ signal: controller.signal, onOutcome, drainSeconds: Infinity });
    expect(summary).toMatchObject({ interrupted: true, dropped: 0, failed: 0 });
    expect(summary.experiments).toBe(Object.keys(outcomes).length);
    expect(summary.experiments).toBeLessThan(40);
  });

  test('what does not finish in time is dropped, and neither failed nor unverifiable', async () => {
    const { run } = await opened(...ids('proven', 3));
    const controller = new AbortController();
    const endless: Verify = (_, __, { signal }) =>
      new Promise((___, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
        controller.abort(new Error('enough'));
      });
    const { summary, outcomes } = await run({ signal: controller.signal, drainSeconds: 0.2 }, endless);
    expect(summary).toMatchObject({ interrupted: true, experiments: 0, failed: 0, reasons: {} });
    expect(summary.dropped).toBeGreaterThanOrEqual(1);
    expect(outcomes).toEqual({});
  });

  test('an outage of the stores', async () => {
    const { run } = await opened(...ids('proven', 90));
    let count = 0;
    const error = await rejection(
      run({}, async () => {
        count++;
        throw new FramekilnError('STORE_UNREACHABLE', 'no answer');
      }),
    );
    expect(error).toMatchObject({
      ...{ name: 'FramekilnError', code: 'STORE_UNREACHABLE', remedy: expect.not.stringContaining('--retry-failed') },
      message: '50 experiments in a row failed at the stores; the last: no answer',
    });
    expect(count).toBeLessThan(90);
  });

  test('store failures now and then are none', async () => {
    const { run } = await opened(...ids('proven', 90));
    let count = 0;
    const { summary } = await run({ segments: 1 }, async (...call) => {
      if (++count % 30 !== 0) throw new FramekilnError('STORE_FAILED', 'no answer');
      return byName(...call);
    });
    expect(summary).toMatchObject({ experiments: 90, failed: 87, verdicts: { proven: 3 } });
  });

  test.each<ErrorCode>(['NO_CREDENTIALS', 'BUCKET_NOT_FOUND', 'CLOSED'])(
    '%s, which all others would meet',
    async (code) => {
      const { run } = await opened(...ids('proven', 30), `failing-${code}`);
      expect(await rejection(run())).toMatchObject({ name: 'FramekilnError', code });
    },
  );

  test('stores that are not there, before any work', async () => {
    const here = await stores.open();
    const context = contextOf({ ...here, table: 'elsewhere' });
    const error = await rejection(verifyAll(context, {}, NEVER, () => expect.fail('worked')));
    expect(error).toMatchObject({ code: 'TABLE_NOT_FOUND' });
  });

  test('the end of the kiln, and an error of whoever listens', async () => {
    const { run } = await opened(...ids('proven', 5));
    const closed = new FramekilnError('CLOSED', 'The kiln was closed');
    expect(await rejection(run({}, byName, AbortSignal.abort(closed)))).toBe(closed);
    const error = new TypeError('of the listener');
    const fail = () => {
      throw error;
    };
    expect(await rejection(run({ onOutcome: fail }))).toBe(error);
    expect(await rejection(run({ onProgress: fail }))).toBe(error);
  });
});
