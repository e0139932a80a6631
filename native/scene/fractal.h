// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "scene/axis.h"
#include "scene/family.h"
#include "scene/palette.h"

namespace framekiln::scene {

/// Six octaves of hashed value noise, constant on grid cells.
///
/// Every term is a multiple of 2^-30 / 2^5, so the sum is kept exactly, as an integer of 2^-35 units.
struct Fractal {
  static constexpr int kOctaves = 6;

  Axis x, y;
  Palette palette;
  double scale, to;
  /// bound[i] = floor(fl(i / n) * 2^35): noise > i / n exactly when units > bound[i].
  int64_t bound[kMaxColours + 1];
};

FK_HOST Fractal make_fractal(const FrameParams& p, int width, int height) {
  Fractal f{make_axis(0, 1, width), make_axis(0, 1, height),
            palette_of(p.palette),  2.0 + p.complexity * 3.0,
            p.time * 0.5,           {}};
  for (int i = 0; i <= f.palette.count; i++) {
    f.bound[i] = static_cast<int64_t>(static_cast<double>(i) / f.palette.count * 34359738368.0);
  }
  return f;
}

/// Truncation to int64 as x86 and NumPy do it: out of range (and NaN) gives INT64_MIN.
FK_HD int64_t trunc_to_int64(double v) {
  return v > -9223372036854775808.0 && v < 9223372036854775808.0 ? static_cast<int64_t>(v) : INT64_MIN;
}

FK_HD double fractal_x(const Fractal& f, int i) { return axis_at(f.x, i) * f.scale + f.to; }
FK_HD double fractal_y(const Fractal& f, int j) { return axis_at(f.y, j) * f.scale + f.to * 0.7; }

/// The cell's coordinate along one axis in an octave: trunc(v * 2^octave).
FK_HD int64_t fractal_cell(double v, int octave) { return trunc_to_int64(v * (1 << octave)); }

/// One octave's term for cell (cx, cy), in 2^-35 units: (1 - K / 2^30) / 2^octave. int64 arithmetic wraps.
FK_HD int64_t fractal_term(int64_t cx, int64_t cy, int octave) {
  uint64_t k = static_cast<uint64_t>(cx) + static_cast<uint64_t>(cy) * 57u;
  k = (k << 13) ^ k;
  const uint64_t hash = (k * (k * k * 15731u + 789221u) + 1376312589u) & 0x7fffffffu;
  return (INT64_C(1073741824) - static_cast<int64_t>(hash)) * (1 << (Fractal::kOctaves - 1 - octave));
}

FK_HD int fractal_colour(const Fractal& f, int64_t units) {
  for (int i = 0; i < f.palette.count; i++) {
    if (units > f.bound[i] && units <= f.bound[i + 1]) return i;
  }
  return kBlack;
}

FK_HD int fractal_pixel(const Fractal& f, double x, double y) {
  int64_t units = 0;
  for (int o = 0; o < Fractal::kOctaves; o++) units += fractal_term(fractal_cell(x, o), fractal_cell(y, o), o);
  return fractal_colour(f, units);
}

}  // namespace framekiln::scene
