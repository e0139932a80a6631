// SPDX-License-Identifier: Apache-2.0
// FFmpeg's own ways of drawing: an expression a pixel (the filter geq), and its source mandelbrot.
import { type Size, sizeName } from '../scenes.js';
import { findFfmpeg, timeFfmpeg } from './ffmpeg.js';
import type { Peer, PeerClip, PeerRun } from './peer.js';

/** The palette `vibrant`, 0 or 1 a channel: the only one that benches draw. */
const COLOURS = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
  [1, 1, 0],
  [1, 0, 1],
  [0, 1, 1],
] as const;
const CHANNELS = ['r', 'g', 'b'] as const;

/** Inputs and filters that draw one frame of a clip by expressions. Output: planar RGB, exact. */
export function geqFrame({ scene, size, frames }: PeerClip, index: number): string[] {
  const [time, complexity] = [frames.time[index] as number, frames.complexity[index] as number];
  const filters = scene === 'plasma' ? plasma(size, time) : geometric(size, time, complexity);
  return ['-f', 'lavfi', '-i', `nullsrc=size=${sizeName(size)}:rate=30`, '-frames:v', '1', '-vf', filters];
}

/** Stores the pixel's place, 0 to 1, in the expression's variables 0 and 1. */
function place({ width, height }: Size): string {
  const axis = (name: string, count: number) => {
    const step = count > 1 ? 1 / (count - 1) : 0;
    // The last is exactly 1, whatever the product would be.
    if ((count - 1) * step === 1 || count === 1) return `${name}*${step}`;
    return `if(eq(${name},${count - 1}),1,${name}*${step})`;
  };
  return `st(0,${axis('X', width)});st(1,${axis('Y', height)})`;
}

/** The number of each pixel's colour once, as grey; then a table for each channel. */
function plasma(size: Size, time: number): string {
  const to = time * 2;
  const waves = [
    `sin(ld(0)*10+${to})`,
    `sin(ld(1)*10+${to * 0.7})`,
    `sin((ld(0)+ld(1))*7+${to * 1.3})`,
    `sin(sqrt(ld(0)*ld(0)+ld(1)*ld(1))*8+${to * 0.9})`,
  ];
  const number = `${place(size)};floor((((${waves.join('+')})/4)+1)/2*${COLOURS.length})`;
  const channels = CHANNELS.map((name, channel) => {
    const lit = COLOURS.flatMap((colour, i) => (colour[channel] ? [`eq(val,${i})`] : []));
    return `${name}='255*(${lit.join('+')})'`;
  });
  return `format=gray,geq=lum='${number}',mergeplanes=0x000000:gbrp,lutrgb=${channels.join(':')}`;
}

/** Each channel the sum of its circles. */
function geometric(size: Size, time: number, complexity: number): string {
  const to = time * 2;
  const circles = Array.from({ length: Math.trunc(3 + complexity * 5) }, (_, i) => {
    const cx = 0.5 + 0.3 * Math.sin(to + i * 0.5);
    const cy = 0.5 + 0.3 * Math.cos(to + i * 0.3);
    const radius = 0.1 + 0.05 * Math.sin(to * 1.5 + i);
    const distance = 'sqrt(ld(2)*ld(2)+ld(3)*ld(3))';
    const u = `st(4,clip((${radius}-${distance})/0.02,0,1))`;
    return {
      shape: `(st(2,ld(0)-${cx});st(3,ld(1)-${cy});${u};ld(4)*ld(4)*(3-2*ld(4)))`,
      colour: COLOURS[(i + Math.trunc(to * 10)) % COLOURS.length],
    };
  });
  const channels = CHANNELS.map((name, channel) => {
    const shapes = circles.filter(({ colour }) => colour?.[channel]).map(({ shape }) => shape);
    return `${name}='${shapes.length > 0 ? `${place(size)};255*min(1,${shapes.join('+')})` : '0'}'`;
  });
  return `format=gbrp,geq=${channels.join(':')}`;
}

/** Its region in the width is that of the clip's frames: their zooms from end to end, their first centre. */
export function mandelbrotSource({ size, frames }: PeerClip, count: number): string[] {
  const times = [...frames.time.subarray(0, count)].sort((a, b) => a - b);
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const settings = {
    size: sizeName(size),
    rate: 30,
    maxiter: 100,
    bailout: 2,
    outer: 'iteration_count',
    inner: 'black',
    start_x: 0.5 + 0.1 * Math.sin(first),
    start_y: 0.5 + 0.1 * Math.cos(first),
    start_scale: 4 / (1 + first * 0.5),
    end_scale: 4 / (1 + last * 0.5),
    end_pts: Math.max(count - 1, 1),
  };
  const text = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  return ['-f', 'lavfi', '-i', `mandelbrot=${text.join(':')}`, '-frames:v', `${count}`];
}

const NOWHERE = ['-f', 'null', '-'];

/** Plasma and geometric by expressions. */
export const geq = (command = 'ffmpeg'): Peer => ({
  name: 'lavfi geq',
  what: "FFmpeg's geq filter, an expression a pixel, a process a frame (its start not counted): exact",
  scenes: ['geometric', 'plasma'],
  makes: 'rgb24',
  from: 'parameters',
  mostRounds: 3,
  find: () => findFfmpeg(command, { filters: ['geq', 'lutrgb', 'mergeplanes'] }),
  async run(clip, seconds) {
    const total: Required<Omit<PeerRun, 'bytes'>> = { frames: 0, seconds: 0, startSeconds: 0 };
    const count = clip.frames.time.length;
    // Frames of a process have one expression, whose constants are the frame's.
    while (total.frames === 0 || total.frames % count > 0 || total.seconds < seconds) {
      const timed = await timeFfmpeg(command, [...geqFrame(clip, total.frames % count), ...NOWHERE]);
      total.frames += timed.frames;
      total.seconds += timed.seconds;
      total.startSeconds += timed.startSeconds;
    }
    return total;
  },
});

/** Other pictures of the same set. */
export const mandelbrotFilter = (command = 'ffmpeg'): Peer => ({
  name: 'lavfi mandelbrot',
  what:
    "FFmpeg's mandelbrot source, maxiter 100, the same zooms in one go: other colours, other heights, and points that it " +
    'keeps from frame to frame',
  scenes: ['mandelbrot'],
  makes: 'rgb24',
  from: 'parameters',
  find: () => findFfmpeg(command, { filters: ['mandelbrot'] }),
  async run(clip, seconds) {
    const make = (count: number) => timeFfmpeg(command, [...mandelbrotSource(clip, count), ...NOWHERE]);
    const few = await make(4);
    return few.seconds >= seconds ? few : make(Math.ceil((few.frames * seconds) / few.seconds));
  },
});
