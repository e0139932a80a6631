// SPDX-License-Identifier: Apache-2.0
// How much pictures differ, for one instruction set: a unit defines FK_VARIANT (its namespace) and FK_VECTOR_BYTES, and
// includes this. As in the renderer, nothing here has external linkage but two functions, and no std template is used.

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include <cstddef>
#include <cstdint>

#include "measure/variants.h"

namespace framekiln::FK_VARIANT {
namespace {

// Each part uses those before it.
// clang-format off
#include "measure/fast/vectors.inl"
#include "measure/fast/ssim.inl"
// clang-format on

}  // namespace

uint64_t squared_error(const uint8_t* a, const uint8_t* b, size_t count) {
  /// So many squares fit into 32 bits.
  constexpr size_t kBlock = 1 << 16;
  uint64_t sum = 0;
  while (count > 0) {
    const size_t block = count < kBlock ? count : kBlock;
    uint32_t part = 0;
    for (size_t i = 0; i < block; i++) {
      const int16_t d = static_cast<int16_t>(a[i] - b[i]);
      part += static_cast<uint32_t>(d * d);
    }
    sum += part;
    a += block;
    b += block;
    count -= block;
  }
  return sum;
}

double ssim_rgb(const uint8_t* a, const uint8_t* b, int width, int height) { return ssim(a, b, width, height); }

}  // namespace framekiln::FK_VARIANT
