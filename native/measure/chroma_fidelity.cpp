// SPDX-License-Identifier: Apache-2.0
#include "measure/chroma_fidelity.h"

#include <cmath>
#include <cstdint>

namespace framekiln {
namespace {

double to_8_bits(double v) { return v < 0 ? 0 : v > 255 ? 255 : std::nearbyint(v); }

/// ITU-R BT.709-6, table 3, solved for RGB and scaled from 219 (luma) and 224 (chroma) steps to 255.
uint64_t squared_error(const uint8_t* rgb, double y, double cb, double cr) {
  y = (y - 16) * (255.0 / 219);
  cb = (cb - 128) * (255.0 / 224);
  cr = (cr - 128) * (255.0 / 224);
  const double r = to_8_bits(y + 1.5748 * cr) - rgb[0];
  const double g = to_8_bits(y - (0.0722 * 1.8556 * cb + 0.2126 * 1.5748 * cr) / 0.7152) - rgb[1];
  const double b = to_8_bits(y + 1.8556 * cb) - rgb[2];
  return static_cast<uint64_t>(r * r + g * g + b * b);
}

}  // namespace

uint64_t squared_error_of_ycbcr(const Picture& rgb, const Picture& ycbcr) {
  const bool nv12 = ycbcr.format == PixelFormat::nv12;
  uint64_t sum = 0, error = 0;
  // Neighbours are mostly alike: the error is computed again only where something changes.
  uint64_t last = UINT64_MAX;
  for (int j = 0; j < rgb.size.height; j++) {
    const uint8_t* pixel = rgb.plane[0] + j * rgb.stride[0];
    const uint8_t* luma = ycbcr.plane[0] + j * ycbcr.stride[0];
    const uint8_t* cb = ycbcr.plane[1] + (nv12 ? j / 2 : j) * ycbcr.stride[1];
    const uint8_t* cr = nv12 ? cb + 1 : ycbcr.plane[2] + j * ycbcr.stride[2];
    for (int i = 0; i < rgb.size.width; i++, pixel += 3) {
      const int at = nv12 ? i / 2 * 2 : i;
      const uint64_t key = pixel[0] | pixel[1] << 8 | pixel[2] << 16 | static_cast<uint64_t>(luma[i]) << 24 |
                           static_cast<uint64_t>(cb[at]) << 32 | static_cast<uint64_t>(cr[at]) << 40;
      if (key != last) error = squared_error(pixel, luma[i], cb[at], cr[at]);
      last = key;
      sum += error;
    }
  }
  return sum;
}

}  // namespace framekiln
