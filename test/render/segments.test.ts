// SPDX-License-Identifier: Apache-2.0
// Whatever fails, and whenever: the segments of a video fit into one file, and the report says what happened.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDocument } from '../../src/document/parse.js';
import type { GpuCode } from '../../src/errors.js';
import { FramekilnError } from '../../src/errors.js';
import type { EncodeSettings } from '../../src/native.js';
import { Devices } from '../../src/render/devices.js';
import { inOrder, Job } from '../../src/render/job.js';
import { planSegments } from '../../src/render/plan.js';
import type { RenderPool } from '../../src/render/pool.js';
import { gpuError } from '../../src/render/remedies.js';
import { SegmentMaker } from '../../src/render/segments.js';
import { type RenderSettings, resolveSettings } from '../../src/render/settings.js';
import type { RenderContext } from '../../src/render/video.js';
import type { MadeSegment } from '../../src/render/worker.js';
import { schedule } from '../document/samples.js';

const FRAMES = 300;
const table = parseDocument(
  { version: '1.0', schedule: 'default', resolution: [64, 36], fps: 30, duration: (FRAMES + 0.5) / 30 },
  schedule,
);

interface SegmentJob {
  time: Float64Array;
  devices: readonly number[];
  encoder: 'nvenc' | 'software';
  settings: EncodeSettings;
}
type Made = MadeSegment & { parameterSet: number };
/** What becomes of the tries of one segment, in order: it is made, or fails. Then all are made. */
type Script = (GpuCode | 'made')[];

/** Makes a video's segments with a pool whose GPUs do as they are told, and fits them together. */
async function makeAll(scripts: readonly Script[], settings: RenderSettings = {}, nvenc = true, ahead = 4) {
  const resolved = resolveSettings({ segmentSeconds: 1, ...settings }, table);
  const plan = planSegments(FRAMES, resolved.rate, resolved.segmentSeconds);
  const starts = Array.from({ length: plan.count }, (_, index) => table.time[plan.segment(index).start]);
  const tries: string[] = [];
  const run = async (_: string, { time, devices, encoder, settings: used }: SegmentJob): Promise<Partial<Made>> => {
    const index = starts.indexOf(time[0]);
    tries.push(`${index} ${encoder}`);
    const [device] = devices;
    const fate = device === undefined ? 'made' : (scripts[index]?.shift() ?? 'made');
    for (let turns = fate.length % 5; turns > 0; turns--) await new Promise((done) => setImmediate(done));
    if (fate !== 'made') throw gpuError(fate, 'it failed', `cuda:${device}`);
    return { encoder, ...(device !== undefined && { device }), parameterSet: used.parameterSet ?? 0 };
  };
  const pool = { run, threads: 2 } as unknown as RenderPool;
  const devices = new Devices(pool, 'auto', 'auto');
  const context = { pool, devices, cpu: 'baseline' } as unknown as RenderContext;
  const job = new Job(FRAMES, {});
  const maker = new SegmentMaker(context, job, table, resolved, plan, { devices: [0, 1], nvenc, why: '' });
  const made: Made[] = [];
  const all = job.finish(async () => {
    let index = 0;
    for await (const segment of inOrder(plan.count, ahead, maker.make)) {
      made.push((await maker.fit(index++, segment)) as Made);
    }
  });
  return {
    error: await all.then(
      () => undefined,
      (reason) => reason as FramekilnError,
    ),
    made,
    maker,
    tries,
    count: plan.count,
  };
}

const codes = fc.constantFrom<GpuCode>(
  ...(['SESSION_LOST', 'SESSION_LIMIT', 'NVENC_REFUSED', 'DEVICE_LOST', 'GPU_OUT_OF_MEMORY', 'GPU_WRONG'] as const),
);
const script = fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant('made' as const) }, codes), { maxLength: 2 });
const scripts = fc.array(script, { minLength: 13, maxLength: 13 });

describe('H.264', () => {
  test('whatever fails, all segments are made and fit into one file', async () => {
    await fc.assert(
      fc.asyncProperty(scripts, fc.integer({ min: 1, max: 8 }), async (fates, ahead) => {
        const failures = fates.map((fate) => [...fate]);
        const { error, made, maker, count } = await makeAll(failures, {}, true, ahead);
        expect(error).toBeUndefined();
        expect(made.length).toBe(count);
        const [first] = made as [Made];
        for (const { encoder, parameterSet } of made) {
          if (first.encoder === 'software') expect([encoder, parameterSet]).toEqual(['software', 0]);
          else expect(parameterSet).toBe(encoder === 'nvenc' ? 0 : 1);
        }
        const encoders = new Set(made.map(({ encoder }) => (encoder === 'nvenc' ? 'h264_nvenc' : 'libx264')));
        expect(maker.encoder.split('+').sort()).toEqual([...encoders].sort());
        const failed = fates.flat().length - failures.flat().length;
        expect(maker.fallbacks.events.length).toBeLessThanOrEqual(failed);
      }),
    );
  });

  test('nothing fails: NVENC makes all, once', async () => {
    const { made, maker, tries, count } = await makeAll([]);
    expect(tries.length).toBe(count);
    expect(new Set(made.map(({ encoder }) => encoder))).toEqual(new Set(['nvenc']));
    expect(maker).toMatchObject({ encoder: 'h264_nvenc', renderer: 'cuda:0' });
  });

  test('without NVENC from the start, segments are those of the CPU', async () => {
    const { made, maker } = await makeAll([[], ['DEVICE_LOST']], {}, false);
    expect(made.every(({ parameterSet }) => parameterSet === 0)).toBe(true);
    expect(maker).toMatchObject({ encoder: 'libx264', renderer: 'cuda:1+cuda:0+cpu-baseline' });
  });

  test.each<GpuCode>(['SESSION_LOST', 'NVENC_REFUSED', 'DEVICE_LOST'])(
    '%s at the first segment: no more is made twice than was under way',
    async (code) => {
      const { made, tries, count } = await makeAll([[code]], {}, true, 4);
      expect(made.every(({ encoder, parameterSet }) => encoder === 'software' && parameterSet === 0)).toBe(true);
      expect(tries.length).toBeLessThanOrEqual(count + 4);
    },
  );

  test('a size that NVENC refuses is not tried again, but where NVENC alone will do', async () => {
    const { maker } = await makeAll([['NVENC_REFUSED'], ['NVENC_REFUSED']]);
    expect(maker.fallbacks.means).toMatchObject({ nvenc: false, devices: [0, 1] });
  });
});

describe('HEVC and AV1', () => {
  test.each(['hevc', 'av1'] as const)('%s: the failure is the error, with its remedy', async (codec) => {
    const { error } = await makeAll([[], [], ['DEVICE_LOST']], { codec });
    expect(error).toBeInstanceOf(FramekilnError);
    expect(error).toMatchObject({ code: 'DEVICE_LOST', device: 'cuda:0', remedy: expect.any(String) });
  });

  test('with all sessions taken, segments wait for one', async () => {
    const full: Script = ['SESSION_LIMIT', 'SESSION_LIMIT', 'made'];
    const { error, made, maker } = await makeAll([[...full], [], [...full]], { codec: 'hevc' });
    expect(error).toBeUndefined();
    expect(maker.fallbacks.events).toEqual([]);
    expect(made.every(({ encoder }) => encoder === 'nvenc')).toBe(true);
    expect(maker.encoder).toBe('hevc_nvenc');
  });
});
