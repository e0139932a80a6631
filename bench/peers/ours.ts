// SPDX-License-Identifier: Apache-2.0
// framekiln in the peers' own terms, so that one loop measures all.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createKiln } from 'framekiln';
import { loadAddon } from 'framekiln/native';
import { bestLevel } from '../levels.js';
import { letSignalsIn } from '../measure.js';
import { SCENES, storedDocument } from '../scenes.js';
import type { Makes, Peer, PeerClip, PeerRun } from './peer.js';

const WHAT: Record<Makes, string> = {
  rgb24: 'drawn on one thread: exact',
  yuv420p: 'drawn as NV12 on one thread: exact, but for the chroma that 4:2:0 leaves out',
  mp4: 'document to file (libx264 veryfast, crf 23) by kiln.render with one thread, segments and muxing included: exact until then',
};

export function framekiln(makes: Makes): Peer {
  const cpu = bestLevel(loadAddon());
  return {
    name: 'framekiln',
    what: WHAT[makes],
    scenes: SCENES,
    makes,
    from: 'parameters',
    find: async () => ({ version: cpu }),
    run: (clip, seconds, folder) => (makes === 'mp4' ? render(clip, folder) : draw(clip, makes, seconds)),
  };
}

async function draw({ frames: clip }: PeerClip, makes: 'rgb24' | 'yuv420p', least: number): Promise<PeerRun> {
  const addon = loadAddon();
  const job = { ...clip, format: makes === 'rgb24' ? 'rgb24' : 'nv12', cpu: bestLevel(addon) } as const;
  let [frames, seconds] = [0, 0];
  while (frames === 0 || seconds < least) {
    await letSignalsIn();
    const each = addon.timeFrames(job);
    frames += each.length;
    for (const one of each) seconds += one;
  }
  return { frames, seconds };
}

const SETTINGS = { preset: 'veryfast', crf: 23 } as const;

async function render({ frames }: PeerClip, folder: string): Promise<PeerRun> {
  await using kiln = createKiln({ threads: 1, device: 'cpu', encoder: 'software' });
  const document = storedDocument(frames);
  const file = join(folder, 'framekiln.mp4');
  // Its thread has started, and its code has been seen.
  await kiln.render(document, { ...SETTINGS, range: { start: 0, end: 1 } });
  try {
    const started = performance.now();
    const { bytes } = await kiln.renderToFile(document, file, SETTINGS);
    return { frames: frames.time.length, seconds: (performance.now() - started) / 1000, bytes };
  } finally {
    rmSync(file, { force: true });
  }
}
