// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "scene/axis.h"
#include "scene/family.h"
#include "scene/palette.h"

namespace framekiln::scene {

/// Escape times of the Mandelbrot set, banded into the palette.
struct Mandelbrot {
  static constexpr int kIterations = 100;

  Axis x, y;
  Palette palette;
  /// The colour of each iteration count.
  int8_t colour[kIterations];
};

FK_HOST int mandelbrot_colour(const Palette& palette, int iterations) {
  const double v = iterations / 100.0;
  for (int i = 0; i < palette.count; i++) {
    if (static_cast<double>(i) / palette.count <= v && v < static_cast<double>(i + 1) / palette.count) return i;
  }
  return kBlack;
}

/// zoom = 1 + time / 2 must not be 0: the generator divides by it.
FK_HOST Mandelbrot make_mandelbrot(const FrameParams& p, int width, int height) {
  const double zoom = 1.0 + p.time * 0.5;
  const double cx = 0.5 + 0.1 * std::sin(p.time), cy = 0.5 + 0.1 * std::cos(p.time);
  Mandelbrot m{make_axis(cx - 2.0 / zoom, cx + 2.0 / zoom, width),
               make_axis(cy - 2.0 / zoom, cy + 2.0 / zoom, height),
               palette_of(p.palette),
               {}};
  for (int i = 0; i < Mandelbrot::kIterations; i++) {
    m.colour[i] = static_cast<int8_t>(mandelbrot_colour(m.palette, i));
  }
  return m;
}

/// |z| <= 2 as the generator decides it: the squared norm settles all but its rounding, hypot the rest.
FK_HOST bool mandelbrot_inside(double re, double im) {
  const double norm = re * re + im * im;
  if (norm < 4.0 - 1e-12) return true;
  if (!(norm < 4.0 + 1e-12)) return false;
  return std::hypot(re, im) <= 2;
}

/// Index of the last iteration that started with |z| <= 2.
FK_HOST int mandelbrot_iterations(double cre, double cim) {
  double re = 0, im = 0;
  int iterations = 0;
  for (int i = 0; i < Mandelbrot::kIterations && mandelbrot_inside(re, im); i++) {
    const double next = (re * re - im * im) + cre;
    im = (re * im + im * re) + cim;
    re = next;
    iterations = i;
  }
  return iterations;
}

}  // namespace framekiln::scene
