// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { FramekilnError } from '../../src/errors.js';
import type { MakeOptions, Prepared } from '../../src/experiment/on-demand.js';
import { unlessOverwritten } from '../../src/experiment/unless-overwritten.js';
import { rejection } from '../support/unhandled.js';

const changed = () => new FramekilnError('OBJECT_CHANGED', 'somebody else');
const segment = {} as Parameters<NonNullable<MakeOptions['onSegment']>>[0];
const settings = {} as Parameters<NonNullable<MakeOptions['onSegment']>>[1];

test('tries three times, and tells of one rendering', async () => {
  let [prepared, segments, attempts] = [0, 0, 0];
  const options = { onPrepared: () => void prepared++, onSegment: () => void segments++ };
  const attempt = async (told: MakeOptions) => {
    attempts++;
    await told.onPrepared?.({} as Prepared);
    // The first attempt only copies.
    if (attempts > 1) for (let i = 0; i < 5; i++) told.onSegment?.(segment, settings);
    throw changed();
  };
  expect(await rejection(unlessOverwritten(options, attempt))).toMatchObject({ code: 'OBJECT_CHANGED' });
  expect({ prepared, segments, attempts }).toEqual({ prepared: 1, segments: 5, attempts: 3 });
});

test('gives what the second attempt gives; other failures are told at once', async () => {
  let attempts = 0;
  const second = await unlessOverwritten({}, async () => {
    if (++attempts === 1) throw changed();
    return attempts;
  });
  expect(second).toBe(2);
  const failure = new Error('no');
  const failing = unlessOverwritten({}, async () => {
    attempts++;
    throw failure;
  });
  expect(await rejection(failing)).toBe(failure);
  expect(attempts).toBe(3);
});
