// SPDX-License-Identifier: Apache-2.0
// The way of the framework itself: whole pictures in NumPy arrays (generator.py).
import { findPython, type Python } from '../python.js';
import { SCENES } from '../scenes.js';
import { peerFile, runCommand } from './command.js';
import { type Found, type Peer, type PeerRun, plainParameters } from './peer.js';

const BRINGS = 'the Debian package python3-numpy brings it';

/** Frames alone, one thread. `find` is asked for a Python with NumPy. */
export function numpyGenerator(find: () => Python | { absent: string } = () => findPython('numpy')): Peer {
  let python: Python | { absent: string } | undefined;
  return {
    name: 'NumPy generator',
    what: "the framework's own way, whole-picture float64 arrays (bench/peers/generator.py), on one thread: exact",
    scenes: SCENES,
    makes: 'rgb24',
    from: 'parameters',
    async find(): Promise<Found> {
      if (!peerFile('generator.py')) return { absent: 'bench/peers/generator.py is not here: the repository has it' };
      python = find();
      if ('absent' in python) return { absent: `${python.absent}; ${BRINGS}` };
      return { version: `NumPy ${python.version} (${python.command})` };
    },
    async run(clip, seconds) {
      python ??= find();
      if ('absent' in python) throw new Error(python.absent);
      const script = peerFile('generator.py') ?? 'generator.py';
      const input = JSON.stringify({ ...clip.size, ...plainParameters(clip), seconds });
      const { stdout } = await runCommand(python.command, [script, '--time'], { input: [input] });
      return JSON.parse(stdout.toString()) as PeerRun;
    },
  };
}
