// SPDX-License-Identifier: Apache-2.0
// All modes in one fragment shader. Coordinates count from the top left, in device pixels.

export const VERTEX = `#version 300 es
void main() {
  // One triangle over everything.
  gl_Position = vec4(vec2(gl_VertexID == 1 ? 3 : -1, gl_VertexID == 2 ? 3 : -1), 0, 1);
}`;

export const SHADER_MODES = { 'two-up': 0, split: 1, difference: 2, a: 3, b: 4 } as const;

export const FRAGMENT = `#version 300 es
precision highp float;
precision highp sampler2D;
uniform sampler2D a, b;
uniform vec2 stage;
uniform vec4 first, second;   // panes: left, top, width, height
uniform vec3 view;            // the middle in A's pixels, and device pixels a pixel
uniform float splitAt, gain, gridFrom;
uniform int mode;
uniform vec3 around;
out vec4 colour;

// As it is from near; from afar the mean of what falls into a device pixel.
vec3 look(sampler2D side, vec2 at) {
  vec2 size = vec2(textureSize(side, 0));
  vec2 place = at / vec2(textureSize(a, 0));
  if (view.z >= 2.0) return texelFetch(side, ivec2(place * size), 0).rgb;
  float step = size.x / float(textureSize(a, 0).x) / view.z;
  int taps = clamp(int(ceil(step * 0.5)), 1, 4);
  vec3 sum = vec3(0);
  for (int y = 0; y < taps; y++) {
    for (int x = 0; x < taps; x++) {
      vec2 offset = ((vec2(x, y) + 0.5) / float(taps) - 0.5) * step;
      sum += texture(side, place + offset / size).rgb;
    }
  }
  return sum / float(taps * taps);
}

float differenceAt(ivec2 at) {
  ivec2 size = textureSize(a, 0);
  vec3 other = size == textureSize(b, 0) ? texelFetch(b, at, 0).rgb : texture(b, (vec2(at) + 0.5) / vec2(size)).rgb;
  vec3 difference = abs(texelFetch(a, at, 0).rgb - other);
  return max(difference.r, max(difference.g, difference.b));
}

// The largest of what falls into a device pixel, so that one odd pixel is seen from afar too.
float worst(vec2 at) {
  ivec2 limit = textureSize(a, 0) - 1;
  float wide = 1.0 / view.z;
  int count = clamp(int(ceil(wide)), 1, 8);
  vec2 from = count == 1 ? at : at - wide * 0.5;
  float found = 0.0;
  for (int y = 0; y < count; y++) {
    for (int x = 0; x < count; x++) {
      vec2 place = from + vec2(x, y) * (wide / float(count));
      found = max(found, differenceAt(clamp(ivec2(floor(place)), ivec2(0), limit)));
    }
  }
  return found;
}

// From black over purple and orange to a pale yellow, each as much lighter than the one before: even steps for the eye,
// in grey too. No difference at all is black.
vec3 ramp(float t) {
  const vec3 stops[6] = vec3[](vec3(0), vec3(0.25, 0.07, 0.45), vec3(0.65, 0.16, 0.44), vec3(0.93, 0.4, 0.24),
                               vec3(0.99, 0.74, 0.25), vec3(1.0, 0.99, 0.8));
  float at = clamp(t, 0.0, 1.0) * 5.0;
  int from = min(int(at), 4);
  return mix(stops[from], stops[from + 1], at - float(from));
}

void main() {
  vec2 at = vec2(gl_FragCoord.x, stage.y - gl_FragCoord.y);
  bool other = mode == 0 && (at.x >= first.x + first.z || at.y >= first.y + first.w);
  vec4 pane = other ? second : first;
  vec2 place = view.xy + (at - pane.xy - pane.zw * 0.5) / view.z;
  vec2 size = vec2(textureSize(a, 0));
  bool beside = any(lessThan(at, pane.xy)) || any(greaterThanEqual(at, pane.xy + pane.zw));
  if (beside || any(lessThan(place, vec2(0))) || any(greaterThanEqual(place, size))) {
    colour = vec4(around, 1);
    return;
  }
  vec3 shown;
  if (mode == 2) shown = ramp(min(1.0, worst(place) * gain));
  else if (other || mode == 4 || (mode == 1 && at.x >= splitAt)) shown = look(b, place);
  else shown = look(a, place);
  if (view.z >= gridFrom && any(lessThan(fract(place) * view.z, vec2(1)))) {
    shown = mix(shown, vec3(dot(shown, vec3(0.2, 0.7, 0.1)) > 0.5 ? 0.0 : 1.0), 0.3);
  }
  colour = vec4(shown, 1);
}`;
