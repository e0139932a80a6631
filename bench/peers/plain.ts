// SPDX-License-Identifier: Apache-2.0
// What a Node developer would write first: the plain renderer, alone and piped to ffmpeg.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FPS, SCENES, sizeName } from '../scenes.js';
import { runCommand } from './command.js';
import { findFfmpeg, X264 } from './ffmpeg.js';
import { type Peer, type PeerClip, type PeerRun, plainParameters } from './peer.js';
import type { PlainJob } from './plain-child.js';

const CHILD = fileURLToPath(new URL('./plain-child.js', import.meta.url));

async function runPlain(clip: PeerClip, job: Pick<PlainJob, 'seconds' | 'video'>): Promise<PeerRun> {
  const input = JSON.stringify({ ...clip.size, ...plainParameters(clip), ...job } satisfies PlainJob);
  const { stdout } = await runCommand(process.execPath, [CHILD], { input: [input] });
  return JSON.parse(stdout.toString()) as PeerRun;
}

/** Frames alone. */
export const plainFrames = (): Peer => ({
  name: 'plain TypeScript',
  what: 'the formulas in straightforward TypeScript, a pixel at a time, on one thread: exact',
  scenes: SCENES,
  makes: 'rgb24',
  from: 'parameters',
  find: async () => ({ version: `Node ${process.version}` }),
  run: (clip, seconds) => runPlain(clip, { seconds }),
});

/** To an MP4, by the ffmpeg that `command` runs. */
export const plainVideo = (command = 'ffmpeg'): Peer => ({
  name: 'plain TypeScript | ffmpeg',
  what:
    'the same frames written to ffmpeg as rawvideo, which encodes them beside it (libx264 veryfast, crf 23, one thread): ' +
    'exact until then',
  scenes: SCENES,
  makes: 'mp4',
  from: 'parameters',
  async find() {
    const found = await findFfmpeg(command, { encoders: ['libx264'] });
    return 'absent' in found ? found : { version: `Node ${process.version}, ${found.version}` };
  },
  run(clip, seconds, folder) {
    const raw = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', sizeName(clip.size), '-r', `${FPS}`, '-i', 'pipe:0'];
    const args = ['-v', 'error', '-y', ...raw, ...X264, '-threads', '1'];
    return runPlain(clip, { seconds, video: { command, args, file: join(folder, 'plain.mp4') } });
  },
});
