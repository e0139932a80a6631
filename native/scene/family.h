// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "scene/palette.h"

namespace framekiln::scene {

/// What of a document's frame reaches its pixels.
struct FrameParams {
  double time;
  double complexity;
  PaletteName palette;
};

enum class Family : uint8_t { geometric = 0, fractal = 1, plasma = 2, mandelbrot = 3 };
constexpr int kFamilyCount = 4;

FK_HD Family family_of(double complexity) {
  if (complexity < 0.3) return Family::geometric;
  if (complexity < 0.6) return Family::fractal;
  if (complexity < 0.8) return Family::plasma;
  return Family::mandelbrot;
}

}  // namespace framekiln::scene
