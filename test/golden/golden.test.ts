// SPDX-License-Identifier: Apache-2.0
// Every frame that the original generator made comes out bit by bit, on every CPU level and however many threads.
import { createKiln, type Kiln } from 'framekiln';
import { loadAddon } from 'framekiln/native';
import { describe, expect, test } from 'vitest';
import { GOLDEN_FRAMES } from '../../src/cli/selftest-golden.js';
import { PALETTES } from '../../src/document/table.js';
import { defaultGolden, type Golden, goldenLines, goldens, pick, sha256, smallGoldens } from './goldens.js';

const LEVELS = loadAddon().about().cpuLevels;
const MINUTES = 60_000;

/** The frames that differ, by document and index. */
async function differences(kiln: Kiln, documents: Golden[]): Promise<string[]> {
  const found: string[] = [];
  for (const golden of documents) {
    let frames = 0;
    for await (const { index, data } of kiln.frames(golden.document)) {
      if (index !== frames++) found.push(`${golden.frames[index]} came out of turn`);
      if (sha256(data) !== golden.sha256[index]) found.push(golden.frames[index] as string);
    }
    if (frames !== golden.sha256.length) found.push(`${golden.name}: ${frames} frames, not ${golden.sha256.length}`);
  }
  return found;
}

test('432 frames', () => {
  expect(goldenLines(goldens).length).toBe(432);
});

describe('CPU levels', () => {
  for (const cpu of LEVELS.filter((level) => level !== 'reference')) {
    test(cpu, { timeout: 5 * MINUTES }, async () => {
      await using kiln = createKiln({ cpu });
      expect(await differences(kiln, goldens)).toEqual([]);
    });
  }

  // 90 ms a frame: all of the default document would take as long as everything else here.
  test('reference: every tenth default frame, all others', { timeout: 5 * MINUTES }, async () => {
    await using kiln = createKiln({ cpu: 'reference' });
    const tenth = pick(defaultGolden, (frame) => frame % 10 === 0);
    expect(await differences(kiln, [tenth, ...smallGoldens])).toEqual([]);
  });
});

describe('threads', () => {
  for (const threads of [1, 2, 8]) {
    test(`${threads}`, { timeout: 5 * MINUTES }, async () => {
      await using kiln = createKiln({ cpu: LEVELS.at(-1), threads });
      expect(await differences(kiln, goldens)).toEqual([]);
    });
  }
});

test('the default schedule is the default document, bit by bit', async () => {
  await using kiln = createKiln();
  const schedule = { version: '1.0', schedule: 'default', resolution: [1920, 1080], fps: 30, duration: 10 };
  const bits = (numbers: Float64Array) => Array.from(new BigUint64Array(numbers.slice().buffer), String);
  const exact = (document: object) => {
    const { table } = kiln.open(document);
    return { ...table, time: bits(table.time), complexity: bits(table.complexity) };
  };
  expect(exact(schedule)).toEqual(exact(defaultGolden.document));
});

test('the frames that the command line tests itself with are golden', () => {
  const lines = new Set(goldenLines(goldens));
  const strange = GOLDEN_FRAMES.filter(([width, height, time, complexity, palette, hash]) => {
    return !lines.has([width, height, time, complexity, PALETTES.indexOf(palette), hash].join(' '));
  });
  expect(strange).toEqual([]);
  expect(GOLDEN_FRAMES.length).toBeGreaterThan(0);
});
