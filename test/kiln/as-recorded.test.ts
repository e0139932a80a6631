// SPDX-License-Identifier: Apache-2.0
// FFmpeg's MPEG-4 encoder aborts the process at a bit rate of 0: such documents must be refused before. So must sizes that it has no bits for.
import { expect, test } from 'vitest';
import { stored } from '../support/documents.js';
import { runScript } from '../support/process.js';

test.each([
  [2, 2, 0.1],
  [3, 3, 0.12],
  [4, 4, 0.03],
  [6, 6, 0.01],
  [10, 10, 0.003],
  [2, 2, 0.13],
  [4, 4, 0.05],
  [8190, 4050, 1000],
  [8192, 2, 30],
  [2, 8192, 30],
])('as recorded, %d x %d at %d fps is refused or renders', async (width, height, fps) => {
  const script = `
    import { createKiln } from 'framekiln';
    const kiln = createKiln({ threads: 1 });
    const document = ${JSON.stringify(stored(width, height, fps, [[0, 0.1, 'vibrant']]))};
    const say = (outcome) => console.log(JSON.stringify(outcome));
    await kiln.render(document, { asRecorded: true }).then(
      ({ report: { frames } }) => say({ frames }),
      ({ code, setting }) => say({ code, setting }),
    );
    await kiln[Symbol.asyncDispose]();`;
  const { stdout, ...ended } = await runScript(script);
  expect(ended).toEqual({ code: 0, signal: null, stderr: '' });
  expect([{ frames: 1 }, { code: 'INVALID_SETTING', setting: 'asRecorded' }]).toContainEqual(
    JSON.parse(stdout.toString()),
  );
});
