// SPDX-License-Identifier: Apache-2.0
// The same frames through Remotion (React in headless Chromium): a package of its own in remotion/, which nothing of ours needs.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SCENES } from '../scenes.js';
import { peerFile, runCommand } from './command.js';
import { type Found, type Peer, type PeerClip, type PeerRun, plainParameters } from './peer.js';

/** The first that is there is taken; the small one is faster. */
const BROWSERS = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/usr/bin/google-chrome'];
export interface RemotionPlace {
  /** Its `render.mjs`, if it is here. */
  script?: string | undefined;
  browsers?: readonly string[];
}

/** A video of the frames, by as many processes as Chromium has. */
export function remotion(place: RemotionPlace = {}): Peer {
  const { script = peerFile('remotion/render.mjs'), browsers = BROWSERS } = place;
  const browser = browsers.find((file) => existsSync(file));

  async function ask<T>(command: string, folder: string, job: object = {}): Promise<T> {
    if (!script) throw new Error('bench/peers/remotion is not here');
    // Browser and renderer keep what they write below the bench's folder.
    const env = { ...process.env, TMPDIR: folder };
    const input = JSON.stringify({ folder: join(folder, 'remotion'), ...job });
    const { stdout } = await runCommand(process.execPath, [script, command], {
      input: [input],
      cwd: dirname(script),
      env,
    });
    // Its last line: what its packages print comes before.
    return JSON.parse(stdout.toString().trim().split('\n').at(-1) ?? '') as T;
  }

  /** `mode` is how the browser is told to have no window. */
  const drawing = (clip: PeerClip, file: string) => {
    const mode = browser?.includes('headless-shell') ? 'headless-shell' : 'chrome-for-testing';
    return { file, browser, mode, clip: { ...clip.size, ...plainParameters(clip) } };
  };

  return {
    name: 'Remotion',
    what:
      'the plain renderer on a canvas, screenshots (JPEG) of headless Chromium, libx264 veryfast, crf 23; concurrency 1, as ' +
      'many processes as those have: exact on the canvas. Companies of more than 3 people need a licence of Remotion',
    scenes: SCENES,
    makes: 'mp4',
    from: 'parameters',
    mostRounds: 2,
    async find(): Promise<Found> {
      if (!script || !existsSync(script)) return { absent: 'bench/peers/remotion is not here: the repository has it' };
      const manifest = join(dirname(script), 'node_modules/@remotion/renderer/package.json');
      if (!existsSync(manifest)) return { absent: 'its packages are not installed: npm ci in bench/peers/remotion' };
      if (!browser) return { absent: 'no Chromium: the Debian package chromium-headless-shell or chromium brings it' };
      try {
        const { stdout } = await runCommand(browser, ['--version'], { limit: 60 });
        const [name] = stdout.toString().trim().split('\n');
        return { version: `${JSON.parse(readFileSync(manifest, 'utf8')).version}, ${name}` };
      } catch (error) {
        return { absent: (error as Error).message };
      }
    },
    async prepare(_clip, folder) {
      if (!existsSync(join(folder, 'remotion', 'index.html'))) await ask('bundle', folder);
      return undefined;
    },
    run: (clip, _seconds, folder) => ask<PeerRun>('render', folder, drawing(clip, join(folder, 'remotion.mp4'))),
  };
}
