// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "scene/axis.h"
#include "scene/family.h"
#include "scene/palette.h"

namespace framekiln::scene {

/// Circles on black, soft over their outermost 0.02.
struct Geometric {
  /// complexity < 0.3, so int(3 + complexity * 5) is at most 4.
  static constexpr int kMaxCircles = 4;
  static constexpr double kSoft = 0.02;

  struct Circle {
    double cx, cy, r;
    int colour;
  };

  Axis x, y;
  Palette palette;
  int count;
  Circle circle[kMaxCircles];
};

FK_HOST Geometric make_geometric(const FrameParams& p, int width, int height) {
  Geometric g{make_axis(0, 1, width), make_axis(0, 1, height), palette_of(p.palette), 0, {}};
  const double to = p.time * 2.0;
  const double wanted = std::trunc(3 + p.complexity * 5);
  g.count = wanted < 0 ? 0 : wanted > Geometric::kMaxCircles ? Geometric::kMaxCircles : static_cast<int>(wanted);
  // The generator's integers are unbounded; the remainder of a truncated double is exact, so this is the same.
  const double turn = std::fmod(std::trunc(to * 10), static_cast<double>(g.palette.count));
  const int shift = turn == turn ? static_cast<int>(turn) : 0;  // NaN for a time that the generator refuses
  for (int i = 0; i < g.count; i++) {
    const int colour = (i + shift) % g.palette.count;
    g.circle[i] = {0.5 + 0.3 * std::sin(to + i * 0.5), 0.5 + 0.3 * std::cos(to + i * 0.3),
                   0.1 + 0.05 * std::sin(to * 1.5 + i), colour < 0 ? colour + g.palette.count : colour};
  }
  return g;
}

/// How much of circle c covers the point: 0 outside, 1 inside, smooth in the rim. s = u*u*(3 - 2u).
FK_HD double geometric_cover(const Geometric::Circle& c, double x, double y) {
  const double dx = x - c.cx, dy = y - c.cy;
  const double dist = sqrt(dx * dx + dy * dy) - c.r;
  double u = (-dist - 0.0) / (Geometric::kSoft - 0.0);
  u = u < 0 ? 0 : u > 1 ? 1 : u;
  return u * u * (3.0 - 2.0 * u);
}

FK_HD void geometric_pixel(const Geometric& g, double x, double y, uint8_t rgb[3]) {
  double sum[3] = {0, 0, 0};
  for (int i = 0; i < g.count; i++) {
    const double s = geometric_cover(g.circle[i], x, y);
    for (int c = 0; c < 3; c++) sum[c] += s * g.palette.rgb[g.circle[i].colour][c];
  }
  for (int c = 0; c < 3; c++) rgb[c] = to_byte(sum[c] < 0 ? 0 : sum[c] > 1 ? 1 : sum[c]);
}

}  // namespace framekiln::scene
