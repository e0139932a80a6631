// SPDX-License-Identifier: Apache-2.0
// Networks and services that fail: one request in ten, or all of them for a while.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, type TestContext, test } from 'vitest';
import type { BackfillSummary } from '../../src/backfill/summary.js';
import { type Chaos, openChaos } from '../support/chaos.js';
import { FAULTS, type FaultProxyOptions } from '../support/fault-proxy.js';
import { temporaryFolder } from '../support/folder.js';
import type { Ended } from '../support/process.js';

const folder = temporaryFolder();
let opened = 0;

const open = (faults: FaultProxyOptions): Promise<Chaos> => openChaos(join(folder, `${++opened}`), () => faults);

const proxiesOf = ({ proxies }: Chaos) => [proxies.s3, proxies.dynamoDb];

function setFaults(chaos: Chaos, enabled: boolean): void {
  for (const proxy of proxiesOf(chaos)) proxy.enabled = enabled;
}

const outcomesOf = ({ stdout }: Ended) => (JSON.parse(stdout.toString()) as BackfillSummary).outcomes;

const SLOW = Boolean(process.env.FRAMEKILN_SLOW_TESTS);

describe('one request in ten fails', () => {
  const seeds = Array.from({ length: SLOW ? 30 : 3 }, (_, i) => i + 1);
  const seen = new Set<string>();

  test.each(seeds)('in every way (seed %i)', async (seed) => {
    const chaos = await open({ seed, delay: 100 });
    const ended = await chaos.backfill().ended;
    expect(ended).toMatchObject({ code: 0 });
    expect(outcomesOf(ended)).toMatchObject({ regenerated: 32, copied: 6, failed: 0 });
    setFaults(chaos, false);
    await chaos.expectFinished();
    for (const { injected } of proxiesOf(chaos)) for (const kind of FAULTS) if (injected[kind]) seen.add(kind);
  });

  test('every way did occur', () => {
    expect([...seen].sort()).toEqual([...FAULTS].sort());
  });
});

test('answers get lost: what was done already is not taken for the work of others', async () => {
  const only = (operation: string) => ['PutObject', 'CopyObject', 'UpdateItem'].includes(operation);
  const chaos = await open({ rate: 0.3, kinds: ['lostAnswer'], only });
  const ended = await chaos.backfill().ended;
  expect(ended).toMatchObject({ code: 0 });
  expect(outcomesOf(ended)).toMatchObject({ regenerated: 32, copied: 6 });
  setFaults(chaos, false);
  await chaos.expectFinished();
});

test('nothing answers for three seconds', async () => {
  const chaos = await open({ rate: 1, kinds: ['error', 'reset'] });
  const ended = await outage(chaos, 3000);
  expect(ended).toMatchObject({ code: 0 });
  expect(outcomesOf(ended)).toMatchObject({ failed: 0 });
  await chaos.expectFinished();
});

describe('outages that outlast the retries', () => {
  test('what failed is reported, and done when it is asked for again', { timeout: 300_000 }, async (context) => {
    slow(context);
    const chaos = await open({ rate: 1, kinds: ['error', 'reset'] });
    const report = join(folder, 'report.jsonl');
    const ended = await outage(chaos, Infinity, '--report', report);
    expect(ended.code).toBe(1);
    const { failed } = outcomesOf(ended);
    expect(failed).toBeGreaterThan(0);
    const lines = readFileSync(report, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.filter(({ outcome }) => outcome === 'failed')).toHaveLength(failed);
    await chaos.expectSound();
    setFaults(chaos, false);
    const again = await chaos.backfill('--retry-failed', report).ended;
    expect(again).toMatchObject({ code: 0 });
    expect(JSON.parse(again.stdout.toString()).experiments).toBe(failed);
    await chaos.expectFinished();
  });

  test('twenty seconds', { timeout: 300_000 }, async (context) => {
    slow(context);
    const chaos = await open({ rate: 1, kinds: ['error', 'reset'] });
    const report = join(folder, 'twenty.jsonl');
    const ended = await outage(chaos, 20_000, '--report', report);
    expect(ended.code).toBe(outcomesOf(ended).failed > 0 ? 1 : 0);
    await chaos.expectSound();
    if (ended.code === 1) expect(await chaos.backfill('--retry-failed', report).ended).toMatchObject({ code: 0 });
    await chaos.expectFinished();
  });
});

function slow(context: TestContext): void {
  if (!SLOW) context.skip('takes a minute; FRAMEKILN_SLOW_TESTS=1 runs it');
}

/** A backfill in the midst of which everything fails for a while. */
async function outage(chaos: Chaos, milliseconds: number, ...args: string[]): Promise<Ended> {
  setFaults(chaos, false);
  const { ended } = chaos.backfill(...args);
  await expect
    .poll(() => chaos.proxies.s3.requests.PutObject ?? 0, { timeout: 30_000, interval: 1 })
    .toBeGreaterThan(5);
  setFaults(chaos, true);
  if (milliseconds !== Infinity) {
    await wait(milliseconds);
    setFaults(chaos, false);
  }
  return ended;
}
