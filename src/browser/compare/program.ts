// SPDX-License-Identifier: Apache-2.0
import { FRAGMENT, VERTEX } from './shader.js';

const UNIFORMS = [
  ...['a', 'b', 'stage', 'first', 'second', 'view', 'splitAt', 'gain', 'gridFrom', 'mode', 'around'],
] as const;

type Uniform = (typeof UNIFORMS)[number];

export interface Program {
  program: WebGLProgram;
  /** Where a uniform is. */
  at(name: Uniform): WebGLUniformLocation | null;
}

/** @throws Error with the compiler's words */
export function buildProgram(gl: WebGL2RenderingContext): Program {
  const program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(kind);
    if (!shader) throw new Error('the graphics context is lost');
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    gl.deleteShader(shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    const words = (gl.getAttachedShaders(program) ?? []).map((shader) => gl.getShaderInfoLog(shader));
    throw new Error(`The shader does not build: ${[gl.getProgramInfoLog(program), ...words].join(' ')}`);
  }
  const places = new Map(UNIFORMS.map((name) => [name, gl.getUniformLocation(program, name)]));
  return { program, at: (name) => places.get(name) ?? null };
}

/** A texture that may be read pixel by pixel. */
export function emptyTexture(gl: WebGL2RenderingContext): WebGLTexture {
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, side, gl.CLAMP_TO_EDGE);
  for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
    gl.texParameteri(gl.TEXTURE_2D, filter, gl.LINEAR);
  }
  return texture;
}
