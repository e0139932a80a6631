// SPDX-License-Identifier: Apache-2.0
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type EncodedSegment, loadAddon } from 'framekiln/native';
import { describe, expect, test } from 'vitest';
import { LiveVideo } from '../../src/render/live.js';
import { scheduled } from '../support/documents.js';
import { collect, type Segments, segmentsOf } from '../support/segments.js';

const addon = loadAddon();
const VIDEO = segmentsOf(scheduled(64, 36, 100));
const FIRST = VIDEO.segments[0] as EncodedSegment;
const WHOLE = await wholeOf(VIDEO);

async function wholeOf({ segments, settings }: Segments): Promise<Buffer> {
  const muxer = addon.createMuxer(settings.encode, 'fmp4');
  const parts: Uint8Array[] = [];
  for (const segment of segments) parts.push(await muxer.append(segment));
  muxer.close();
  return Buffer.concat(parts);
}

/** A video that has these segments, of those that it is to get. */
function liveWith(segments = VIDEO.segments, limitBytes?: number): LiveVideo {
  const live = new LiveVideo(addon, limitBytes);
  for (const segment of segments) live.add(segment, VIDEO.settings);
  return live;
}

const failure = (call: Promise<unknown>) =>
  call.then(
    () => 'nothing was thrown',
    (error) => error,
  );

describe('readers', () => {
  test('each gets all bytes, whenever it comes, and the end comes with the last segment', async () => {
    const live = new LiveVideo(addon);
    const early = collect(live.read());
    live.add(FIRST, VIDEO.settings);
    expect(await live.started).toBe(true);
    const later = [collect(live.read()), collect(live.read())];
    for (const segment of VIDEO.segments.slice(1)) {
      await turn();
      live.add(segment, VIDEO.settings);
    }
    for (const bytes of [await early, ...(await Promise.all(later)), await collect(live.read())]) {
      expect(bytes.equals(WHOLE)).toBe(true);
    }
    expect(live.bytes).toBe(WHOLE.length);
    expect(live.overflowed).toBe(false);
  });

  test('one that is slow, stops early or is aborted changes nothing for the others', async () => {
    const live = liveWith(VIDEO.segments.slice(0, 2));
    const slow = live.read();
    const parts = [(await slow.next()).value as Uint8Array];
    for await (const _ of live.read()) break;
    const stop = new AbortController();
    const reason = new Error('gone');
    const aborted = failure(collect(live.read(stop.signal)));
    const other = collect(live.read());
    await turn();
    stop.abort(reason);
    expect(await aborted).toBe(reason);
    expect(await failure(collect(live.read(AbortSignal.abort(reason))))).toBe(reason);

    for (const segment of VIDEO.segments.slice(2)) live.add(segment, VIDEO.settings);
    expect((await other).equals(WHOLE)).toBe(true);
    for await (const part of slow) parts.push(part);
    expect(Buffer.concat(parts).equals(WHOLE)).toBe(true);
  });

  test('they get what there is, then the error', async () => {
    const live = liveWith(VIDEO.segments.slice(0, 3));
    const waiting = live.read();
    await waiting.next();
    const reason = new Error('the render failed');
    live.end(reason);
    live.end(new Error('too late'));
    let got = 0;
    const rest = async () => {
      for await (const _ of live.read()) got++;
    };
    expect(await failure(rest())).toBe(reason);
    expect(got).toBe(3);
    expect(await failure(collect(waiting))).toBe(reason);
    expect(await live.started).toBe(true);
  });

  test('an end before the last segment is an end', async () => {
    const live = liveWith(VIDEO.segments.slice(0, 3));
    live.end();
    const bytes = await collect(live.read());
    expect(bytes.equals(WHOLE.subarray(0, bytes.length))).toBe(true);
    expect(bytes.length).toBeLessThan(WHOLE.length);
  });
});

describe('without any bytes', () => {
  test('no segments', async () => {
    const live = new LiveVideo(addon);
    const waiting = collect(live.read());
    live.end();
    expect(await live.started).toBe(false);
    expect([await waiting, await collect(live.read())]).toEqual([Buffer.alloc(0), Buffer.alloc(0)]);
    expect(live.mimeType).toBeUndefined();
  });

  test('an error at once', async () => {
    const live = new LiveVideo(addon);
    const reason = new Error('no such document');
    live.end(reason);
    expect(await live.started).toBe(false);
    expect(await failure(collect(live.read()))).toBe(reason);
  });

  test('what no browser plays', async () => {
    const { segments, settings } = segmentsOf(scheduled(64, 36, 3), { lossless: true });
    const live = new LiveVideo(addon);
    for (const segment of segments) live.add(segment, settings);
    expect(await failure(collect(live.read()))).toMatchObject({ code: 'INVALID_SETTING', received: '"h264_rgb"' });
    expect(await live.started).toBe(false);
  });

  test('a segment that does not belong there', async () => {
    const live = liveWith(VIDEO.segments.slice(0, 1));
    live.add({ ...FIRST, extradata: new Uint8Array(9) }, VIDEO.settings);
    expect(await failure(collect(live.read()))).toMatchObject({ name: 'FramekilnError', code: 'MUX_FAILED' });
  });
});

