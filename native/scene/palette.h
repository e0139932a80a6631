// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "scene/host_device.h"

namespace framekiln::scene {

/// A pixel that no rule of its family colours.
constexpr int kBlack = -1;
constexpr int kMaxColours = 6;

enum class PaletteName : uint8_t { vibrant = 0, pastel = 1, monochrome = 2 };
constexpr int kPaletteCount = 3;

/// RGB in [0, 1], in the generator's order.
struct Palette {
  int count;
  double rgb[kMaxColours][3];
};

FK_HD Palette palette_of(PaletteName name) {
  switch (name) {
    case PaletteName::pastel:
      return {6, {{1, .8, .8}, {.8, 1, .8}, {.8, .8, 1}, {1, 1, .8}, {1, .8, 1}, {.8, 1, 1}}};
    case PaletteName::monochrome:
      return {3, {{0, 0, 0}, {.5, .5, .5}, {1, 1, 1}}};
    default:
      return {6, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {1, 1, 0}, {1, 0, 1}, {0, 1, 1}}};
  }
}

/// `uint8(channel * 255)`, truncating. The channel is in [0, 1].
FK_HD uint8_t to_byte(double channel) { return static_cast<uint8_t>(channel * 255); }

}  // namespace framekiln::scene
