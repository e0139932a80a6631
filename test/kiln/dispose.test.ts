// SPDX-License-Identifier: Apache-2.0
// The end of a kiln.
import { createKiln, type Kiln } from 'framekiln';
import { describe, expect, test } from 'vitest';
import { ENDLESS, scheduled } from '../support/documents.js';
import { runScript } from '../support/process.js';
import { expectNothingUnhandled, rejection } from '../support/unhandled.js';

expectNothingUnhandled();
const SMALL = scheduled(32, 18, 10);
const CLOSED = expect.objectContaining({ name: 'FramekilnError', code: 'CLOSED' });

async function drain(frames: AsyncGenerator<unknown>): Promise<void> {
  for await (const _ of frames);
}
const CALLS: [string, (kiln: Kiln) => Promise<unknown>][] = [
  ['render', (kiln) => kiln.render(ENDLESS)],
  ['renderToFile', (kiln) => kiln.renderToFile(ENDLESS, '/dev/null/never')],
  ['frames', (kiln) => drain(kiln.frames(ENDLESS))],
  ['chromaFidelity', (kiln) => kiln.chromaFidelity(SMALL)],
  ['contactSheet', (kiln) => kiln.contactSheet(SMALL)],
  ['png', (kiln) => kiln.png(new Uint8Array(3), 1, 1)],
];

test.each(CALLS)('%s after the end rejects', async (_, call) => {
  const kiln = createKiln({ threads: 1 });
  await kiln[Symbol.asyncDispose]();
  expect(await rejection(call(kiln))).toEqual(CLOSED);
});

describe.each(CALLS.filter(([name]) => name === 'render' || name === 'frames'))('%s', (_, call) => {
  test('is stopped by the end, which waits for it', async () => {
    for (let round = 0; round < 10; round++) {
      const kiln = createKiln({ threads: 2 });
      const order: string[] = [];
      const running = rejection(call(kiln)).then((reason) => {
        order.push('call');
        return reason;
      });
      await new Promise((resolve) => setTimeout(resolve, round * 12));
      await kiln[Symbol.asyncDispose]();
      order.push('end');
      expect(await running, `round ${round}`).toEqual(CLOSED);
      expect(order).toEqual(['call', 'end']);
    }
  });

  test('and many at once', async () => {
    const kiln = createKiln({ threads: 2 });
    const running = Array.from({ length: 20 }, () => rejection(call(kiln)));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await kiln[Symbol.asyncDispose]();
    expect(await Promise.all(running)).toEqual(running.map(() => CLOSED));
  });
});

test('a second end, at once or later, is harmless', async () => {
  const kiln = createKiln({ threads: 2 });
  const running = rejection(kiln.render(ENDLESS));
  await Promise.all([kiln[Symbol.asyncDispose](), kiln[Symbol.asyncDispose]()]);
  await kiln[Symbol.asyncDispose]();
  expect(await running).toEqual(CLOSED);
});

test('a kiln that was never used ends', async () => {
  await createKiln({ threads: 4 })[Symbol.asyncDispose]();
});

test('frames that nobody asks for any more do not keep the kiln from ending', { timeout: 10_000 }, async () => {
  const kiln = createKiln({ threads: 2 });
  const frames = kiln.frames(ENDLESS);
  expect((await frames.next()).value?.index).toBe(0);
  await kiln[Symbol.asyncDispose]();
});

test.each([
  ['a render', `await kiln.render(document);`],
  ['a stopped render', `await kiln.render(endless, {}, { signal: AbortSignal.timeout(100) }).catch(() => {});`],
  ['frames left early', `for await (const frame of kiln.frames(endless)) break;`],
  ['a render that the end stops', `kiln.render(endless).catch(() => {}); await new Promise((r) => setTimeout(r, 50));`],
])('after %s the process ends by itself once the kiln has', async (_, body) => {
  const script = `
    import { createKiln } from 'framekiln';
    process.on('unhandledRejection', (reason) => { console.error(reason); process.exitCode = 9; });
    const [document, endless] = ${JSON.stringify([SMALL, ENDLESS])};
    const kiln = createKiln({ threads: 2 });
    ${body}
    await kiln[Symbol.asyncDispose]();
    console.log('ended');`;
  expect(await runScript(script)).toMatchObject({ code: 0, signal: null, stdout: Buffer.from('ended\n'), stderr: '' });
});

test('a process may leave in the middle of a render, with its own exit code', async () => {
  const script = `
    import { createKiln } from 'framekiln';
    createKiln({ threads: 2 }).render(${JSON.stringify(ENDLESS)}).catch(() => {});
    setTimeout(() => process.exit(7), 400);`;
  expect(await runScript(script)).toMatchObject({ code: 7, signal: null, stderr: '' });
});
