// SPDX-License-Identifier: Apache-2.0
#include "measure/quality.h"

#include <limits>
#include <utility>
#include <vector>

#include "measure/variants.h"

namespace framekiln {
namespace {

/// Sums over a 4x4 block.
struct Block {
  int a, b, squares, products;

  Block operator+(const Block& o) const { return {a + o.a, b + o.b, squares + o.squares, products + o.products}; }
};

Block block_at(const uint8_t* a, const uint8_t* b, ptrdiff_t stride) {
  int sa = 0, sb = 0, squares = 0, products = 0;
  for (int y = 0; y < 4; y++, a += stride, b += stride) {
    for (int x = 0; x < 4; x++) {
      const int p = a[x], q = b[x];
      sa += p;
      sb += q;
      squares += p * p + q * q;
      products += p * q;
    }
  }
  return {sa, sb, squares, products};
}

/// Of an 8x8 window, in float32 as the filter has it.
float window_ssim(const Block& s) {
  constexpr int c1 = static_cast<int>(.01 * .01 * 255 * 255 * 64 + .5);
  constexpr int c2 = static_cast<int>(.03 * .03 * 255 * 255 * 64 * 63 + .5);
  const int variances = s.squares * 64 - s.a * s.a - s.b * s.b, covariance = s.products * 64 - s.a * s.b;
  return static_cast<float>(2 * s.a * s.b + c1) * static_cast<float>(2 * covariance + c2) /
         (static_cast<float>(s.a * s.a + s.b * s.b + c1) * static_cast<float>(variances + c2));
}

}  // namespace

uint64_t squared_error(CpuLevel level, const uint8_t* a, const uint8_t* b, size_t count) {
  switch (level) {
#if defined(FK_HAVE_X86_LEVELS)
    case CpuLevel::avx512:
      return avx512::squared_error(a, b, count);
    case CpuLevel::avx2:
      return avx2::squared_error(a, b, count);
#endif
    default:
      return baseline::squared_error(a, b, count);
  }
}

double ssim_rgb(CpuLevel level, const uint8_t* a, const uint8_t* b, Size size) {
  switch (level) {
#if defined(FK_HAVE_X86_LEVELS)
    case CpuLevel::avx512:
      return avx512::ssim_rgb(a, b, size.width, size.height);
    case CpuLevel::avx2:
      return avx2::ssim_rgb(a, b, size.width, size.height);
#endif
    default:
      return baseline::ssim_rgb(a, b, size.width, size.height);
  }
}

double ssim_plane(const uint8_t* a, const uint8_t* b, Size size) {
  const int columns = size.width / 4, rows = size.height / 4;
  if (columns < 2 || rows < 2) return std::numeric_limits<double>::quiet_NaN();
  std::vector<Block> above(static_cast<size_t>(columns)), here(above.size());
  double sum = 0;
  for (int row = 0; row < rows; row++) {
    const ptrdiff_t top = ptrdiff_t{4} * row * size.width;
    for (int i = 0; i < columns; i++) {
      here[static_cast<size_t>(i)] = block_at(a + top + 4 * i, b + top + 4 * i, size.width);
    }
    for (size_t i = 1; row > 0 && i < here.size(); i++) {
      sum += window_ssim(above[i - 1] + above[i] + here[i - 1] + here[i]);
    }
    std::swap(above, here);
  }
  return sum / (static_cast<double>(columns - 1) * (rows - 1));
}

}  // namespace framekiln
