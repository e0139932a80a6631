// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace framekiln::colour {

// RGB to BT.709 limited range, in integers: the rule of README's "Raw frames". Coefficients are the matrix of ITU-R
// BT.709-6, table 3, times 65536 times 219/255 (luma) or 224/255 (chroma); chroma rows sum to 0 and the luma row to
// 56284, so that greys have chroma 128 and white is 235.

/// Luma, 16 to 235.
static constexpr uint8_t luma(int r, int g, int b) {
  return static_cast<uint8_t>((11966 * r + 40254 * g + 4064 * b + (16 << 16) + (1 << 15)) >> 16);
}

/// Luma of BT.601 (ITU-R BT.601-7, 2.5.1), made as that of BT.709 above.
static constexpr uint8_t luma_601(int r, int g, int b) {
  return static_cast<uint8_t>((16829 * r + 33039 * g + 6416 * b + (16 << 16) + (1 << 15)) >> 16);
}

/// Chroma in 1/64 steps, offset by 128 * 64; four of them add up in 16 bits.
static constexpr uint16_t cb64(int r, int g, int b) {
  return static_cast<uint16_t>((-6596 * r - 22188 * g + 28784 * b + (128 << 16) + (1 << 9)) >> 10);
}
static constexpr uint16_t cr64(int r, int g, int b) {
  return static_cast<uint16_t>((28784 * r - 26145 * g - 2639 * b + (128 << 16) + (1 << 9)) >> 10);
}

/// 8-bit chroma of one pixel (4:4:4), and of a 2x2 block from the sum of its four pixels (4:2:0).
static constexpr uint8_t chroma_of_one(uint32_t c64) { return static_cast<uint8_t>((c64 + 32) >> 6); }
static constexpr uint8_t chroma_of_four(uint32_t sum64) { return static_cast<uint8_t>((sum64 + 128) >> 8); }

}  // namespace framekiln::colour
