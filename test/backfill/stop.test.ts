// SPDX-License-Identifier: Apache-2.0
// A backfill that ends before its time: by its signal, with its kiln, or by an error of whoever listens.
import { type BackfillProgress, createKiln } from 'framekiln';
import { describe, expect, onTestFinished, test } from 'vitest';
import { useBackfillStores } from '../support/backfill-stores.js';
import { ENDLESS } from '../support/documents.js';
import { backfill } from '../support/outcomes.js';
import { expectRecorded, type Item, record, smallDocument } from '../support/records.js';
import { setEnvironment } from '../support/stores.js';
import { expectNothingUnhandled, rejection } from '../support/unhandled.js';

const stores = await useBackfillStores();
expectNothingUnhandled();

/** Many short videos, or a few that never end. */
async function opened(kind: 'short' | 'endless') {
  const here = await stores.open();
  const count = kind === 'short' ? 30 : 5;
  const items: Item[] = Array.from({ length: count }, (_, i) => {
    const parameters = kind === 'short' ? smallDocument(i, { frames: 2 }) : { ...ENDLESS, duration: 3000 + i };
    return record(`exp_${i}`, { parameters });
  });
  await here.put(...items);
  return { here, items, kiln: here.kiln() };
}

/** A signal, and what aborts it once something is being rendered. */
function whenRendering() {
  const controller = new AbortController();
  const reason = new Error('enough');
  const onProgress = ({ frames }: { frames: number }) => {
    if (frames > 0) controller.abort(reason);
  };
  return { signal: controller.signal, onProgress, reason };
}

describe('a signal', () => {
  test('begins nothing new, and lets finish what is in flight', async () => {
    const { here, items, kiln } = await opened('short');
    const controller = new AbortController();
    const onOutcome = () => controller.abort(new Error('enough'));
    const first = await backfill(kiln, { onOutcome, signal: controller.signal, drainSeconds: Infinity });
    expect(first.summary).toMatchObject({ interrupted: true, dropped: 0 });
    expect(first.summary.experiments).toBeLessThan(items.length);
    const done = Object.keys(first.names);
    expect(Object.keys(await here.objects()).sort()).toEqual(done.map((id) => `reconstructed/${id}.mp4`).sort());
    const after = await here.items();
    for (const item of items) {
      const id = item.experiment_id?.S ?? '';
      const { fingerprint = '', framesDigest = '' } = first.outcomes[id] ?? {};
      if (done.includes(id)) expectRecorded(item, after[`${id} 1760000000`], { fingerprint, digest: framesDigest });
      else expect(after[`${id} 1760000000`]).toEqual(item);
    }
    const second = await backfill(kiln);
    expect(second.summary).toMatchObject({ interrupted: false, experiments: items.length });
    expect(second.summary.outcomes).toMatchObject({ current: done.length, regenerated: items.length - done.length });
  });

  test('drops what is in flight when its time is over', async () => {
    const { here, items, kiln } = await opened('endless');
    const before = await here.everything();
    for (const drainSeconds of [0, 0.1]) {
      const { signal, onProgress } = whenRendering();
      const { summary, names } = await backfill(kiln, { signal, onProgress, drainSeconds });
      expect(summary).toMatchObject({ interrupted: true, experiments: 0, dropped: items.length, frames: 0 });
      expect(names).toEqual({});
    }
    expect(await here.everything()).toEqual(before);
    await expect(kiln.render(smallDocument(1))).resolves.toBeTruthy();
  });

  test('before it begins, or while it looks at the stores: nothing is done', async () => {
    const { here, kiln } = await opened('short');
    const before = await here.everything();
    stores.forgetRequests();
    const { summary } = await backfill(kiln, { signal: AbortSignal.abort(new Error('never')) });
    expect(summary).toMatchObject({ interrupted: true, experiments: 0, dropped: 0 });
    const controller = new AbortController();
    const looking = backfill(kiln, { signal: controller.signal });
    controller.abort(new Error('at once'));
    expect((await looking).summary).toMatchObject({ interrupted: true, experiments: 0 });
    expect(stores.dynamoDb.requests).not.toHaveProperty('Scan');
    expect(await here.everything()).toEqual(before);
  });

  test('while a dry run measures: no estimate', async () => {
    const { kiln } = await opened('endless');
    const controller = new AbortController();
    let outcomes = 0;
    const onOutcome = () => {
      // The last one; what comes then is the measurement.
      if (++outcomes === 5) setTimeout(() => controller.abort(new Error('enough')), 5);
    };
    const { summary } = await backfill(kiln, { dryRun: true, onOutcome, signal: controller.signal });
    expect(summary).toMatchObject({ interrupted: true, experiments: 5 });
    expect(summary).not.toHaveProperty('estimate');
  });
});

