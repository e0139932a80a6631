// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

// For tests only: H.264 (ITU-T H.264, 7.3) of I_PCM macroblocks alone, from which every decoder gives back the pixels.
namespace framekiln::doubles {

struct H264Stream {
  int width, height;  ///< even
  bool has_colours;
  bool full_range;
  int primaries, transfer, matrix;
};

/// SPS and PPS, each behind a start code.
std::vector<uint8_t> parameter_sets(const H264Stream& stream);

struct Nv12 {
  const uint8_t* luma;
  const uint8_t* chroma;
  size_t pitch;
};

/// One picture. `frame` counts from the last IDR picture, which is 0; `idr` tells neighbouring IDR pictures apart.
std::vector<uint8_t> coded_picture(const H264Stream& stream, const Nv12& pixels, int frame, int idr);

}  // namespace framekiln::doubles
