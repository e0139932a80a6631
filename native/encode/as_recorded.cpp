// SPDX-License-Identifier: Apache-2.0
#include "encode/as_recorded.h"

#include <utility>

namespace framekiln {

AsRecordedInput::AsRecordedInput(Size size, Size coded)
    : size_(size),
      coded_(coded),
      rgb_(make_frame(AV_PIX_FMT_BGR24, size.width, size.height)),
      scaler_(own(sws_getContext(coded.width, coded.height, AV_PIX_FMT_BGR24, coded.width, coded.height,
                                 AV_PIX_FMT_YUV420P, SWS_BICUBIC, nullptr, nullptr, nullptr))) {}

Picture AsRecordedInput::picture() {
  return {PixelFormat::rgb24, size_, {rgb_->data[0], nullptr, nullptr}, {rgb_->linesize[0], 0, 0}};
}

void AsRecordedInput::convert(AVFrame& out) {
  // swscale has a path of its own for bgr24 at an unchanged size, with another rounding than for rgb24.
  for (int y = 0; y < coded_.height; y++) {
    uint8_t* row = rgb_->data[0] + static_cast<ptrdiff_t>(y) * rgb_->linesize[0];
    for (int x = 0; x < coded_.width; x++) std::swap(row[3 * x], row[3 * x + 2]);
  }
  check(sws_scale(scaler_.get(), rgb_->data, rgb_->linesize, 0, coded_.height, out.data, out.linesize), kEncodeFailed,
        "convert a frame");
}

}  // namespace framekiln
