// SPDX-License-Identifier: Apache-2.0
// The frames that every part of the bench renders.
import type { Addon, NativeFrames } from 'framekiln/native';

/** Frames of a default document: 10 s at 30 fps. */
export const FRAMES = 300;
export const FPS = 30;

/** Four families by a complexity of each, and the document that goes through all of them. */
export const FAMILIES = { geometric: 0.12, fractal: 0.45, plasma: 0.7, mandelbrot: 0.9 } as const;
export const SCENES = [...Object.keys(FAMILIES), 'default'] as readonly Scene[];
export type Scene = keyof typeof FAMILIES | 'default';

const PALETTES = ['vibrant', 'pastel', 'monochrome'];

/** Pixels. */
export interface Size {
  width: number;
  height: number;
}

export const sizeName = ({ width, height }: Size): string => `${width}x${height}`;

/** `count` frames evenly spread over the scene's 300 (all of them, in turn, when there are more). */
export function framesOf(addon: Addon, scene: Scene, count: number, size: Size): NativeFrames {
  const all = addon.defaultSchedule(FRAMES, FPS);
  const picked = Array.from({ length: count }, (_, i) =>
    count > FRAMES ? i % FRAMES : Math.floor((i * FRAMES) / count),
  );
  return {
    ...size,
    time: Float64Array.from(picked, (i) => all.time[i] as number),
    complexity: Float64Array.from(picked, (i) =>
      scene === 'default' ? (all.complexity[i] as number) : FAMILIES[scene],
    ),
    palette: new Uint8Array(count),
  };
}

/** What is decoded: a scene, or somebody's document. */
export interface Clip {
  name: string;
  /** Frames. */
  length: number;
  /** `count` frames from all over it, at any size. */
  frames: (count: number, size: Size) => NativeFrames;
  /** All of it as a document. */
  document: (size: Size) => object;
}

export function sceneClip(addon: Addon, scene: Scene): Clip {
  return {
    name: scene,
    length: FRAMES,
    frames: (count, size) => framesOf(addon, scene, count, size),
    document: (size) => storedDocument(framesOf(addon, scene, FRAMES, size)),
  };
}

/** A document's frames, evenly spread. */
export function tableClip(name: string, table: NativeFrames): Clip {
  const length = table.time.length;
  const frames = (count: number, size: Size): NativeFrames => {
    const picked = Array.from({ length: count }, (_, i) =>
      count > length ? i % length : Math.floor((i * length) / count),
    );
    return {
      ...size,
      time: Float64Array.from(picked, (i) => table.time[i] as number),
      complexity: Float64Array.from(picked, (i) => table.complexity[i] as number),
      palette: Uint8Array.from(picked, (i) => table.palette[i] as number),
    };
  };
  return { name, length, frames, document: (size) => storedDocument(frames(length, size)) };
}

/** Frames `start` to `end`. */
export function slice(frames: NativeFrames, start: number, end: number): NativeFrames {
  return {
    ...frames,
    time: frames.time.subarray(start, end),
    complexity: frames.complexity.subarray(start, end),
    palette: frames.palette.subarray(start, end),
  };
}

/** The same frames as a document with stored parameters. */
export function storedDocument({ width, height, time, complexity, palette }: NativeFrames): object {
  return {
    version: '1.0',
    resolution: [width, height],
    fps: FPS,
    total_frames: time.length,
    parameters: Array.from(time, (at, i) => ({
      frame: i,
      time: at,
      complexity: complexity[i],
      color_palette: PALETTES[palette[i] as number],
    })),
  };
}

/** The default schedule as a document. */
export function scheduleDocument({ width, height }: Size, frames: number): object {
  return { version: '1.0', schedule: 'default', resolution: [width, height], fps: FPS, duration: frames / FPS };
}
