// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "frame/picture.h"
#include "scene/family.h"

namespace framekiln {

/// Consecutive frames to draw: arrays of `count` elements that outlive the call.
struct Frames {
  Size size;
  int count;
  const double* time;
  const double* complexity;
  const uint8_t* palette;

  scene::FrameParams at(int i) const { return {time[i], complexity[i], static_cast<scene::PaletteName>(palette[i])}; }
};

}  // namespace framekiln
