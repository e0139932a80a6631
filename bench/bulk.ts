// SPDX-License-Identifier: Apache-2.0
// Many short videos: what each costs beside its frames.
import type { Kiln, Preset } from 'framekiln';
import { type CpuLevel, type EncodeSettings, frameBytes } from 'framekiln/native';
import type { Crew } from './crew.js';
import { AIMS, segmentCuts } from './encode.js';
import { type Rate, rates, ratio, type Spread } from './measure.js';
import type { Aim, Bench } from './part.js';
import { cell, shareCell, type Table, table } from './report/table.js';
import { FPS, FRAMES, framesOf, slice, storedDocument } from './scenes.js';

const SIZE = { width: 640, height: 360 };
const LENGTH = 90;
/** Other frames in each; more would not fit memory. */
const CLIPS = 10;
const VIDEOS = { quick: 20, usual: 100 };
/** Of the share that one long video reaches at the same preset and number of threads. */
const SHARE = 0.9;

export interface Bulk {
  videos: number;
  preset: Preset;
  threads: number;
  endToEnd: Rate;
  x264Alone: Rate;
  share: Spread;
}

interface BulkInput {
  crew: Crew;
  kiln: Kiln;
  rounds: number;
}

/**
 * As many at once as the kiln has threads, and one more; libx264 alone encodes the same segments from memory. Kiln and crew
 * have just been at work: there is no untimed run.
 */
export async function measureBulk({ addon, options }: Bench, { crew, kiln, rounds }: BulkInput): Promise<Bulk> {
  const videos = options.quick ? VIDEOS.quick : VIDEOS.usual;
  const preset: Preset = 'veryfast';
  const cpu = kiln.cpu as CpuLevel;
  const settings: EncodeSettings = { codec: 'h264_420', ...SIZE, fpsNum: FPS, fpsDen: 1, preset, crf: 23 };
  const all = framesOf(addon, 'default', FRAMES, SIZE);
  const starts = Array.from({ length: CLIPS }, (_, i) => Math.floor((i * (FRAMES - LENGTH)) / (CLIPS - 1)));
  const clips = starts.map((start) => slice(all, start, start + LENGTH));
  const documents = clips.map((clip) => kiln.open(storedDocument(clip)));
  const bytes = frameBytes('nv12', SIZE.width, SIZE.height) * LENGTH;
  const pixels = new Uint8Array(new SharedArrayBuffer(bytes * CLIPS));
  for (const [i, clip] of clips.entries()) {
    addon.renderFrames({ ...clip, format: 'nv12', cpu, out: pixels.subarray(i * bytes, (i + 1) * bytes) });
  }
  const cuts = clips.flatMap((_, i) =>
    segmentCuts(LENGTH)
      .slice(0, -1)
      .map((cut) => i * LENGTH + cut),
  );
  const encoded = { kind: 'encode' as const, settings, pixels, frames: all, cuts: [...cuts, CLIPS * LENGTH] };

  let next = 0;
  const renderSome = async () => {
    for (; next < videos; ) await kiln.render(documents[next++ % CLIPS] as (typeof documents)[number], { preset });
  };
  const measured = await rates(
    [
      {
        name: 'end to end',
        frames: videos * LENGTH,
        warm: true,
        prepare: () => {
          next = 0;
        },
        run: () => Promise.all(Array.from({ length: kiln.threads + 1 }, renderSome)),
      },
      {
        name: 'libx264 alone',
        frames: videos * LENGTH,
        warm: true,
        run: async () => {
          for (let i = 0; i < videos / CLIPS; i++) await crew.run(encoded);
        },
      },
    ],
    rounds,
  );
  const [endToEnd, x264Alone] = [measured['end to end'], measured['libx264 alone']] as [Rate, Rate];
  return { videos, preset, threads: kiln.threads, endToEnd, x264Alone, share: ratio(endToEnd, x264Alone) };
}

export function bulkTable(bulks: readonly Bulk[]): Table {
  return table(
    `${bulks[0]?.videos} videos of ${LENGTH} frames, ${SIZE.width}x${SIZE.height}, several at once, frames/s: median (min..max)`,
    ['', 'end to end', 'libx264 alone', 'share'],
    bulks.map(({ preset, threads, endToEnd, x264Alone, share }) => [
      `${preset}, threads: ${threads}`,
      cell(endToEnd),
      cell(x264Alone),
      shareCell(share),
    ]),
  );
}

export function bulkAims(
  bulks: readonly Bulk[],
  rows: readonly { preset: Preset; threads: number; share: Spread }[],
): Aim[] {
  return bulks.map((bulk) => {
    const long = rows.find(({ preset, threads }) => preset === bulk.preset && threads === bulk.threads);
    const least = SHARE * (long?.share.median ?? AIMS.veryfast);
    const aim = `many short videos, threads: ${bulk.threads}, at least ${SHARE} of the share that a long one reaches`;
    return {
      aim,
      reached: bulk.share.median >= least,
      value: `${bulk.share.median.toFixed(3)} of ${least.toFixed(3)}`,
    };
  });
}
