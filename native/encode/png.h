// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "frame/picture.h"

namespace framekiln {

/// A PNG file (8-bit RGB) of an rgb24 picture. Throws Error ENCODER_UNAVAILABLE or ENCODE_FAILED.
std::vector<uint8_t> encode_png(const Picture& rgb);

/// Scales an rgb24 picture by exact area averaging into `out` (rgb24, any size): the same bytes everywhere.
void scale_picture(const Picture& rgb, const Picture& out);

}  // namespace framekiln
