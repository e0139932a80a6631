// SPDX-License-Identifier: Apache-2.0
import { describe, expected, FramekilnError } from '../errors.js';
import { type FrameTable, familyOf, PALETTES } from './table.js';

export const MAX_FRAMES = 10_000_000;

const MAX_SIDE = 8192;
const MAX_PIXELS = 33_200_000;

/** The default schedule for frames 0 to frames-1; the addon computes it, with the C library's sine. */
export type Schedule = (frames: number, fps: number) => { time: Float64Array; complexity: Float64Array };

type JsonObject = Record<string, unknown>;

/**
 * Validates a version 1.0 document (or "the default schedule" as a document) once, completely.
 * Keys that do not reach the pixels are ignored.
 * @throws FramekilnError `INVALID_DOCUMENT` with the JSON pointer of the first fault
 */
export function parseDocument(value: unknown, schedule: Schedule): FrameTable {
  if (!isObject(value)) fail('an object', '', value);
  if (value.version !== '1.0') fail('"1.0"', '/version', value.version);
  const { width, height } = resolution(value.resolution);
  const fps = framesPerSecond(value.fps);
  const frames = value.schedule === undefined ? storedFrames(value) : scheduledFrames(value, fps, schedule);
  return { width, height, fps, ...frames };
}

type Frames = Pick<FrameTable, 'time' | 'complexity' | 'palette'>;

function scheduledFrames(doc: JsonObject, fps: number, schedule: Schedule): Frames {
  if (doc.schedule !== 'default') fail('"default"', '/schedule', doc.schedule);
  if (doc.parameters !== undefined) fail('nothing beside a schedule', '/parameters', doc.parameters);
  const duration = seconds(doc.duration);
  const frames = Math.trunc(duration * fps);
  if (frames < 1 || frames > MAX_FRAMES) {
    fail(`a number of seconds that makes 1 to ${MAX_FRAMES} frames at ${fps} fps`, '/duration', duration);
  }
  if (doc.total_frames !== undefined && doc.total_frames !== frames) {
    fail(`${frames} (the schedule's length)`, '/total_frames', doc.total_frames);
  }
  return { ...schedule(frames, fps), palette: new Uint8Array(frames) };
}

function storedFrames(doc: JsonObject): Frames {
  const { parameters, total_frames, duration } = doc;
  if (!Array.isArray(parameters)) fail('an array', '/parameters', parameters);
  const frames = parameters.length;
  if (frames < 1 || frames > MAX_FRAMES) fail(`1 to ${MAX_FRAMES} frames`, '/parameters', parameters);
  if (total_frames !== frames) fail(`${frames} (the length of parameters)`, '/total_frames', total_frames);
  if (duration !== undefined) seconds(duration);

  const time = new Float64Array(frames);
  const complexity = new Float64Array(frames);
  const palette = new Uint8Array(frames);
  for (let i = 0; i < frames; i++) {
    const entry: unknown = parameters[i];
    if (!isObject(entry)) fail('an object', `/parameters/${i}`, entry);
    const t = entry.time;
    const c = entry.complexity;
    const p = PALETTES.indexOf(entry.color_palette as (typeof PALETTES)[number]);
    if (!Number.isFinite(t)) fail('a finite number', `/parameters/${i}/time`, t);
    if (!Number.isFinite(c)) fail('a finite number', `/parameters/${i}/complexity`, c);
    if (p < 0) fail(`one of ${PALETTES.join(', ')}`, `/parameters/${i}/color_palette`, entry.color_palette);
    refuseUnrenderable(t as number, c as number, i);
    time[i] = t as number;
    complexity[i] = c as number;
    palette[i] = p;
  }
  return { time, complexity, palette };
}

/** Refuses the finite numbers at which the generator itself stops, or computes with infinities. */
function refuseUnrenderable(time: number, complexity: number, frame: number): void {
  const at = `/parameters/${frame}`;
  const family = familyOf(complexity);
  if (family === 'geometric') {
    const circles = 3 + complexity * 5;
    if (!Number.isFinite(circles)) {
      fail('a number that is finite times 5 (geometric multiplies)', `${at}/complexity`, complexity);
    }
    if (circles >= 1 && !Number.isFinite(time * 20)) {
      fail('a number that is finite times 20 (geometric multiplies)', `${at}/time`, time);
    }
  } else if (family === 'plasma') {
    if (!Number.isFinite(time * 2.6)) fail('a number that is finite times 2.6 (plasma multiplies)', `${at}/time`, time);
  } else if (family === 'mandelbrot' && time === -2) {
    fail('a number other than -2 (mandelbrot would have zoom 0)', `${at}/time`, time);
  }
}

function resolution(value: unknown): { width: number; height: number } {
  if (!Array.isArray(value) || value.length !== 2) fail('two integers (width, height)', '/resolution', value);
  for (const [i, side] of value.entries()) {
    if (!Number.isInteger(side) || side < 1 || side > MAX_SIDE) {
      fail(`an integer from 1 to ${MAX_SIDE}`, `/resolution/${i}`, side);
    }
  }
  const [width, height] = value;
  if (width * height > MAX_PIXELS) fail('33.2 megapixels or fewer', '/resolution', value);
  return { width, height };
}

function framesPerSecond(value: unknown): number {
  if (typeof value === 'number' && value >= 0.001 && value <= 1000) return value;
  return fail('a number from 0.001 to 1000', '/fps', value);
}

function seconds(value: unknown): number {
  if (typeof value === 'number' && value >= 0 && value <= Number.MAX_VALUE) return value;
  return fail('a finite number of seconds', '/duration', value);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fail(what: string, pointer: string, value: unknown): never {
  const message = expected(what, pointer === '' ? 'the document' : pointer, value);
  throw new FramekilnError('INVALID_DOCUMENT', message, { pointer, expected: what, received: describe(value) });
}
