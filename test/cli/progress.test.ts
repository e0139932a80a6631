// SPDX-License-Identifier: Apache-2.0
// Where there is no terminal, progress is a line every five seconds.
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ProgressLine, StatusLine } from '../../src/cli/progress.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

function log() {
  const stream = new PassThrough().setEncoding('utf8');
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => stream.read() ?? '' };
}

test('a short run says nothing, a long one a line every five seconds', () => {
  const { stream, text } = log();
  const status = new StatusLine(false, stream);
  for (let i = 0; i < 49; i += 1, vi.advanceTimersByTime(100)) status.show('early');
  expect(text()).toBe('');
  for (let i = 0; i <= 100; i += 1, vi.advanceTimersByTime(100)) status.show(`at ${i}`);
  expect(text()).toBe('at 1\nat 51\n');
  status.clear();
  expect(text()).toBe('');
});

test('for programs the data, for people the text', () => {
  const { stream, text } = log();
  const status = new StatusLine(false, stream);
  vi.advanceTimersByTime(5000);
  status.show('1 of 2', { done: 1 });
  expect(text()).toBe('{"done":1}\n');
  const render = new ProgressLine(false, stream);
  vi.advanceTimersByTime(5000);
  render.update({ framesDone: 3, frames: 9, framesPerSecond: 1.5, etaSeconds: 4 });
  expect(text()).toBe('3/9 frames, 1.5 frames/s, ETA 4.0 s\n');
});

test('silent: nothing, however long it takes', () => {
  const { stream, text } = log();
  const status = new StatusLine(true, stream);
  vi.advanceTimersByTime(60_000);
  status.show('still here');
  status.say('a failure');
  expect(text()).toBe('');
});
