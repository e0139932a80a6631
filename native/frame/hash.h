// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "frame/picture.h"

namespace framekiln {

/// XXH3-128 of the picture's pixels, as if packed, in canonical (big-endian) byte order.
using FrameHash = std::array<uint8_t, 16>;

FrameHash hash_picture(const Picture& picture);

/// XXH3's default secret, for whoever computes the same hash elsewhere.
using HashSecret = std::array<uint8_t, 192>;
HashSecret hash_secret();

}  // namespace framekiln
