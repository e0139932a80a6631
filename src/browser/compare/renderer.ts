// SPDX-License-Identifier: Apache-2.0
// Draws pairs of frames, and says what is in their pixels.
import { FrameRing, newestPair, slotsFor } from './frame-ring.js';
import type { Picture } from './frame-source.js';
import type { Clip, Pairing } from './pairing.js';
import { buildProgram, emptyTexture, type Program } from './program.js';
import { SHADER_MODES } from './shader.js';
import type { Mode } from './url-state.js';
import { GRID_ZOOM, type Pane, panes, type Size, type View } from './view.js';

export type Side = 'a' | 'b';
export type Rgb = [number, number, number];

export interface Scene {
  mode: Mode;
  view: View;
  split: number;
  gain: number;
  /** Of the canvas, in screen pixels, and device pixels in each. */
  stage: Size;
  density: number;
  /** What is around the pictures, 0 to 1. */
  around: Rgb;
}

export class Renderer {
  readonly #gl: WebGL2RenderingContext;
  readonly #program: Program;
  readonly #rings: Record<Side, FrameRing<WebGLTexture>>;
  readonly #target: WebGLFramebuffer;
  readonly #pairing: Pairing;
  readonly #picture: Size;

  /** @throws Error where there is no WebGL2 */
  constructor(canvas: HTMLCanvasElement, a: Clip, b: Clip, pairing: Pairing) {
    // The last picture stays, so that it can be saved.
    const gl = canvas.getContext('webgl2', {
      alpha: false,
      antialias: false,
      depth: false,
      preserveDrawingBuffer: true,
    });
    if (!gl) throw new Error('This browser has no WebGL2');
    this.#gl = gl;
    this.#program = buildProgram(gl);
    this.#target = gl.createFramebuffer();
    const slots = slotsFor(a.width * a.height, b.width * b.height);
    const ring = () => new FrameRing(Array.from({ length: slots }, () => emptyTexture(gl)));
    this.#rings = { a: ring(), b: ring() };
    this.#pairing = pairing;
    this.#picture = a;
  }

  /** Keeps what a side presents now. @throws SecurityError where its pixels may not be read */
  put(side: Side, picture: Picture): void {
    const gl = this.#gl;
    const known = this.#rings[side].has(picture.frame);
    const texture = this.#rings[side].put(picture.frame);
    if (known || !texture) return;
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, picture.image);
  }

  /** A's frame of the newest pair that is whole. */
  newest(): number | undefined {
    return newestPair(this.#rings.a, this.#rings.b, this.#pairing.partner);
  }

  /** Draws this frame of A and its partner; false when they are not there any more. */
  draw(frame: number, { mode, view, split, gain, stage, density, around }: Scene): boolean {
    const gl = this.#gl;
    const textures = [this.#texture('a', frame), this.#texture('b', frame)];
    if (!textures[0] || !textures[1] || gl.isContextLost()) return false;
    const { canvas } = gl;
    const [width, height] = [Math.round(stage.width * density), Math.round(stage.height * density)];
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    gl.viewport(0, 0, width, height);
    gl.useProgram(this.#program.program);
    textures.forEach((texture, unit) => {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, texture ?? null);
    });
    gl.activeTexture(gl.TEXTURE0);
    const { at } = this.#program;
    const [first, second = first] = panes(stage, this.#picture, mode === 'two-up');
    const place = (name: 'first' | 'second', pane: Pane | undefined) =>
      pane && gl.uniform4f(at(name), ...scaled([pane.left, pane.top, pane.width, pane.height], density));
    gl.uniform1i(at('a'), 0);
    gl.uniform1i(at('b'), 1);
    gl.uniform2f(at('stage'), width, height);
    place('first', first);
    place('second', second);
    gl.uniform3f(at('view'), view.x, view.y, view.zoom * density);
    gl.uniform1f(at('splitAt'), split * width);
    gl.uniform1f(at('gain'), gain);
    gl.uniform1f(at('gridFrom'), GRID_ZOOM * density);
    gl.uniform1i(at('mode'), SHADER_MODES[mode]);
    gl.uniform3f(at('around'), ...around);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    return true;
  }

  /** A pixel of the side's picture that belongs to A's frame. */
  pixel(side: Side, frame: number, x: number, y: number): Rgb | undefined {
    const gl = this.#gl;
    const texture = this.#texture(side, frame);
    if (!texture) return undefined;
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.#target);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
    const data = new Uint8Array(4);
    gl.readPixels(x, y, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, data);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    return [...data.subarray(0, 3)] as Rgb;
  }

  #texture(side: Side, frame: number): WebGLTexture | undefined {
    return this.#rings[side].get(side === 'a' ? frame : this.#pairing.partner(frame));
  }
}

function scaled<T extends number[]>(values: readonly [...T], by: number): T {
  return values.map((value) => value * by) as T;
}
