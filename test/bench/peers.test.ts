// SPDX-License-Identifier: Apache-2.0
// Peers that cannot run say why, and what brings them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decoder } from '../../bench/peers/decoders.js';
import { PEERS } from '../../bench/peers/index.js';
import { geq, mandelbrotFilter } from '../../bench/peers/lavfi.js';
import { numpyGenerator } from '../../bench/peers/numpy.js';
import type { Peer } from '../../bench/peers/peer.js';
import { plainVideo } from '../../bench/peers/plain.js';
import { remotion } from '../../bench/peers/remotion.js';
import { temporaryFolder } from '../support/folder.js';

const NONE = 'no-such-program';
const absent = async (peer: Peer) => {
  const found = await peer.find();
  return 'absent' in found ? found.absent : found;
};

test('each peer has a name of its own and says what it does', () => {
  expect(new Set(PEERS.map(({ name }) => name)).size).toBe(PEERS.length);
  for (const { name, what, scenes } of PEERS) {
    expect(what, name).not.toContain('\n');
    expect(scenes, name).not.toEqual([]);
  }
});

describe('without its program', () => {
  test.each([geq, mandelbrotFilter, plainVideo])('FFmpeg %#', async (make) => {
    expect(await absent(make(NONE))).toBe(`spawn ${NONE} ENOENT; the Debian package ffmpeg brings it`);
  });

  test('a decoder', async () => {
    expect(await absent(decoder('AV1', 'rgb24', NONE))).toContain('the Debian package ffmpeg brings it');
  });

  test('NumPy', async () => {
    const peer = numpyGenerator(() => ({ absent: "python3: No module named 'numpy'" }));
    expect(await absent(peer)).toBe("python3: No module named 'numpy'; the Debian package python3-numpy brings it");
    await expect(peer.run({} as never, 1, '.')).rejects.toThrow("No module named 'numpy'");
  });
});

describe('Remotion', () => {
  const folder = temporaryFolder();
  const script = join(folder, 'render.mjs');

  test('left out of a package', async () => {
    expect(await absent(remotion({ script }))).toBe('bench/peers/remotion is not here: the repository has it');
  });

  test('without its packages, then without a browser', async () => {
    writeFileSync(script, '');
    const place = { script, browsers: [join(folder, 'chromium')] };
    expect(await absent(remotion(place))).toBe('its packages are not installed: npm ci in bench/peers/remotion');
    const renderer = join(folder, 'node_modules/@remotion/renderer');
    mkdirSync(renderer, { recursive: true });
    writeFileSync(join(renderer, 'package.json'), '{ "version": "4.0.0" }');
    expect(await absent(remotion(place))).toContain('the Debian package chromium-headless-shell or chromium brings it');
  });

  test('with a browser that does not start, and one that does', async () => {
    expect(await absent(remotion({ script, browsers: ['/bin/false'] }))).toContain('/bin/false ended with 1');
    const found = await remotion({ script, browsers: ['/bin/echo'] }).find();
    expect(found).toEqual({ version: expect.stringMatching(/^4\.0\.0, echo .*$/) });
  });
});
