// SPDX-License-Identifier: Apache-2.0
// What is no video, or is not whole: refused, with the reason, whatever it holds.
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import fc from 'fast-check';
import { createKiln } from 'framekiln';
import { loadAddon } from 'framekiln/native';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scheduled } from '../support/documents.js';
import { make, PICTURE, SOUND } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/folder.js';

const folder = temporaryFolder();
const addon = loadAddon();
const kiln = createKiln({ threads: 2 });
afterAll(() => kiln[Symbol.asyncDispose]());

const at = (name: string): string => join(folder, name);

function write(name: string, data: string | Uint8Array): string {
  fs.writeFileSync(at(name), data);
  return at(name);
}

const SMALL = ['-f', 'lavfi', '-i', 'testsrc2=size=34x18:duration=0.5'];

/** `ok`, or the error as `CODE message`. */
function verdict(path: string): string {
  try {
    addon.probeVideo(path);
    return 'ok';
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return `${code} ${message}`;
  }
}

const whole = {} as Record<'mp4' | 'mkv' | 'fragmented' | 'recorded' | 'avi' | 'utvideo' | 'y4m', Buffer>;
beforeAll(async () => {
  const document = scheduled(64, 36, 40);
  const { video } = await kiln.render(document, { segmentSeconds: 0.5 });
  whole.mp4 = Buffer.from(video);
  whole.mkv = Buffer.from((await kiln.render(document, { container: 'matroska' })).video);
  whole.recorded = Buffer.from((await kiln.render(document, { asRecorded: true })).video);
  const fragments = ['-c:v', 'libx264', '-g', '10', '-movflags', 'frag_keyframe+empty_moov'];
  whole.avi = fs.readFileSync(await make(at('m.avi'), ...PICTURE, ...SOUND, '-c:v', 'mpeg4', '-bf', '2'));
  whole.utvideo = fs.readFileSync(await make(at('u.avi'), ...SMALL, '-c:v', 'utvideo'));
  whole.y4m = fs.readFileSync(await make(at('s.y4m'), ...SMALL));
  whole.fragmented = fs.readFileSync(await make(at('f.mp4'), ...PICTURE, ...fragments));
});

