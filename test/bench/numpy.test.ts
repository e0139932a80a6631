// SPDX-License-Identifier: Apache-2.0
// The NumPy generator draws the golden frames, so what it is timed at is the same work.
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { peerFile } from '../../bench/peers/command.js';
import { numpyGenerator } from '../../bench/peers/numpy.js';
import { findPython } from '../../bench/python.js';
import { golden } from '../support/documents.js';
import { clipOf } from './clips.js';

const python = findPython('numpy');
const why = 'absent' in python ? python.absent : '';

test('golden frames', { timeout: 60_000 }, (context) => {
  context.skip('absent' in python, why);
  const { path } = golden('tiny_17x3');
  const script = peerFile('generator.py') ?? '';
  const args = [script, path, '--check', path.replace('_params', '_frames')];
  const { status, stderr } = spawnSync('command' in python ? python.command : '', args, { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
});

test('all frames in every round', async (context) => {
  context.skip('absent' in python, why);
  const clip = clipOf('plasma', { width: 64, height: 36 }, [0.5, 2, 4]);
  const { frames, seconds } = await numpyGenerator().run(clip, 0.05, '.');
  expect([frames % 3, frames > 0, seconds >= 0.05]).toEqual([0, true, true]);
});
