// SPDX-License-Identifier: Apache-2.0
// How fast frames come from parameters, on this machine, beside what else one would use.
import { basename } from 'node:path';
import { createKiln, readDocument } from 'framekiln';
import type { CpuLevel } from 'framekiln/native';
import { accessTable, measureAccess, peerAccess } from './decode/access.js';
import { bitRateTable, measureBitRates } from './decode/bitrate.js';
import { firstAims, firstMetrics, firstTables, measureFirst } from './decode/first.js';
import { measureRates, type Row, ratesCharts, ratesMetrics, ratesTables } from './decode/rates.js';
import { measureScaling, scalingMetrics, scalingTable } from './decode/scaling.js';
import { bestLevel, LEVEL_SHARE } from './levels.js';
import { MAIN_SIZE } from './options.js';
import type { Aim, Bench, PartResult } from './part.js';
import { comparePeers } from './peers/compare.js';
import { PEERS } from './peers/index.js';
import { peerAims, peerCharts, peerMetrics, peerText } from './peers/report.js';
import { type Clip, FPS, SCENES, sceneClip, sizeName, tableClip } from './scenes.js';

/** The share of a memset of the same bytes that drawing RGB24 at the main size is to reach with AVX-512. */
const MEMSET_SHARE: Record<string, number> = { geometric: 0.18, fractal: 0.22, plasma: 0.15 };
/** All of it: rates, threads, first frame, random access, bit rates, peers. */
export async function benchDecode(bench: Bench): Promise<PartResult> {
  const { addon, options, note } = bench;
  const levels = addon.about().cpuLevels;
  const best = bestLevel(addon);
  const clips = await clipsOf(bench);
  const rates: Row[] = [];
  for (const size of options.sizes) {
    // Its tables are as slow at every size.
    const shown = levels.filter((level) => level !== 'reference' || sizeName(size) === sizeName(options.size));
    for (const clip of clips) {
      note(`decode ${sizeName(size)} ${clip.name}`);
      rates.push(...(await measureRates(bench, clip, size, shown)));
    }
  }
  const scaling = [];
  for (const clip of clips) {
    note(`decode ${clip.name} on 1..${options.threads} threads`);
    scaling.push(await measureScaling(bench, clip));
  }
  note('decode: the first frame');
  const first = await measureFirst(bench, clips);
  note('decode: random access');
  const access = await measureAccess(bench, clips);
  note('decode: bit rates');
  const bitRates = await measureBitRates(bench, clips);
  const peers = await comparePeers(bench, options.peers ? PEERS : []);
  return {
    data: { rates, scaling, first, access, bitRates, peers },
    text: [
      ...ratesTables(rates, options.rounds, FPS),
      scalingTable(scaling, bench),
      ...firstTables(first, bench),
      accessTable([...access, ...peerAccess(peers)], bench),
      bitRateTable(bitRates, bench),
      ...peerText(peers, bench),
    ],
    charts: [...ratesCharts(rates, best), ...peerCharts(peers, bench)],
    metrics: [
      ...ratesMetrics(rates),
      ...scalingMetrics(scaling, bench),
      ...firstMetrics(first, bench),
      ...peerMetrics(peers, bench),
    ],
    aims: [...rateAims(rates, best), ...firstAims(first, bench), ...peerAims(peers, bench, best)],
  };
}

/** Every scene, and the user's document. */
async function clipsOf({ addon, options }: Bench): Promise<Clip[]> {
  const clips = SCENES.map((scene) => sceneClip(addon, scene));
  if (options.document === undefined) return clips;
  await using kiln = createKiln({ threads: 1, device: 'cpu' });
  const { table } = kiln.open(await readDocument(options.document));
  return [...clips, tableClip(basename(options.document), table)];
}

function rateAims(rates: readonly Row[], best: CpuLevel): Aim[] {
  const here = rates.filter(({ size, format }) => format === 'rgb24' && sizeName(size) === MAIN_SIZE);
  const of = (clip: string, by: string) => here.find((row) => row.clip === clip && row.by === by)?.framesPerSecond;
  return Object.entries(MEMSET_SHARE).flatMap(([clip, share]) => {
    const [ours, memset] = [of(clip, best), of(clip, 'memset')];
    const level = LEVEL_SHARE[best];
    if (!ours || !memset || level === undefined) return [];
    const value = ours.median / memset.median;
    const aim = `${clip} to RGB24 at ${best}: at least ${(share * level).toFixed(3)} of a memset of the same bytes`;
    return [{ aim, reached: value >= share * level, value: value.toFixed(3) }];
  });
}