describe('no video', () => {
  test.each<[string, string | Uint8Array]>([
    ['empty', ''],
    ['text', 'This is not a video.\n'.repeat(100)],
    ['json', '{"version": "1.0"}'],
    ['html', '<!doctype html><video src="http://localhost/x.mp4"></video>'],
    ['short', Buffer.from('\0\0\0')],
    ['wave', Buffer.from('RIFF\x24\0\0\0WAVEfmt ')],
    ['half a magic', 'YUV4MPEG'],
    ['zeros', Buffer.alloc(100_000)],
  ])('%s', (name, data) => {
    const expected =
      name === 'empty' ? 'The file is empty' : 'The file is not a video: it is no MP4, MOV, MKV, WebM, AVI or Y4M file';
    expect(verdict(write(name, data))).toBe(`INVALID_VIDEO ${expected}`);
  });

  test('only sound, with and without a cover', async () => {
    const sound = await make(at('sound.m4a'), ...SOUND, '-c:a', 'aac');
    const picture = ['-f', 'lavfi', '-i', 'color=red:size=64x64:rate=1:duration=1'];
    const how = ['-map', '0', '-map', '1', '-c:a', 'copy', '-c:v', 'mjpeg', '-disposition:v', 'attached_pic'];
    const cover = await make(at('cover.m4a'), '-i', sound, ...picture, ...how);
    for (const file of [sound, cover]) {
      expect(verdict(file)).toBe('INVALID_VIDEO The file has no video stream, only audio');
    }
  });

  test('no frames, a codec that nobody wants, a frame too large', async () => {
    const empty = await make(at('none.mp4'), ...PICTURE, '-c:v', 'libx264', '-frames:v', '0');
    expect(verdict(empty)).toMatch(/^INVALID_VIDEO The (video has no frames|file has no video stream)/);
    const old = await make(at('old.mp4'), ...PICTURE, '-c:v', 'mpeg2video');
    expect(verdict(old)).toMatch(/^INVALID_VIDEO The video's codec is mpeg2video; expected one of h264, /);
    const large = ['-f', 'lavfi', '-i', 'color=red:size=8200x16:duration=0.1', '-c:v', 'mjpeg'];
    expect(verdict(await make(at('large.mkv'), ...large))).toMatch(/^INVALID_VIDEO The video is 8200 x 16 pixels; /);
  });

  test('what cannot be read', () => {
    execFileSync('mkfifo', [at('pipe')]);
    fs.symlinkSync('nowhere', at('dangling'));
    expect(verdict(folder)).toBe(`INPUT_UNREADABLE Cannot read ${folder}: it is a directory`);
    for (const missing of ['missing', 'dangling']) {
      expect(verdict(at(missing))).toBe(`INPUT_UNREADABLE Cannot read ${at(missing)}: it does not exist`);
    }
    for (const special of [at('pipe'), '/dev/zero']) {
      expect(verdict(special)).toBe(`INPUT_UNREADABLE Cannot read ${special}: it is not a regular file`);
    }
  });
});

describe('files that name others', () => {
  test('playlists and lists', async () => {
    write('good.mp4', whole.mp4);
    for (const text of [
      `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n${at('good.mp4')}\n#EXT-X-ENDLIST\n`,
      `ffconcat version 1.0\nfile ${at('good.mp4')}\n`,
      `<?xml version="1.0"?><MPD><BaseURL>${at('good.mp4')}</BaseURL></MPD>`,
    ]) {
      expect(verdict(write('list.mp4', text))).toMatch(/^INVALID_VIDEO The file is not a video: /);
    }
  });

  test('a path is a path, never an address', async () => {
    const requests: string[] = [];
    const server = createServer((request, response) => {
      requests.push(request.url ?? '');
      response.end(whole.mp4);
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const { port } = server.address() as { port: number };
    const good = write('good.mp4', whole.mp4);
    for (const path of [`http://127.0.0.1:${port}/x.mp4`, `concat:${good}|${good}`, `file:${good}`, `cache:${good}`]) {
      expect(verdict(path)).toBe(`INPUT_UNREADABLE Cannot read ${path}: it does not exist`);
    }
    // A name with all that a protocol could take for its own.
    expect(verdict(write('http:,a=b:%41|ü .mp4', whole.mp4))).toBe('ok');
    expect(requests).toEqual([]);
    server.close();
  });
});

describe('cut short', () => {
  test.each(['mp4', 'mkv', 'recorded', 'avi', 'utvideo'] as const)('%s, anywhere', (kind) => {
    const bytes = whole[kind];
    expect(verdict(write('cut', bytes))).toBe('ok');
    const lengths = Array.from({ length: 150 }, (_, i) => Math.floor((i * bytes.length) / 150));
    for (const length of [...lengths, bytes.length - 2, bytes.length - 1]) {
      expect(verdict(write('cut', bytes.subarray(0, length))), `${length} of ${bytes.length} bytes`).toMatch(
        /^INVALID_VIDEO /,
      );
    }
  });

  test('Y4M: whole frames are a video too', () => {
    const bytes = whole.y4m;
    const header = bytes.indexOf('\n') + 1;
    const frame = 'FRAME\n'.length + 34 * 18 + 2 * 17 * 9;
    for (let length = 0; length <= bytes.length; length += length < header + 9 ? 1 : 97) {
      const found = verdict(write('cut.y4m', bytes.subarray(0, length)));
      const frames = Math.floor((length - header) / frame);
      const counted = `INVALID_VIDEO The video is cut short: only ${frames} frames can be read`;
      const none = 'INVALID_VIDEO The video has no frames';
      if (length < header) expect(found).toMatch(/^INVALID_VIDEO /);
      else if ((length - header) % frame !== 0) expect(found, `${length} bytes`).toBe(counted);
      else expect(found, `${length} bytes`).toBe(frames > 0 ? 'ok' : none);
    }
    expect(verdict(write('cut.y4m', bytes.subarray(0, header + 7 * frame)))).toBe('ok');
  });

  test('AVI: what its headers announce', () => {
    const bytes = Buffer.from(whole.avi);
    const refused = (change: (copy: Buffer) => void) => {
      const copy = Buffer.from(bytes);
      change(copy);
      return verdict(write('announced.avi', copy));
    };
    const movi = bytes.indexOf('LIST', bytes.indexOf('movi') - 8, 'latin1');
    expect(refused(() => undefined)).toBe('ok');
    const cut = /^INVALID_VIDEO The video is cut short: only 50 frames can be read$/;
    expect(refused((copy) => copy.writeUInt32LE(bytes.length + 1000, movi + 4))).toMatch(cut);
    expect(refused((copy) => copy.writeUInt32LE(bytes.length - 7, 4))).toMatch(cut);
    for (const unknown of [0, 0xffff_ffff]) {
      expect(refused((copy) => copy.writeUInt32LE(unknown, 4))).toBe(
        'INVALID_VIDEO The AVI file does not say its size: its recording was never finished',
      );
    }
    // AVI 2.0's list of indexes, in the place that FFmpeg leaves for it.
    const place = bytes.indexOf('JUNK', bytes.indexOf('strf'), 'latin1');
    const announce = (offset: number) => (copy: Buffer) => {
      copy.write('indx', place);
      copy.writeUInt16LE(4, place + 8);
      copy.writeUInt16LE(0, place + 10);
      copy.writeUInt32LE(1, place + 12);
      copy.writeBigUInt64LE(BigInt(offset), place + 32);
    };
    expect(refused(announce(bytes.length + 5))).toMatch(cut);
    expect(refused(announce(bytes.length - 5))).not.toMatch(cut);
    // A chunk that is no frame of the video any more, though the index says so.
    const frame = bytes.indexOf('00dc', movi + 5000, 'latin1');
    expect(refused((copy) => copy.write('77xx', frame))).toBe(
      'INVALID_VIDEO The video is damaged: only 49 of 50 frames can be read',
    );
  });

  test('fragmented: the whole fragments are a video too', () => {
    const bytes = whole.fragmented;
    for (let i = 0; i < 150; i++) {
      const length = Math.floor((i * bytes.length) / 150);
      expect(verdict(write('cut', bytes.subarray(0, length)))).toMatch(/^(ok$|INVALID_VIDEO )/);
    }
  });

  test('the reason says so', () => {
    expect(verdict(write('cut', whole.recorded.subarray(0, -1000)))).toBe(
      'INVALID_VIDEO The MP4 file has no index (moov): it was cut short, or its recording was never finished',
    );
    expect(verdict(write('cut', whole.mp4.subarray(0, -1000)))).toMatch(
      /^INVALID_VIDEO The video is cut short: only \d+ of 40 frames can be read$/,
    );
  });
});

describe('damaged', () => {
  const kinds = fc.constantFrom<keyof typeof whole>('mp4', 'mkv', 'fragmented', 'recorded', 'avi', 'utvideo', 'y4m');
  const part = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  test('bits that flipped: facts, or a fault', () => {
    const flips = fc.array(fc.tuple(part, fc.nat(7)), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(kinds, flips, fc.constantFrom(1, 0.05), (kind, places, within) => {
        const bytes = Buffer.from(whole[kind]);
        for (const [place, bit] of places) {
          const index = Math.floor(place * bytes.length * within);
          bytes[index] = (bytes[index] as number) ^ (1 << bit);
        }
        expect(verdict(write('flipped', bytes))).toMatch(/^(ok$|INVALID_VIDEO )/);
      }),
      { numRuns: 400 },
    );
  });

  test('pieces put together wrongly', () => {
    const slices = fc.array(fc.tuple(kinds, part, part), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(slices, (pieces) => {
        const parts = pieces.map(([kind, from, length]) => {
          const bytes = whole[kind];
          const start = Math.floor(from * from * bytes.length);
          return bytes.subarray(start, start + Math.floor(length * bytes.length));
        });
        expect(verdict(write('pieces', Buffer.concat([whole.mp4.subarray(0, 32), ...parts])))).toMatch(
          /^(ok$|INVALID_VIDEO )/,
        );
      }),
      { numRuns: 200 },
    );
  });

  test('a frame near the end that does not decode', () => {
    const bytes = Buffer.from(whole.mp4);
    bytes.fill(0xff, bytes.length - 600, bytes.length - 300);
    expect(verdict(write('end', bytes))).toMatch(/^INVALID_VIDEO The video is damaged: frame \d+ does not decode$/);
  });
});

test('the cancel word stops it', () => {
  const control = new Int32Array(new SharedArrayBuffer(8));
  const good = write('good.mp4', whole.mp4);
  expect(addon.probeVideo(good, control).frames).toBe(40);
  control[0] = 1;
  expect(() => addon.probeVideo(good, control)).toThrow(expect.objectContaining({ code: 'CANCELLED' }));
});
