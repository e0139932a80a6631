// SPDX-License-Identifier: Apache-2.0
// Documents as the framework stores them, made up: the same arguments give the same document everywhere.

/** Complexity runs between these bounds, which keep it within a family, or lead it through all. */
const SCENES = {
  geometric: [0.02, 0.28],
  fractal: [0.32, 0.58],
  plasma: [0.61, 0.79],
  mandelbrot: [0.81, 0.98],
  all: [0.02, 0.98],
} as const;
const PALETTES = ['vibrant', 'pastel', 'monochrome'] as const;

export type Scene = keyof typeof SCENES;

export interface DemoClip {
  width: number;
  height: number;
  fps: number;
  frames: number;
  scene: Scene;
  /** Another number, another video. */
  seed: number;
}

export interface DemoDocument {
  version: string;
  resolution: [width: number, height: number];
  fps: number;
  duration: number;
  total_frames: number;
  parameters: Record<string, number | string>[];
}

/** A document of version 1.0, with the keys that the framework writes. */
export function makeDocument({ width, height, fps, frames, scene, seed }: DemoClip): DemoDocument {
  const [low, high] = SCENES[scene];
  const parameters = Array.from({ length: frames }, (_, frame) => ({
    frame,
    time: frame / fps,
    complexity: low + (high - low) * (0.5 + 0.5 * Math.sin(frame * 0.05 + seed)),
    color_palette: PALETTES[(seed + Math.floor(frame / 60)) % PALETTES.length] as string,
    motion_intensity: 1,
    geometric_scale: 1,
    scene_type: frame % 4,
  }));
  return { version: '1.0', resolution: [width, height], fps, duration: frames / fps, total_frames: frames, parameters };
}
