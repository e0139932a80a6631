// SPDX-License-Identifier: Apache-2.0
// framekiln beside everything else that gives the same frames, in one run.
import { withFolder } from '../folder.js';
import { ratio, type Spread, spread } from '../measure.js';
import type { Bench } from '../part.js';
import { FRAMES, framesOf, SCENES, type Scene, slice } from '../scenes.js';
import { framekiln } from './ours.js';
import type { Found, Makes, Peer, PeerClip, StreamFacts } from './peer.js';
import { measureSeeks, type Seeks } from './seeks.js';

/** Peers that make the same of the same frames. */
export interface Contest {
  title: string;
  makes: Makes;
  from: Peer['from'];
  /** Evenly spread over each scene; of streams, whose bit rate counts, the first ones. */
  frames: { usual: number; quick: number };
}

export const CONTESTS: readonly Contest[] = [
  // Few, so that the slowest peer too draws all of them in every round.
  { title: 'RGB24 drawn from parameters', makes: 'rgb24', from: 'parameters', frames: { usual: 4, quick: 2 } },
  { title: 'RGB24 out of video files', makes: 'rgb24', from: 'stream', frames: { usual: 90, quick: 20 } },
  { title: '4:2:0 out of video files', makes: 'yuv420p', from: 'stream', frames: { usual: 90, quick: 20 } },
  { title: 'MP4 files', makes: 'mp4', from: 'parameters', frames: { usual: 30, quick: 10 } },
];

/** Seconds of a round of what draws again and again. */
const SECONDS = { usual: 0.5, quick: 0.1 };

export interface PeerRow {
  contest: string;
  scene: Scene;
  peer: string;
  framesPerSecond: Spread;
  /** framekiln's over this, round by round. Of framekiln itself undefined. */
  times?: Spread;
  /** Of what it decodes. */
  stream?: StreamFacts;
}

export interface Comparison {
  peers: ({ name: string; what: string } & Found)[];
  rows: PeerRow[];
  seeks: Seeks[];
}

/** Every contest in every scene: rounds in turned order, each round beginning with another peer. */
export async function comparePeers(bench: Bench, all: readonly Peer[]): Promise<Comparison> {
  return withFolder(async (folder) => {
    const found = await Promise.all(all.map(async (peer) => ({ peer, found: await peer.find() })));
    const present = found.flatMap(({ peer, found: its }) => ('version' in its ? [peer] : []));
    const rows: PeerRow[] = [];
    const seeks: Seeks[] = [];
    for (const contest of CONTESTS) {
      const peers = present.filter(({ makes, from }) => makes === contest.makes && from === contest.from);
      for (const scene of SCENES) {
        const here = peers.filter(({ scenes }) => scenes.includes(scene));
        if (here.length === 0) continue;
        bench.note(`peers: ${contest.title}, ${scene}: ${here.map(({ name }) => name).join(', ')}`);
        const clip = clipOf(bench, contest, scene);
        rows.push(...(await hold(bench, contest, clip, here, folder)));
        if (contest.from === 'stream' && contest.makes === 'rgb24') {
          seeks.push(...(await measureSeeks(bench, clip, here, folder)));
        }
      }
    }
    return { peers: found.map(({ peer: { name, what }, found: its }) => ({ name, what, ...its })), rows, seeks };
  });
}

function clipOf({ addon, options }: Bench, { frames, from }: Contest, scene: Scene): PeerClip {
  const { quick, size } = options;
  const count = quick ? frames.quick : frames.usual;
  const spreadOver = from === 'stream' ? FRAMES : count;
  return { scene, size, frames: slice(framesOf(addon, scene, spreadOver, size), 0, count) };
}

async function hold(
  { options }: Bench,
  contest: Contest,
  clip: PeerClip,
  peers: readonly Peer[],
  folder: string,
): Promise<PeerRow[]> {
  const facts = new Map<Peer, StreamFacts | undefined>();
  for (const peer of peers) facts.set(peer, await peer.prepare?.(clip, folder));
  const entrants = [framekiln(contest.makes), ...peers];
  const rates = entrants.map((): number[] => []);
  const seconds = options.quick ? SECONDS.quick : SECONDS.usual;
  for (let round = 0; round < options.rounds; round++) {
    for (let turn = 0; turn < entrants.length; turn++) {
      const i = (turn + round) % entrants.length;
      const peer = entrants[i] as Peer;
      if (round >= (peer.mostRounds ?? options.rounds)) continue;
      const run = await peer.run(clip, seconds, folder);
      rates[i]?.push(run.frames / run.seconds);
    }
  }
  const spreads = rates.map(spread);
  return entrants.map(({ name }, i) => {
    const framesPerSecond = spreads[i] as Spread;
    const row: PeerRow = { contest: contest.title, scene: clip.scene, peer: name, framesPerSecond };
    if (i === 0) return row;
    const ours = spread((rates[0] as number[]).slice(0, framesPerSecond.samples.length));
    const stream = facts.get(entrants[i] as Peer);
    return { ...row, times: ratio(ours, framesPerSecond), ...(stream && { stream }) };
  });
}