test('the same video rendered once more adds nothing', async () => {
  const live = liveWith([...VIDEO.segments, ...VIDEO.segments]);
  live.end(new Error('somebody else was faster'));
  expect((await collect(live.read())).equals(WHOLE)).toBe(true);
});

describe('memory', () => {
  test('above the limit readers fail, and what was held is gone', async () => {
    const live = liveWith(VIDEO.segments, WHOLE.length - 1);
    const reader = live.read();
    expect((await reader.next()).done).toBe(false);
    const error = await failure(collect(reader));
    expect(error).toMatchObject({ code: 'OUT_OF_MEMORY', remedy: 'Wait for the stored video.' });
    expect(live.overflowed).toBe(true);
    expect(await failure(live.read().next())).toBe(error);
    live.add(FIRST, VIDEO.settings);
    live.end();
    expect(await failure(live.read().next())).toBe(error);

    const exact = liveWith(VIDEO.segments, WHOLE.length);
    expect((await collect(exact.read())).equals(WHOLE)).toBe(true);
  });

  test('disposed of, at any moment and twice, readers fail', async () => {
    const closed = { name: 'FramekilnError', code: 'CLOSED' };
    for (const turns of [0, 1, 5, 50]) {
      const live = liveWith();
      const waiting = failure(collect(live.read()));
      for (let i = 0; i < turns; i++) await turn();
      live[Symbol.dispose]();
      live[Symbol.dispose]();
      const early = await waiting;
      // Who had all of it by then did not notice.
      if (early !== 'nothing was thrown') expect(early).toMatchObject(closed);
      expect(await failure(collect(live.read()))).toMatchObject(closed);
      live.add(FIRST, VIDEO.settings);
      live.end();
    }
    const unused = new LiveVideo(addon);
    unused[Symbol.dispose]();
    expect(await unused.started).toBe(false);
  });

  test('a thousand of them, each ended in another way, leave nothing behind', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const { segments, settings } = segmentsOf(scheduled(320, 180, 20), { segmentSeconds: 0.5 });
    const make = async (count: number) => {
      for (let i = 0; i < count; i++) {
        const live = new LiveVideo(addon);
        for (const segment of segments.slice(0, i % 3 || undefined)) live.add(segment, settings);
        if (i % 3 > 0) live.end(i % 2 ? new Error('failed') : undefined);
        await failure(collect(live.read()));
        if (i % 2) live[Symbol.dispose]();
      }
      await turn();
      collectGarbage();
      return process.memoryUsage().rss;
    };
    // What leaks grows in every round; the allocator's own slack comes to rest after some.
    let before = await make(300);
    const growths: number[] = [];
    while (growths.length < 6 && Math.min(...growths) >= 8) {
      const after = await make(1000);
      growths.push((after - before) / 2 ** 20);
      before = after;
    }
    expect(Math.min(...growths), `MB of growth, round by round: ${growths}`).toBeLessThan(8);
  });
});

describe('mimeType', () => {
  test.each([
    ['64x36', scheduled(64, 36, 2), {}, 'avc1.64000A'],
    ['1080p', scheduled(1920, 1080, 1), {}, 'avc1.640028'],
    ['4:4:4', scheduled(64, 36, 2), { chroma: '444' }, 'avc1.F4000A'],
  ] as const)('%s', async (_, document, wanted, codec) => {
    const { segments, settings } = segmentsOf(document, wanted);
    const live = new LiveVideo(addon);
    live.add(segments[0] as EncodedSegment, settings);
    expect(live.mimeType).toBe(`video/mp4; codecs="${codec}"`);
    live[Symbol.dispose]();
  });

  test('from an avcC', () => {
    const live = new LiveVideo(addon);
    live.add({ ...FIRST, extradata: Uint8Array.of(1, 77, 64, 31, 255) }, VIDEO.settings);
    expect(live.mimeType).toBe('video/mp4; codecs="avc1.4D401F"');
    live[Symbol.dispose]();
  });
});
