// SPDX-License-Identifier: Apache-2.0
// kill -9 at random moments of a backfill, alone and beside another: whatever is there is whole at any time, and in the
// end everything is.
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { BackfillSummary } from '../../src/backfill/summary.js';
import { type Chaos, openChaos } from '../support/chaos.js';
import { temporaryFolder } from '../support/folder.js';
import type { Ended, Started } from '../support/process.js';

const SEED = Number(process.env.FRAMEKILN_CHAOS_SEED ?? Math.floor(Math.random() * 1e9));
const KILLS = process.env.FRAMEKILN_SLOW_TESTS ? 80 : 8;
const TIMEOUT_MS = KILLS * 30_000;
/** How many requests of a kind a backfill may make before it is killed at the next one. */
const MOMENTS = { HeadObject: 60, GetObject: 12, PutObject: 8, CopyObject: 3, UpdateItem: 8 };
/** Each video is looked at and recorded, and then again. */
const VERIFY_MOMENTS = { HeadObject: 100, UpdateItem: 70 };

const folder = temporaryFolder();

/** Calls back as the n-th request of a kind arrives, which the stores then still carry out. */
class Trap {
  #operation = '';
  #left = 0;
  #spring: (() => void) | undefined;

  /** As an option of the proxies. */
  readonly watch = (operation: string): boolean => {
    if (operation === this.#operation && --this.#left === 0) this.#spring?.();
    return true;
  };

  set(operation: string, count: number, spring: () => void): void {
    this.#operation = operation;
    this.#left = count;
    this.#spring = spring;
  }
}

async function openTrapped(name: string): Promise<{ chaos: Chaos; trap: Trap }> {
  const trap = new Trap();
  // Some time between requests, or there would be hardly a moment between two of them.
  const faults = { rate: 1, kinds: ['delay'] as const, delay: 40, only: trap.watch };
  return { chaos: await openChaos(join(folder, name), () => faults), trap };
}

/** Kills one of these at a random moment, unless that one ends before. */
async function killOne(
  trap: Trap,
  random: (below: number) => number,
  running: readonly Started[],
  { moments = MOMENTS as Record<string, number>, code: ends = 0 } = {},
): Promise<Started> {
  const kinds = Object.entries(moments);
  const [operation, most] = kinds[random(kinds.length)] as [string, number];
  const count = 1 + random(most);
  const victim = running[random(running.length)] as Started;
  const milliseconds = random(20);
  trap.set(operation, count, () => void wait(milliseconds).then(() => victim.child.kill('SIGKILL')));
  const { code, stderr } = await victim.ended;
  expect([code, stderr], `killed at ${operation} ${count} + ${milliseconds} ms`).toSatisfy(
    ([how]) => how === null || how === ends,
  );
  return victim;
}

async function expectNothingLeftToDo(chaos: Chaos, args: readonly string[] = [], ends = 0): Promise<void> {
  for (const proxy of [chaos.proxies.s3, chaos.proxies.dynamoDb]) proxy.reset();
  const { code, outcomes } = summaryOf(await chaos.backfill(...args).ended);
  expect([code, outcomes]).toMatchObject([ends, { current: 38, regenerated: 0, copied: 0, relinked: 0, failed: 0 }]);
  expect(chaos.proxies.s3.requests).not.toHaveProperty('PutObject');
  // The one that shows that updates are allowed.
  expect(chaos.proxies.dynamoDb.requests.UpdateItem).toBe(1);
}

function summaryOf({ code, stdout, stderr }: Ended) {
  expect(stdout.length, stderr).toBeGreaterThan(0);
  return { code, outcomes: (JSON.parse(stdout.toString()) as BackfillSummary).outcomes };
}

test(`one backfill, killed again and again (FRAMEKILN_CHAOS_SEED=${SEED})`, { timeout: TIMEOUT_MS }, async () => {
  const { chaos, trap } = await openTrapped('one');
  const random = generator(SEED);
  let force: string[] = [];
  for (let killed = 0; killed < KILLS; ) {
    const run = await killOne(trap, random, [chaos.backfill('--threads', '1', ...force)]);
    if (run.child.signalCode === 'SIGKILL') killed++;
    // Done before its moment came: from here on there are videos to write over.
    else force = ['--force'];
    await chaos.expectSound();
  }
  expect(summaryOf(await chaos.backfill(...force).ended)).toMatchObject({ code: 0 });
  await chaos.expectFinished();
  await expectNothingLeftToDo(chaos);
});

test(`two beside each other, killed in turns (FRAMEKILN_CHAOS_SEED=${SEED})`, { timeout: TIMEOUT_MS }, async () => {
  const { chaos, trap } = await openTrapped('two');
  const random = generator(SEED + 1);
  let force: string[] = [];
  const launch = () => chaos.backfill('--threads', '1', ...force);
  const running = [launch(), launch()];
  for (let killed = 0; killed < KILLS / 2; ) {
    const victim = await killOne(trap, random, running);
    if (victim.child.signalCode === 'SIGKILL') killed++;
    else force = ['--force'];
    running.splice(running.indexOf(victim), 1, launch());
    await chaos.expectSound();
  }
  for (const { ended } of running) expect(summaryOf(await ended)).toMatchObject({ code: 0, outcomes: { failed: 0 } });
  await chaos.expectFinished();
});

test(`one that verifies (FRAMEKILN_CHAOS_SEED=${SEED})`, { timeout: TIMEOUT_MS }, async () => {
  const { chaos, trap } = await openTrapped('verify');
  const random = generator(SEED + 2);
  let force: string[] = [];
  const launch = () => chaos.backfill('--threads', '1', '--verify', ...force);
  // One of the videos is not what is on its record.
  const how = { moments: VERIFY_MOMENTS, code: 1 };
  for (let killed = 0; killed < KILLS / 3; ) {
    const run = await killOne(trap, random, [launch()], how);
    if (run.child.signalCode === 'SIGKILL') killed++;
    else force = ['--force'];
    await chaos.expectSound();
  }
  expect(summaryOf(await launch().ended)).toMatchObject({ code: 1, outcomes: { failed: 0 } });
  await chaos.expectFinished('verified');
  await expectNothingLeftToDo(chaos, ['--verify'], 1);
});

/** Integers from 0 to below a bound: the same for the same seed. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
}
