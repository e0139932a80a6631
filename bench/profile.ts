// SPDX-License-Identifier: Apache-2.0
// Where the time of a render goes, over all of its threads.
import { createKiln, type Kiln, type Preset } from 'framekiln';
import type { CpuLevel, NativeFrames } from 'framekiln/native';
import { letSignalsIn, median } from './measure.js';
import type { Bench } from './part.js';
import { type Table, table } from './report/table.js';
import { FRAMES, SCENES, type Scene, sceneClip, sizeName } from './scenes.js';

const PRESETS: readonly Preset[] = ['ultrafast', 'superfast', 'veryfast'];
const STAGES = ['scene', 'colour', 'hashing', 'encoding', 'muxing', 'idle'] as const;

/** Shares of the time of all threads; muxing happens beside them, and is on top of the rest. */
export type Shares = Record<(typeof STAGES)[number], number>;

export interface Profile {
  scene: Scene;
  preset: Preset;
  threads: number;
  framesPerSecond: number;
  shares: Shares;
}

/** The default document at every preset, and each family at the default one. */
export async function measureProfile(bench: Bench): Promise<Profile[]> {
  const jobs = [
    ...PRESETS.map((preset) => ({ scene: 'default' as Scene, preset })),
    ...SCENES.filter((scene) => scene !== 'default').map((scene) => ({ scene, preset: 'veryfast' as Preset })),
  ];
  const found: Profile[] = [];
  await using kiln = createKiln({ threads: bench.options.threads, device: 'cpu' });
  for (const { scene, preset } of jobs) {
    bench.note(`profile ${scene} ${preset}`);
    found.push(await profileOf(bench, kiln, scene, preset));
  }
  return found;
}

async function profileOf(bench: Bench, kiln: Kiln, scene: Scene, preset: Preset): Promise<Profile> {
  const { addon, options } = bench;
  const { size, quick } = options;
  const frames = sceneClip(addon, scene).frames(quick ? 120 : FRAMES, size);
  const document = kiln.open(sceneClip(addon, scene).document(size));
  const { report } = await kiln.render(document, { preset, range: { start: 0, end: frames.time.length } });
  const { drawing, hashing, encoding, muxing } = report.stages;
  const all = report.threads * report.seconds;
  const scenePart = await sceneShare(bench, frames, kiln.cpu);
  return {
    ...{ scene, preset, threads: report.threads, framesPerSecond: report.framesPerSecond },
    shares: {
      scene: (drawing * scenePart) / all,
      colour: (drawing * (1 - scenePart)) / all,
      hashing: hashing / all,
      encoding: encoding / all,
      muxing: muxing / all,
      idle: Math.max(0, 1 - (drawing + hashing + encoding) / all),
    },
  };
}

/** The part of drawing that is not writing pixels: the same frames drawn with and without it, in turn. */
async function sceneShare({ addon }: Bench, frames: NativeFrames, cpu: CpuLevel): Promise<number> {
  const job = { ...frames, format: 'nv12' as const, cpu };
  const total = async (sceneOnly: boolean) => {
    await letSignalsIn();
    return addon.timeFrames(job, sceneOnly).reduce((sum, one) => sum + one, 0);
  };
  const shares: number[] = [];
  for (let round = 0; round < 3; round++) shares.push((await total(true)) / (await total(false)));
  return Math.min(1, median(shares));
}

export function profileTable(profiles: readonly Profile[], { options }: Bench): Table {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  return table(
    `Where the time of a render to MP4 in memory goes, ${sizeName(options.size)}, threads: ${options.threads}, shares of all threads' time`,
    ['', 'frames/s', ...STAGES],
    profiles.map(({ scene, preset, framesPerSecond, shares }) => [
      `${scene} ${preset}`,
      framesPerSecond.toFixed(1),
      ...STAGES.map((stage) => percent(shares[stage])),
    ]),
  );
}