describe('the end of the kiln', () => {
  const CLOSED = expect.objectContaining({ name: 'FramekilnError', code: 'CLOSED' });

  test('in the middle: the run fails, and leaves nothing half done', async () => {
    const { here, kiln } = await opened('endless');
    const before = await here.everything();
    let disposed: PromiseLike<void> | undefined;
    const onProgress = ({ frames }: { frames: number }) => {
      if (frames > 0) disposed ??= kiln[Symbol.asyncDispose]();
    };
    expect(await rejection(kiln.backfill({ onProgress }))).toEqual(CLOSED);
    await disposed;
    expect(await here.everything()).toEqual(before);
    expect(await rejection(kiln.backfill())).toEqual(CLOSED);
  });

  test('while it waits for stores that do not answer', async () => {
    onTestFinished(setEnvironment({ AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9' }));
    const { table, bucket } = await stores.open();
    const kiln = createKiln({ threads: 1, table, bucket });
    const running = rejection(kiln.backfill());
    await new Promise((resolve) => setTimeout(resolve, 100));
    await kiln[Symbol.asyncDispose]();
    expect(await running).toEqual(CLOSED);
  });

  test('at any moment of a run', async () => {
    const { here, items } = await opened('short');
    for (let round = 0; round < 6; round++) {
      const kiln = here.kiln();
      const running = kiln.backfill().catch((reason) => reason);
      await new Promise((resolve) => setTimeout(resolve, round * 20));
      await kiln[Symbol.asyncDispose]();
      const ended = await running;
      if (!('experiments' in ended)) expect(ended).toEqual(CLOSED);
    }
    const { summary } = await backfill(here.kiln());
    expect(summary.outcomes.failed).toBe(0);
    expect(Object.keys(await here.objects())).toHaveLength(items.length);
    expect((await backfill(here.kiln())).summary.outcomes.current).toBe(items.length);
  });
});

describe('an error of a listener ends the run with that error', () => {
  const error = new TypeError('of the listener');
  const fail = () => {
    throw error;
  };

  test('onOutcome', async () => {
    const { here, items, kiln } = await opened('short');
    expect(await rejection(kiln.backfill({ onOutcome: fail }))).toBe(error);
    const { summary } = await backfill(kiln);
    expect(summary).toMatchObject({ experiments: items.length, interrupted: false });
    expect(Object.keys(await here.objects())).toHaveLength(items.length);
  });

  test('onProgress, in the middle', async () => {
    const { here, kiln } = await opened('endless');
    const before = await here.everything();
    const onProgress = ({ inFlight }: { inFlight: number }) => (inFlight > 0 ? fail() : undefined);
    expect(await rejection(kiln.backfill({ onProgress }))).toBe(error);
    expect(await here.everything()).toEqual(before);
  });

  test('onProgress, of a run that is over before it is called a second time', async () => {
    const here = await stores.open();
    expect(await rejection(here.kiln().backfill({ onProgress: fail }))).toBe(error);
  });
});

test('progress', async () => {
  const { items, kiln } = await opened('short');
  const seen: BackfillProgress[] = [];
  await kiln.backfill({ onProgress: (progress) => seen.push(progress) });
  const last = seen.at(-1);
  expect(last).toMatchObject({
    done: items.length,
    total: items.length,
    inFlight: 0,
    frames: items.length * 2,
    etaSeconds: 0,
  });
  expect(last?.outcomes.regenerated).toBe(items.length);
  for (const [i, { done, frames }] of seen.entries()) {
    expect(done).toBeGreaterThanOrEqual(seen[i - 1]?.done ?? 0);
    expect(frames).toBeGreaterThanOrEqual(seen[i - 1]?.frames ?? 0);
  }
});
