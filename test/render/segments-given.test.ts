// SPDX-License-Identifier: Apache-2.0
// A render gives its segments away as they are made, and still writes the same video of them.
import { type EncodedSegment, loadAddon } from 'framekiln/native';
import { afterAll, expect, test } from 'vitest';
import { Devices } from '../../dist/src/render/devices.js';
import { LiveVideo } from '../../dist/src/render/live.js';
import { FrameMemory } from '../../dist/src/render/memory.js';
import { RenderPool } from '../../dist/src/render/pool.js';
import { renderVideo, type VideoOptions } from '../../dist/src/render/video.js';
import { parseDocument } from '../../src/document/parse.js';
import { resolveSettings } from '../../src/render/settings.js';
import { scheduled } from '../support/documents.js';
import { collect, segmentsOf } from '../support/segments.js';

const addon = loadAddon();
const pool = new RenderPool(2);
const devices = new Devices(pool, 'cpu', 'software');
afterAll(() => pool.close());

const DOCUMENT = scheduled(97, 55, 200);
const table = parseDocument(DOCUMENT, addon.defaultSchedule);
const settings = resolveSettings({}, table);

function render(options: VideoOptions) {
  return renderVideo(
    { addon, pool, cpu: 'baseline', devices, memory: new FrameMemory(1) },
    table,
    settings,
    undefined,
    options,
  );
}

test('every segment once, in order, with its settings; the video is the same', async () => {
  const given: EncodedSegment[] = [];
  const { video, report } = await render({
    onSegment: (segment, its) => {
      expect(its).toBe(settings);
      given.push(segment);
    },
  });
  const wanted = segmentsOf(DOCUMENT).segments.map((segment) => ({
    ...segment,
    encoder: 'software',
    seconds: expect.anything(),
  }));
  expect(given).toEqual(wanted);
  expect(report).toMatchObject({ segments: given.length, frames: 200 });
  expect((await render({})).video).toEqual(video);
});

test('a live video of it has all of it, before the render has ended', async () => {
  const live = new LiveVideo(addon);
  let ended = false;
  const rendering = render({ onSegment: live.add }).finally(() => {
    ended = true;
  });
  expect(await live.started).toBe(true);
  expect(ended).toBe(false);
  const { segments } = segmentsOf(DOCUMENT);
  const wanted = new LiveVideo(addon);
  for (const segment of segments) wanted.add(segment, settings);
  expect((await collect(live.read())).equals(await collect(wanted.read()))).toBe(true);
  await rendering;
});

test.each([0, 3, 6])('what segment %i throws stops the render', async (index) => {
  const reason = new Error('enough');
  let count = 0;
  const onSegment = () => {
    if (count++ === index) throw reason;
  };
  await expect(render({ onSegment })).rejects.toBe(reason);
  expect(count).toBe(index + 1);
});
