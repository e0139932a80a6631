// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "scene/axis.h"
#include "scene/family.h"
#include "scene/palette.h"

namespace framekiln::scene {

/// Four sine waves, banded into the palette.
struct Plasma {
  Axis x, y;
  Palette palette;
  double to;
  /// edge[i] = i / n.
  double edge[kMaxColours + 1];
};

FK_HOST Plasma make_plasma(const FrameParams& p, int width, int height) {
  Plasma s{make_axis(0, 1, width), make_axis(0, 1, height), palette_of(p.palette), p.time * 2.0, {}};
  for (int i = 0; i <= s.palette.count; i++) s.edge[i] = static_cast<double>(i) / s.palette.count;
  return s;
}

FK_HD int plasma_colour(const Plasma& s, double value) {
  for (int i = 0; i < s.palette.count; i++) {
    if (s.edge[i] <= value && value < s.edge[i + 1]) return i;
  }
  return kBlack;
}

FK_HOST int plasma_pixel(const Plasma& s, double x, double y) {
  const double v = ((std::sin(x * 10 + s.to) + std::sin(y * 10 + s.to * 0.7)) + std::sin((x + y) * 7 + s.to * 1.3)) +
                   std::sin(std::sqrt(x * x + y * y) * 8 + s.to * 0.9);
  return plasma_colour(s, (v / 4.0 + 1.0) / 2.0);
}

}  // namespace framekiln::scene
