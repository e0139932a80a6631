// SPDX-License-Identifier: Apache-2.0
// Calls the addon with spoiled arguments: fuzz.mjs calls|muxer LOG SEED RUNS. What is about to be called is in the file
// LOG, so that whoever started this process can tell which call ended it.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { loadAddon } from 'framekiln/native';
import { POISONS, places, Thrown } from './poison.mjs';

const [, , mode, log, seed, runs] = process.argv;
const addon = loadAddon();
// Spoiled paths name files in the working directory.
process.chdir(mkdtempSync(join(dirname(log), 'fuzz-')));

const CODES = [
  'INVALID_ARGUMENT',
  'ENCODER_UNAVAILABLE',
  'ENCODE_FAILED',
  'MUX_FAILED',
  'INPUT_UNREADABLE',
  'INVALID_VIDEO',
  'IO',
  'OUT_OF_MEMORY',
  'CANCELLED',
];
const FORMATS = ['rgb24', 'nv12', 'i420', 'yuv444p'];
const CODECS = ['h264_420', 'h264_444', 'h264_rgb', 'mpeg4_as_recorded'];
const CONTAINERS = ['mp4', 'matroska', 'fmp4'];
const SIZE = { width: 16, height: 8 };
const cpu = addon.about().cpuLevels.at(-1);
let files = 0;

const settingsOf = (variant) => ({
  codec: CODECS[variant % 4],
  ...SIZE,
  fpsNum: 30,
  fpsDen: 1,
  preset: 'ultrafast',
  crf: 23,
});
const framesOf = () => ({
  ...SIZE,
  time: Float64Array.of(0, 0.5, 1),
  complexity: Float64Array.of(0.1, 0.7, 0.9),
  palette: Uint8Array.of(0, 1, 2),
  cpu,
  control: new Int32Array(new SharedArrayBuffer(8)),
});
const rgbOf = () => new Uint8Array(3 * SIZE.width * SIZE.height).fill(77);
/** Three frames, drawn or decoded, of this size or another. */
const sideOf = (variant) => {
  if (variant % 3 === 0) return framesOf();
  const [width, height] = variant % 2 === 0 ? [SIZE.width, SIZE.height] : [10, 30];
  const format = variant > 3 ? 'yuv420p' : 'rgb24';
  const data = new Uint8Array(3 * width * height * (variant > 3 ? 1.5 : 3)).fill(99);
  const conversion = ['accurate', 'opencv', undefined][variant % 3];
  return { data, frames: 3, width, height, format, matrix: variant, fullRange: variant % 2 === 0, conversion };
};

/** Good arguments of every function, in variants. */
const GOOD = {
  about: () => [],
  defaultSchedule: () => [10, 30],
  renderFrames: (variant) => {
    const format = FORMATS[variant % 4];
    const bytes = SIZE.width * SIZE.height * (variant % 4 === 1 || variant % 4 === 2 ? 1.5 : 3) * 3;
    return [{ ...framesOf(), format, out: new Uint8Array(bytes) }, variant > 3];
  },
  fidelity: (variant) => [{ ...framesOf(), chroma: variant % 2 === 0 ? '420' : '444' }],
  encodeSegment: (variant) => [{ ...framesOf(), settings: settingsOf(variant) }],
  encodeFrames: (variant) => [settingsOf(2 + (variant % 2)), rgbOf()],
  encodePng: () => [rgbOf(), SIZE.width, SIZE.height],
  scaleRgb: () => [rgbOf(), SIZE.width, SIZE.height, 5, 3],
  probeVideo: () => [VIDEO, new Int32Array(new SharedArrayBuffer(8))],
  openReader: () => [VIDEO],
  compareFrames: (variant) => {
    const control = new Int32Array(new SharedArrayBuffer(8));
    const luma = ['bt709', 'bt601', undefined][variant % 3];
    return [{ a: sideOf(variant), b: sideOf((variant * 3) % 8), cpu, luma, psnrOnly: variant === 2, control }];
  },
  toRgb: (variant) => [sideOf(variant), cpu],
  resizeLinear: (variant) => [rgbOf(), SIZE.width, SIZE.height, 5 + variant, 3],
  createMuxer: (variant) => {
    const path = variant > 3 ? undefined : `${files++}`;
    return [settingsOf(variant), CONTAINERS[variant % CONTAINERS.length], path, 1e6];
  },
};
const SEGMENTS = CODECS.map((_, i) => addon.encodeSegment({ ...framesOf(), settings: settingsOf(i) }));
const VIDEO = 'video.mp4';
const muxed = addon.createMuxer(settingsOf(0), 'mp4', VIDEO);
await muxed.append(SEGMENTS[0]);
await muxed.finish();
muxed.close();
const segmentOf = (variant) => structuredClone(SEGMENTS[variant % 4]);

