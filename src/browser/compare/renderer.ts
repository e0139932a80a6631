// SPDX-License-Identifier: Apache-2.0
// Draws pairs of frames, and says what is in their pixels.
import { FrameRing, newestPair } from './frame-ring.js';
import type { Picture } from './frame-source.js';
import type { Pairing } from './pairing.js';
import { buildProgram, emptyTexture, type Program } from './program.js';
import { SHADER_MODES } from './shader.js';
import type { Mode } from './url-state.js';
import { GRID_ZOOM, type Pane, panes, type Size, type View } from './view.js';

export type Side = 'a' | 'b';
export type Rgb = [number, number, number];

/** Decoders have few frames to give away. */
const KEPT = 3;

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
  readonly #rings = { a: new FrameRing<Picture>(KEPT), b: new FrameRing<Picture>(KEPT) };
  readonly #textures: Record<Side, WebGLTexture>;
  readonly #target: WebGLFramebuffer;
  readonly #pairing: Pairing;
  readonly #picture: Size;
  /** A's frame that is in the textures, with its partner. */
  #drawn: number | undefined;

  /** @throws Error where there is no WebGL2 */
  constructor(canvas: HTMLCanvasElement, picture: Size, pairing: Pairing) {
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
    this.#textures = { a: emptyTexture(gl), b: emptyTexture(gl) };
    this.#pairing = pairing;
    this.#picture = picture;
  }

  /** Keeps what a side presents now, until newer ones come. */
  put(side: Side, picture: Picture): void {
    for (const old of this.#rings[side].put(picture.frame, picture)) old.close();
  }

  /** Lets go of all frames. */
  close(): void {
    for (const ring of Object.values(this.#rings)) for (const picture of ring.clear()) picture.close();
  }

  /**
   * Draws the newest pair that is whole; without one the last again.
   * @returns A's frame, if there is anything to draw
   * @throws SecurityError where pixels may not be read
   */
  draw({ mode, view, split, gain, stage, density, around }: Scene): number | undefined {
    const gl = this.#gl;
    this.#upload();
    if (this.#drawn === undefined || gl.isContextLost()) return undefined;
    const { canvas } = gl;
    const [width, height] = [Math.round(stage.width * density), Math.round(stage.height * density)];
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    gl.viewport(0, 0, width, height);
    gl.useProgram(this.#program.program);
    [this.#textures.a, this.#textures.b].forEach((texture, unit) => {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, texture);
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
    return this.#drawn;
  }

  /** A pixel of a side's picture that is drawn. */
  pixel(side: Side, x: number, y: number): Rgb | undefined {
    const gl = this.#gl;
    if (this.#drawn === undefined) return undefined;
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.#target);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, this.#textures[side], 0);
    const data = new Uint8Array(4);
    gl.readPixels(x, y, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, data);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    return [...data.subarray(0, 3)] as Rgb;
  }

  /** Only what is drawn goes to the graphics processor. */
  #upload(): void {
    const gl = this.#gl;
    const frame = newestPair(this.#rings.a, this.#rings.b, this.#pairing.partner);
    if (frame === undefined || frame === this.#drawn) return;
    for (const side of ['a', 'b'] as const) {
      const picture = this.#rings[side].get(side === 'a' ? frame : this.#pairing.partner(frame));
      if (!picture) return;
      gl.bindTexture(gl.TEXTURE_2D, this.#textures[side]);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, picture.image);
    }
    this.#drawn = frame;
  }
}

function scaled<T extends number[]>(values: readonly [...T], by: number): T {
  return values.map((value) => value * by) as T;
}