/** What a call may do is to return or to throw one of these. */
function checkThrown(error) {
  if (error === 'text' || error instanceof Thrown) return;
  if (
    error instanceof Error &&
    (CODES.includes(error.code) || (error instanceof TypeError && error.code === undefined))
  )
    return;
  throw new Error(`threw ${error?.name} ${error?.code} ${error?.message ?? String(error)}`, { cause: error });
}

const THIS = [undefined, null, 1, 'this', {}, Object.create(null), addon, new Proxy({}, {})];

/** Returns the promise that the function gave, if it did. */
function call(fn, args, { how, construct }) {
  try {
    const result = construct ? Reflect.construct(fn, args) : Reflect.apply(fn, THIS[how % THIS.length], args);
    return result instanceof Promise ? result.catch(checkThrown) : result;
  } catch (error) {
    return checkThrown(error);
  }
}

const part = fc.noBias(fc.nat(999)).map((thousandths) => thousandths / 1000);
const spoilings = fc.array(
  fc.record({
    at: part,
    poison: fc.constantFrom(...Object.keys(POISONS)),
    n: part,
  }),
  { maxLength: 3, size: 'max' },
);
const manner = fc.record({ how: fc.nat(7), construct: fc.boolean(), drop: fc.nat(6), extra: fc.boolean() });
const variants = fc.nat(7);

function spoil(args, spoils, { drop, extra }) {
  const left = places(args);
  for (const { at, poison, n } of spoils) {
    const [place] = left.splice(Math.floor(at * left.length), 1);
    if (place) POISONS[poison](place.holder, place.key, n);
  }
  // `drop` above what there is drops nothing, which is most of the time.
  const kept = drop === 0 ? args.slice(0, -1) : args;
  return extra ? [...kept, Symbol('extra')] : kept;
}

const announce = (what) => writeFileSync(log, JSON.stringify(what));

const calls = fc.property(
  fc.constantFrom(...Object.keys(GOOD)),
  variants,
  spoilings,
  manner,
  (name, variant, spoils, how) => {
    announce({ name, variant, spoils, ...how });
    const result = call(addon[name], spoil(GOOD[name](variant), spoils, how), how);
    if (name === 'createMuxer' || name === 'openReader') result?.close?.();
  },
);

const step = fc.record({
  method: fc.constantFrom('append', 'append', 'append', 'finish', 'close'),
  other: fc.boolean(),
  wait: fc.boolean(),
  spoils: fc.oneof(fc.constant([]), spoilings),
  how: manner,
});
const limits = fc.constantFrom(1, 100, 1000, 3000, 1e6);
const steps = fc.array(step, { minLength: 1, maxLength: 8, size: 'max' });

const muxer = fc.asyncProperty(variants, limits, steps, async (variant, limit, sequence) => {
  const path = variant > 3 ? undefined : `${files++}`;
  const made = addon.createMuxer(settingsOf(variant), CONTAINERS[variant % CONTAINERS.length], path, limit);
  const done = [];
  const promises = [];
  for (const { method, other, wait, spoils, how } of sequence) {
    done.push({ method, other, wait, spoils, how });
    announce({ variant, limit, sequence: done });
    const args = method === 'append' ? [segmentOf(other ? variant + 1 : variant)] : [];
    const result = call(made[method], spoil(args, spoils, how), how);
    promises.push(result);
    if (wait) await result;
  }
  await Promise.all(promises);
});

const property = mode === 'muxer' ? muxer : calls;
await fc.assert(property, { seed: Number(seed), numRuns: Number(runs), endOnFailure: true });
globalThis.gc?.();
console.log(`${runs} ${mode} done`);
